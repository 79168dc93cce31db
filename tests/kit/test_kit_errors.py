"""The error file mirrors what was given, says what to do in both languages, and can be sent once it is corrected."""

import csv as csvs
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from streams.cli.main import app
from streams.kit import errors, reading
from streams.kit.reading import FileFault
from tests.kit.kit_stand import DAY, SOUND, checked, csv

ROWS = [
    SOUND,
    SOUND | {"event_id": "L-2", "subject.id_number": "990000198001010021", "subject.name": "+cmd|'/c calc'!A1"},
    SOUND | {"event_id": "L-3", "document_date": "soon", "hearing": "maybe"},
    SOUND | {"event_id": "L-4", "document_no": ""},
]


def written(tmp_path: Path, name: str, rows: list[dict[str, Any]] = ROWS) -> Path:
    source = csv(tmp_path / "given.csv", *rows)
    assert errors.write(tmp_path / name, reading.read(source), checked(source)) == len(rows) - 1
    return tmp_path / name


def test_a_csv_mirrors_the_faulty_rows(tmp_path: Path) -> None:
    found = list(csvs.DictReader(written(tmp_path, "e.csv").read_text("utf-8-sig").splitlines()))
    assert [row["event_id"] for row in found] == ["L-2", "L-3", "L-4"]
    assert [row["错误行 error_row"] for row in found] == ["3", "4", "5"]
    assert [row["错误代码 error_code"] for row in found] == [
        "IDENTIFIER_INVALID",
        "FILE_DATE | FILE_YES_NO",
        "DOCUMENT_INCOMPLETE",
    ]
    assert [row["错误列 error_column"] for row in found] == [
        "subject.id_number",
        "document_date | hearing",
        "document_no",
    ]
    assert found[0]["填写的值 error_seen"] == "990000198001010021"  # the department's own file: nothing is masked
    assert found[2]["结果 error_outcome"] == "待核 held"
    assert all("/" in row["处理办法 error_cure"] for row in found)


def test_no_cell_of_an_error_file_is_a_formula(tmp_path: Path) -> None:
    assert "\"'+cmd" in written(tmp_path, "e.csv").read_text("utf-8-sig") or ",'+cmd" in (tmp_path / "e.csv").read_text(
        "utf-8-sig"
    )
    (page,) = openpyxl.load_workbook(written(tmp_path, "e.xlsx")).worksheets
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    (told,) = [cell for cell in cells if cell.value == "+cmd|'/c calc'!A1"]
    assert told.quotePrefix


