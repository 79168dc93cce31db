"""docs/guarantees.md names tests and seeds; each of them is there."""

import re
from pathlib import Path

from tests.simulation.faults import KINDS
from tests.simulation.guards import GUARDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
SINK_PAGE = (ROOT / "docs" / "guarantees-sink.md").read_text(encoding="utf-8")


def test_every_test_it_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)::(test_\w+)`", PAGE + SINK_PAGE))
    assert len(named) > 30
    files = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    missing = [f"{module}::{name}" for module, name in sorted(named) if f"def {name}(" not in files.get(module, "")]
    assert missing == []


def test_every_row_of_the_failure_table_names_a_test() -> None:
    table = PAGE.split("## Failure table")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 20
    assert [row for row in rows if "::test_" not in row.rsplit("|", 2)[1]] == []


def test_every_file_it_names_exists() -> None:
    named = set(re.findall(r"`((?:tests|streams|sinks|docs)/[\w/.]+?)(?:::\w+)?`", PAGE + SINK_PAGE))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_guard_and_every_kind_of_fault_is_on_it() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, guard.what, str(guard.seed)) for name, guard in GUARDS.items()]
    assert [kind for kind in KINDS if kind not in PAGE] == []
