"""The simulation as a test: seeds that hold, guards whose absence shows, runs that failed once, one seed one run.

Each runs in a process of its own with a fixed hash seed, for sets of names lie in another order in every process.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.simulation.__main__ import FOUND
from tests.simulation.faults import KINDS
from tests.simulation.guards import GUARDS


def simulate(*arguments: str) -> Any:
    told = run(*arguments)
    return json.loads(told.splitlines()[-1]), told


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=560, check=False)
    assert done.returncode in (0, 1), done.stderr[-3000:]  # 1: a seed failed, and the output says which
    return done.stdout


@pytest.mark.parametrize("first", [1, 101])
def test_every_seed_holds(first: int) -> None:
    """200 in `make test`, in two tests: beside the tests that need servers a slow machine takes minutes for each."""
    found, told = simulate("--seeds", "100", "--first", str(first))
    assert found["failures"] == [], told[-20_000:]
    assert found["seeds"] == 100
    assert set(found["faults"]) == set(KINDS), "a kind of fault never met its opportunity"
    assert found["events"] > 4_000


@pytest.mark.check
@pytest.mark.parametrize("first", range(1001, 3001, 100))
def test_a_hundred_seeds_more_hold(first: int) -> None:
    """Twenty tests and not one, so that a slow machine that does other work ends each in its time."""
    found, told = simulate("--seeds", "100", "--first", str(first))
    assert found["failures"] == [], told[-20_000:]
    assert found["seeds"] == 100


def test_every_guard_is_missed_by_the_seed_that_the_page_names() -> None:
    """Where the code under test has moved and a seed shows its guard no more, ``--guards 60`` finds another."""
    found, _ = simulate("--guards", "0")
    assert found == {name: guard.seed for name, guard in GUARDS.items()}


def test_what_failed_once_holds() -> None:
    found, _ = simulate("--found")
    assert found == {kept.stem: None for kept in FOUND.glob("*.json")} and found


def test_one_seed_is_one_run() -> None:
    first, second = run("--seed", "6"), run("--seed", "6")
    assert first == second
    assert first.count(" sends EndTxn") > 20
