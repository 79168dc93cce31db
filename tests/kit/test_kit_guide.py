"""The commands of docs/department.md that need no server, run as they stand."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.main import app
from tests.kit.kit_stand import commands


def test_what_needs_no_server_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = [command for command in commands() if command[0] in ("kit", "template", "validate")]
    assert [command[0] for command in words] == ["kit", "template", "validate"]
    for command in words:
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, (command, done.output)
    assert {path.name for path in tmp_path.iterdir()} == {"kit", "rows.xlsx", "rows.errors.xlsx"}


def test_a_template_that_may_be_filled_in_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "COURT_DEFAULTER_LISTING.xlsx"
    place.write_text("mine")
    done = CliRunner().invoke(app, ["template", "COURT_DEFAULTER_LISTING"])
    assert (done.exit_code, place.read_text()) == (2, "mine")
    assert "is there already" in done.output
    assert CliRunner().invoke(app, ["template", "COURT_DEFAULTER_LISTING", "--out", "other.xlsx"]).exit_code == 0


def test_every_command_of_the_guide_exists() -> None:
    named = {command[0] for command in commands()}
    assert named == {"kit", "template", "validate", "publish", "receipts", "redrive", "return"}
    for name in named:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