@pytest.mark.parametrize("name", ["e.csv", "e.xlsx"])
def test_a_corrected_error_file_is_read_like_any_other(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    assert [one.outcome for one in checked(path)] == ["rejected", "unsendable", "held"]
    again = {one.draft.event_id: one.draft.value.get("subject", {}).get("name") for one in checked(path)}
    assert again["L-2"] == "+cmd|'/c calc'!A1"
    if name == "e.csv":
        text = path.read_text("utf-8-sig").replace("990000198001010021", "990000198001010020")
        path.write_text(text.replace("soon", "2026-11-01").replace("maybe", "是"), "utf-8-sig")
        assert [one.outcome for one in checked(path)] == ["accepted", "accepted", "held"]


@pytest.mark.parametrize("name", ["e.csv", "e.xlsx"])
def test_the_error_file_of_an_error_file_has_its_columns_once(tmp_path: Path, name: str) -> None:
    first, second = written(tmp_path, name), tmp_path / f"again-{name}"
    assert errors.write(second, reading.read(first), checked(first)) == len(ROWS) - 1
    (one,), (other,) = reading.read(first).sheets, reading.read(second).sheets
    assert one.headings == other.headings
    assert [one.outcome for one in checked(second)] == ["rejected", "unsendable", "held"]


def published(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """What ``publish`` would send and how it ends; no server is asked."""
    monkeypatch.chdir(tmp_path)
    words = ("--channel", "court", "--record", "CreditDetermination", "--day", str(DAY), "--dry-run")
    done = CliRunner().invoke(app, ["publish", str(file), *words])
    return done.exit_code, done.stdout


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_publish_sends_is_not_in_its_error_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """A row that would be held is sent; corrected in the error file it would be sent once more, under another id."""
    source = csv(tmp_path / "rows.csv", *(row | {"event_id": ""} for row in ROWS))
    if ending == "xlsx":
        source = as_workbook(source)
    code, said = published(tmp_path, source, monkeypatch)
    assert (code, "2 -> events.court" in said) == (1, True), said
    found = checked(tmp_path / f"rows.errors.{ending}")
    assert [one.outcome for one in found] == ["rejected", "unsendable"]


def as_workbook(source: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in csvs.reader(source.read_text("utf-8").splitlines()):
        book.active.append(row)
    book.save(source.with_suffix(".xlsx"))
    return source.with_suffix(".xlsx")


def test_a_table_of_rows_that_would_be_held_leaves_no_error_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = published(tmp_path, csv(tmp_path / "rows.csv", ROWS[3]), monkeypatch)
    assert (code, "1 -> events.court" in said) == (1, True), said
    assert not list(tmp_path.glob("*.errors*"))


def test_a_row_that_validate_said_would_be_held_is_not_sent_from_its_error_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its table is sent with it; nor from the error file that says so."""
    path = written(tmp_path, "e.csv")
    text = path.read_text("utf-8-sig").replace("990000198001010021", "990000198001010020")
    path.write_text(text.replace("COURT_DEFAULTER_LISTING,SD-COURT,,", "COURT_DEFAULTER_LISTING,SD-COURT,(2026)9号,"))
    assert [one.outcome for one in checked(path)] == ["accepted", "unsendable", "accepted"]
    for file in (path, tmp_path / "e.errors.csv"):
        code, said = published(tmp_path, file, monkeypatch)
        assert (code, "REDRIVE_NEEDED" in said) == (1, True), said
        assert ("1 -> events.court" in said) == (file == path), said


def test_json_holds_cells_and_findings(tmp_path: Path) -> None:
    found = json.loads(written(tmp_path, "e.json").read_text())
    assert [(row["row"], row["outcome"], row["faults"][0]["code"]) for row in found] == [
        (3, "rejected", "IDENTIFIER_INVALID"),
        (4, "unsendable", "FILE_DATE"),
        (5, "held", "DOCUMENT_INCOMPLETE"),
    ]
    assert found[0]["cells"]["subject.id_number"] == "990000198001010021"
    assert {"zh", "en", "cure_zh", "cure_en"} <= found[0]["faults"][0].keys()


@pytest.mark.parametrize("name", ["e.csv", "e.xlsx", "e.json"])
def test_only_its_owner_reads_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch(0o666)
    assert written(tmp_path, name).stat().st_mode & 0o077 == 0


def test_other_formats_are_refused(tmp_path: Path) -> None:
    source = csv(tmp_path / "given.csv", SOUND)
    with pytest.raises(FileFault, match="csv"):
        errors.write(tmp_path / "e.txt", reading.read(source), checked(source))


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("e.xlsx", {"document_no": 20260001}, "FILE_NUMBER_CELL"),
        ("e.xlsx", {"document_no": "=A1&B1"}, "FILE_FORMULA"),
        ("e.csv", {"document_no": "=A1&B1"}, "FILE_FORMULA"),
        ("e.csv", {"document_no": "\ud800"}, "FILE_NOT_ENCODABLE"),
        ("e.xlsx", {"document_no": "\ud800"}, "FILE_NOT_ENCODABLE"),
        ("e.json", {"document_no": "\ud800", "\ud800": "x"}, "FILE_COLUMN_UNKNOWN"),
    ],
)
def test_what_was_not_corrected_is_refused_again(tmp_path: Path, name: str, change: dict[str, Any], code: str) -> None:
    """Written as text it would pass, though what it had lost is still lost."""
    source = tmp_path / "given.jsonl"
    source.write_text(json.dumps(SOUND | change))
    assert errors.write(tmp_path / name, reading.read(source), checked(source)) == 1
    assert checked(source)[0].code == code
    if name != "e.json":
        assert [one.code for one in checked(tmp_path / name)] == [code]
