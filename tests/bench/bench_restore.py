"""How fast the state of a million subjects is back, beside a Faust table of the same bytes.

Both read a changelog of their own with the same keys and values, 8 partitions, one process, one broker, in turn. Ours
is written in transactions as the engine writes it (markers and the offsets' key included), Faust's without, because
its recovery does not end behind markers. ``RECORDS=`` subjects for a small try; prints the target of each store, met or
missed, and writes ``build/restore.json``.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from streams.engine.progress import Progress
from streams.engine.state import Entry, pack
from streams.local.progress import Silent
from streams.local.stack import running

SUBJECTS = 1_000_000
VALUE_BYTES = 1_500  # a standing with a few entries; docs/load.md has the sizes seen
PARTITIONS = 8
PER_TRANSACTION = 2_000
ROUNDS = 3
WANTED = 20.0
HERE, REPORT = Path(__file__).parent, Path("build/restore.json")
APP = "restore-faust"
OURS, FAUST = "ours-changelog", f"{APP}-subjects-changelog"
TIMEOUT_S = 900
RESULT = "restored.json"  # in the folder each is given


def main() -> None:
    subjects = int(os.environ.get("RECORDS") or SUBJECTS)
    with (
        tempfile.TemporaryDirectory(prefix="chengxin-restore-") as name,
        running(Path(name) / "broker", want_clickhouse=False, progress=Silent()) as stack,
    ):
        assert stack.kafka_bootstrap is not None
        _topics(stack.kafka_bootstrap)
        asyncio.run(_fill(stack.kafka_bootstrap, subjects))
        found = _measured(stack.kafka_bootstrap, Path(name), subjects)
    medians = {who: sorted(seconds)[len(seconds) // 2] for who, seconds in found.items()}
    last = {
        "subjects": subjects,
        "value_bytes": VALUE_BYTES,
        "seconds": {who: round(seconds, 2) for who, seconds in medians.items()},
        "ratio": {who: round(medians["faust"] / medians[who], 1) for who in ("memory", "disk")},
        "wanted": WANTED,
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(last) + "\n")
    print("\n".join(verdicts(last["ratio"])))
    print(json.dumps(last))


def verdicts(ratios: Mapping[str, float]) -> list[str]:
    """A line for each store: its target, met or missed, as the table of the other targets says it."""
    return [
        f"restore.{store}  >= {WANTED:g}  {ratio:.1f}  {'met' if ratio >= WANTED else 'MISSED'}"
        for store, ratio in ratios.items()
    ]


def _topics(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    logs = [NewTopic(name, PARTITIONS, 1, topic_configs={"cleanup.policy": "compact"}) for name in (OURS, FAUST)]
    admin.create_topics([*logs, NewTopic(f"{APP}-in", PARTITIONS, 1)], wait_for_metadata=True)
    admin.close()


async def _fill(bootstrap: str, subjects: int) -> None:
    """The same keys and values into both changelogs."""
    chance, pool = random.Random(2018), os.urandom(1 << 20)

    def entry(number: int) -> tuple[bytes, bytes]:
        at = chance.randrange(len(pool) - VALUE_BYTES)
        packed = pack(Entry(pool[at : at + VALUE_BYTES], 20_000 + number % 400))
        assert packed is not None
        return f"{chance.getrandbits(128):032x}".encode(), packed

    async with (
        AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="fill", max_batch_size=1 << 19) as ours,
        AIOKafkaProducer(bootstrap_servers=bootstrap, max_batch_size=1 << 19) as theirs,
    ):
        for start in range(0, subjects, PER_TRANSACTION):
            partition = start // PER_TRANSACTION % PARTITIONS
            entries = [entry(number) for number in range(start, min(start + PER_TRANSACTION, subjects))]
            own, packed = Progress({"events.court": start}).change()
            async with ours.transaction():
                sent = [await ours.send(OURS, value, key=key, partition=partition) for key, value in entries]
                sent.append(await ours.send(OURS, pack(packed), key=own, partition=partition))
            sent += [await theirs.send(FAUST, value, key=key, partition=partition) for key, value in entries]
            await asyncio.gather(*sent)


def _measured(bootstrap: str, folder: Path, subjects: int) -> dict[str, list[float]]:
    """Seconds of each round, contestants in turn, so that a slow minute meets all."""
    found: dict[str, list[float]] = {"memory": [], "disk": [], "faust": []}
    for _ in range(ROUNDS):
        for who, seconds in found.items():
            script, rest = ("restore_faust.py", ()) if who == "faust" else ("restore_ours.py", (who,))
            topic = APP if who == "faust" else OURS
            command = [sys.executable, str(HERE / script), bootstrap, topic, str(PARTITIONS), *rest, str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
            said = json.loads((folder / RESULT).read_text()) if (folder / RESULT).exists() else {}
            assert done.returncode == 0 and said, (who, done.stdout[-3_000:], done.stderr[-3_000:])
            (folder / RESULT).unlink()
            assert said["subjects"] == subjects, (who, said)
            seconds.append(said["seconds"])
            print(f"{who}: {said['seconds']:.2f} s", file=sys.stderr)
    return found


if __name__ == "__main__":
    main()
