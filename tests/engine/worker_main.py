"""A worker process of the counting job. ``variant`` names what is broken on purpose, "plain" is the engine as it is."""

import json
import sys

from engine_harness import Job

from streams.engine.app import build
from streams.engine.worker import run


class Silent:
    """An observer for runs whose figures nobody reads."""

    def transaction(self, agent: str, partition: int, records: int, outputs: int, seconds: float) -> None: ...
    def restored(self, agent: str, partition: int, keys: int, seconds: float) -> None: ...
    def position(self, agent: str, topic: str, partition: int, offset: int) -> None: ...
    def retried(self, agent: str, partition: int, error: str) -> None: ...
    def assigned(self, agent: str, partitions: int) -> None: ...


def main() -> None:
    job = Job(**json.loads(sys.argv[1]))
    run(build(job.engine_config(), [job.agent()], Silent()))


if __name__ == "__main__":
    main()
