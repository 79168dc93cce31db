"""``chengxin law check`` as an author meets it."""

from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from streams.cli.law import app


def test_good_book_prints_its_digest() -> None:
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 0
    assert "CIVIL-SERVICE-2018.v1/26-4" in result.stdout
    assert "row_read_in_part" in result.stdout
    assert "digest " in result.stdout


def test_bad_book_names_file_key_and_cure(changed: Callable[..., Path]) -> None:
    folder = changed({"file": "items/judicial.yaml", "old": "field: judicial", "new": "field: courts"})
    result = CliRunner().invoke(app, ["check", str(folder)])
    assert result.exit_code == 1
    assert "items/judicial.yaml: COURT_DEFAULTER_LISTING.field: 'courts' is unknown" in result.stderr
    assert "fields.yaml" in result.stderr
