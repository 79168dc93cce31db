"""The command itself: real brokers, ClickHouse, processes and faults, and a last line with zeros."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chaos_guards import CASES
from guard_removed import GUARDS

from streams.chaos import disk
from streams.chaos.plan import KINDS

pytestmark = pytest.mark.servers

KEYS = [
    "seed", "events", "kills", "lost", "duplicated", "wrong", "receipts_missing", "orphans", "recovery_p50_s",
    "recovery_max_s", "lateness_max_s",
]  # fmt: skip
EACH_AT_TEN = 2  # of every kind in ten minutes


def kinds() -> tuple[str, ...]:
    """Those that this machine allows: all, where a small file system may be mounted."""
    return tuple(kind for kind in KINDS if kind != "disk" or disk.mountable())


def chaos(folder: Path, minutes: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "streams.cli.main", "chaos", "--minutes", str(minutes)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert list(last) == KEYS
    report = json.loads((folder / "build/chaos.json").read_text())
    assert {key: report[key] for key in KEYS} == last
    assert not any(last[key] for key in ("lost", "duplicated", "wrong", "receipts_missing", "orphans")), last
    return last


def test_two_minutes_of_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    last = chaos(tmp_path, 2)
    assert last["events"] > 3_000
    assert all(last["kills"][kind] for kind in kinds()), last


@pytest.mark.check
@pytest.mark.timeout(900)
def test_ten_minutes_of_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    last = chaos(tmp_path, 10)
    assert all(last["kills"][kind] >= EACH_AT_TEN for kind in kinds()), last


def test_every_guard_that_can_be_taken_away_has_its_case() -> None:
    assert set(GUARDS) == set(CASES)


@pytest.mark.check
@pytest.mark.parametrize("guard", ["transaction", "block_plan"])
def test_of_the_test_without_a_guard_the_run_fails(guard: str, tmp_path: Path) -> None:
    """Two of the table in docs/guarantees.md, one of the worker and one of the sink; the others are a command each."""
    program = Path(__file__).with_name("chaos_guards.py")
    done = subprocess.run(
        [sys.executable, str(program), guard], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr[-4000:]
    last = json.loads(done.stdout.splitlines()[-1])
    assert any(last[key] for key in ("lost", "duplicated", "wrong", "receipts_missing")), last
