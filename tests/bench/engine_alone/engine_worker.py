"""The trivial job on our engine: one worker process, default settings. Arguments: see ``main``."""

import sys
from pathlib import Path

from engine_job import counted, decode

from streams.engine.app import build
from streams.engine.config import EngineConfig
from streams.engine.ports import AgentSpec, Output, Record, State, Transaction
from streams.engine.worker import run


class Counting:
    """Counts by key; one state record per key and transaction."""

    def __init__(self, output: str, partition: int) -> None:
        self._output = output
        self._partition = partition
        self._dirty: dict[bytes, int] = {}

    def begin(self, state: State) -> None:
        """Nothing to look up."""

    def ready(self, topic: str) -> bool:
        return True

    def handle(self, record: Record, tx: Transaction) -> bool:
        key, value = record.key, record.value
        assert key is not None and value is not None
        count = self._dirty.get(key)
        if count is None:
            kept = tx.state.get(key)
            count = 0 if kept is None else int.from_bytes(kept, "big")
        self._dirty[key] = count + 1
        tx.emit(Output(self._output, key, counted(decode(value), count + 1), self._partition))
        return True

    def flush(self, tx: Transaction) -> None:
        for key, count in self._dirty.items():
            tx.state.put(key, count.to_bytes(8, "big"))
        self._dirty.clear()

    def rollback(self) -> None:
        self._dirty.clear()


class Silent:
    """An observer whose figures nobody reads."""

    def transaction(self, *_: object, state: object) -> None: ...
    def restored(self, agent: str, partition: int, keys: int, seconds: float) -> None: ...
    def position(self, agent: str, topic: str, partition: int, offset: int) -> None: ...
    def retried(self, agent: str, partition: int, error: str) -> None: ...
    def assigned(self, agent: str, partitions: int) -> None: ...


def main(bootstrap: str, prefix: str, source: str, folder: str) -> None:
    output = f"{prefix}out"
    agent = AgentSpec("count", (source,), f"{prefix}log", lambda partition: Counting(output, partition))
    config = EngineConfig(app_id=f"{prefix}app", bootstrap=bootstrap, data_dir=Path(folder))
    run(build(config, [agent], Silent()))


if __name__ == "__main__":
    main(*sys.argv[1:])
