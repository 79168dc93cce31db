"""Our task's restore: each partition's changelog into its store, all partitions of one process side by side."""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from streams.engine.config import EngineConfig
from streams.engine.disk_store import DiskStore
from streams.engine.memory_store import MemoryStore
from streams.engine.reader import Reader
from streams.engine.state import Store

RESULT = "restored.json"


async def _restore(config: EngineConfig, changelog: str, partition: int) -> int:
    store: Store = DiskStore(config.data_dir / "state") if config.state == "disk" else MemoryStore()
    async with Reader(config, partition) as reader:
        await reader.replay(changelog, store)
    return len(store)


async def _all(config: EngineConfig, changelog: str, partitions: int) -> int:
    return sum(await asyncio.gather(*(_restore(config, changelog, number) for number in range(partitions))))


def main() -> None:
    bootstrap, changelog, partitions, state, folder = sys.argv[1:]
    config = EngineConfig("restore", bootstrap, state="disk" if state == "disk" else "memory", data_dir=Path(folder))
    began = time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        subjects = runner.run(_all(config, changelog, int(partitions)))
    said = {"subjects": subjects, "seconds": time.monotonic() - began}
    Path(folder, RESULT).write_text(json.dumps(said))


if __name__ == "__main__":
    main()
