"""``python -m tests.simulation``: many seeds, or one seed with its trace; what ``make sim`` runs.

The last line is JSON: seeds, events, faults by kind, failures. A seed that fails is shrunk to the fewest faults that
still make it fail; its trace is printed and the run is kept in build/sim, from where it becomes a test by being moved
to tests/simulation/found.
"""

import argparse
import contextlib
import gc
import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from rich.progress import Progress

from tests.simulation.faults import Fault, shrink
from tests.simulation.guards import GUARDS
from tests.simulation.run import Result, faults_of, run

KEPT = Path("build/sim")
FOUND = Path(__file__).parent / "found"
SEEDS = 10_000
SHRUNK = 3  # failures that are shrunk and printed; each takes as long as some dozen runs


class Short(NamedTuple):
    seed: int
    failure: str | None
    events: int
    struck: dict[str, int]


def _short(seed: int) -> Short:
    found = run(seed)
    return Short(seed, found.failure, found.events, dict(found.struck))


def _prepare() -> None:
    """Load what all runs share, once, where the collector does not look again."""
    run(0, [])
    gc.collect()
    gc.freeze()


def many(seeds: Iterable[int], jobs: int, show: bool) -> list[Short]:
    chosen = list(seeds)
    _prepare()
    results = []
    with (
        multiprocessing.get_context("fork").Pool(jobs) as pool,
        Progress(disable=not show, transient=True) as progress,
    ):
        bar = progress.add_task("seeds", total=len(chosen))
        for result in pool.imap_unordered(_short, chosen, chunksize=2):
            results.append(result)
            failures = sum(one.failure is not None for one in results)
            progress.update(bar, advance=1, description=f"seeds, {failures} failed")
    return sorted(results)


def least(seed: int, without: Any) -> tuple[list[Fault], Result]:
    """The fewest faults with which ``seed`` fails, and that run with its trace."""
    faults = faults_of(seed)
    faults = shrink(faults, lambda fewer: run(seed, fewer, without=without).failure is not None)
    return faults, run(seed, faults, quiet=False, without=without)


def tell(seed: int, faults: list[Fault], found: Result) -> None:
    print("\n".join(found.trace))
    print(f"\nseed {seed}: {found.failure or 'nothing failed'}")
    for fault in faults:
        print(f"  {fault}")
    if found.failure:
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = KEPT / f"{seed}.json"
        kept.write_text(json.dumps({"note": found.failure[:200], "seed": seed, "faults": faults}, indent=1) + "\n")
        print(f"kept as {kept}; moved to tests/simulation/found it is a test")


def show_guards(most: int) -> dict[str, int | None]:
    """For each guard the first seed that shows its removal: the known one, or one of ``most`` that may."""
    _prepare()
    found: dict[str, int | None] = {}
    for name, guard in GUARDS.items():
        others = (seed for seed in range(1, SEEDS) if any(fault.api == guard.api for fault in faults_of(seed)))
        seeds = chain([guard.seed], islice(others, most))
        found[name] = next((seed for seed in seeds if run(seed, without=guard.remove).failure), None)
    return found


def again() -> dict[str, str | None]:
    """Every run that failed once, as it was kept."""
    failures = {}
    for kept in sorted(FOUND.glob("*.json")):
        told = json.loads(kept.read_text())
        failures[kept.stem] = run(told["seed"], [Fault(*fault) for fault in told["faults"]]).failure
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="one seed, with its trace")
    parser.add_argument("--without", choices=sorted(GUARDS), help="with --seed: this guard taken away")
    parser.add_argument("--guards", type=int, metavar="MOST", help="the first of MOST seeds that shows each guard")
    parser.add_argument("--found", action="store_true", help="the runs in tests/simulation/found")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if asked.guards is not None:
        print(json.dumps(show_guards(asked.guards)))
        return 0
    if asked.found:
        print(json.dumps(again()))
        return 0
    if asked.seed is not None:
        without = GUARDS[asked.without].remove if asked.without else contextlib.nullcontext
        found = run(asked.seed, quiet=False, without=without)
        faults = faults_of(asked.seed)
        tell(asked.seed, *(least(asked.seed, without) if found.failure else (faults, found)))
        return 1 if found.failure else 0
    results = many(range(asked.first, asked.first + asked.seeds), asked.jobs, sys.stderr.isatty())
    failed = [one for one in results if one.failure is not None]
    for one in failed[:SHRUNK]:
        tell(one.seed, *least(one.seed, contextlib.nullcontext))
    struck: Counter[str] = sum((Counter(one.struck) for one in results), Counter())
    summary = {
        "seeds": len(results),
        "events": sum(one.events for one in results),
        "faults": dict(sorted(struck.items())),
        "failures": [{"seed": one.seed, "failure": (one.failure or "")[:200]} for one in failed],
    }
    print(json.dumps(summary))
    return 1 if failed else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of names lie in the same order every time
        again = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": "0"})
    sys.exit(main())
