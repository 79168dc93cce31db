"""A worker process of the counting job. ``variant`` names what is broken on purpose, "plain" is the engine as it is."""

import json
import sys

from engine_harness import Job
from sabotage import engine

from streams.engine.worker import run


class Silent:
    """An observer for runs whose figures nobody reads."""

    def transaction(self, *_: object, state: object) -> None: ...
    def restored(self, agent: str, partition: int, keys: int, seconds: float) -> None: ...
    def position(self, agent: str, topic: str, partition: int, offset: int) -> None: ...
    def retried(self, agent: str, partition: int, error: str) -> None: ...
    def assigned(self, agent: str, partitions: int) -> None: ...


def main() -> None:
    job = Job(**json.loads(sys.argv[1]))
    run(engine(job.variant, job.flags)(job.engine_config(), [job.agent()], Silent()).build())


if __name__ == "__main__":
    main()
