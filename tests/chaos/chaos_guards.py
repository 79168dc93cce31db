"""``python tests/chaos/chaos_guards.py GUARD [SEED]``: a short chaos run with one guard of the design taken away.

It must fail: exit code 1 and something lost, doubled or wrong. docs/guarantees.md has the seed that shows it for each.
The plan holds only the faults that the guard is for, more often than a run of all kinds has room for.
"""

import os
import sys
from pathlib import Path
from typing import NamedTuple

import typer

HERE = Path(__file__).parent
FAULTS_S, ROUNDS_S = 80.0, 12.0
PATIENCE_S = 90.0  # longer than the broker waits before it ends the transaction of a dead worker
CATCH_UP_S = 150.0  # a run that may catch up has done so in less, by far
PROGRAM = "guard_removed"


class Case(NamedTuple):
    """In which process the guard stands, and the kinds of faults it is for."""

    process: str
    kinds: tuple[str, ...]
    seed: int = 1


CASES = {
    "transaction": Case("worker", ("worker", "zombie")),
    "fencing": Case("worker", ("zombie", "network")),
    "worker_read_committed": Case("worker", ("worker", "broker")),
    "own_commits": Case("worker", ("worker", "rebalance")),
    "changelog": Case("worker", ("worker", "rebalance")),
    "duplicate": Case("worker", ("publisher",)),
    "quarantine": Case("worker", ("publisher",)),
    "sink_read_committed": Case("sink", ("worker", "zombie")),
    "token": Case("sink", ("clickhouse", "disk")),
    "block_plan": Case("sink", ("sink", "clickhouse")),
}


def main(guard: str, seed: int | None = None) -> None:
    from streams.chaos import disk
    from streams.chaos.plan import plan
    from streams.chaos.session import Wanted
    from streams.chaos.stage import Commands
    from streams.cli.chaos import play

    case = CASES[guard]
    mountable = disk.inside([sys.executable, *sys.argv])
    os.environ["PYTHONPATH"] = str(HERE)
    commands = Commands()._replace(**{case.process: (PROGRAM, guard, case.process)})
    seed = case.seed if seed is None else seed
    kinds = tuple(kind for kind in case.kinds if kind != "disk" or mountable)
    faults = plan(seed, FAULTS_S, int(FAULTS_S / ROUNDS_S / len(kinds)), kinds, rest_s=5.0)
    try:
        play(Wanted(seed, faults, FAULTS_S, mountable, commands, PATIENCE_S, CATCH_UP_S))
    except typer.Exit as ended:
        sys.exit(ended.exit_code)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
