"""The kit for a subscriber's CI: whole, green as delivered, and red for a program that reads amiss."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.files import sources
from streams.cli.main import app


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    said = CliRunner().invoke(app, ["contract", str(tmp_path / "kit")])
    assert said.exit_code == 0
    return tmp_path / "kit"


def run(kit: Path) -> subprocess.CompletedProcess[str]:
    """As a subscriber runs it: nothing of ours on the path, no configuration of ours."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "test_contract.py"]
    return subprocess.run(command, cwd=kit, capture_output=True, text=True, timeout=120, check=False)


def test_it_passes_as_delivered_and_has_every_version_of_every_record(kit: Path) -> None:
    done = run(kit)
    assert done.returncode == 0, done.stdout
    told = {".".join(file.name.split(".")[:2]) for file in (kit / "records").glob("*.bin")}
    assert told == {source.name for source in sources()}
    for file in kit.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "import streams" not in text and "import schemas" not in text and "from s" not in text


@pytest.mark.check
@pytest.mark.parametrize(
    ("right", "wrong", "test"),
    [
        ("if name is None:", "name = name or 'ObligationChange.v2'\n    if name is None:", "unknown_id"),
        ("if body.read(1):", "if False:", "bytes_after_it"),
        ('== "unknown"', '== "never"', "a_state_of_tomorrow"),
        ('!= known:\n            gaps', '!= known and known:\n            gaps', "the_first_is_missing"),
        ("key in ended or (", "(", "erased"),
        ('change["version"] <= known', 'change["version"] < known', "changes_that_the_snapshot_has"),
        ("node.isoformat()", "str(node)", "QueryLogged.v1.explain"),
    ],
)  # fmt: skip
def test_a_program_that_reads_amiss_is_found(kit: Path, right: str, wrong: str, test: str) -> None:
    adapter = kit / "adapter.py"
    text = adapter.read_text(encoding="utf-8")
    assert text.count(right) == 1
    adapter.write_text(text.replace(right, wrong), encoding="utf-8")
    done = run(kit)
    assert done.returncode == 1 and any(test in line for line in done.stdout.splitlines() if "FAILED" in line), done


def test_a_folder_that_holds_something_is_left_alone(kit: Path) -> None:
    said = CliRunner().invoke(app, ["contract", str(kit)])
    assert isinstance(said.exception, FileExistsError)
