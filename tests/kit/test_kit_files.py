"""Files as departments have them: what is read, and what is refused with the cure, cell by cell."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from streams.kit import reading
from streams.kit.cells import LISTED
from streams.kit.columns import Headings, columns
from streams.kit.lists import choices
from streams.kit.reading import FileFault
from streams.kit.rows import Maker
from streams.kit.words import RECORDS, SYMBOLS
from tests.kit.kit_stand import SOUND, checked, csv, kit

CHINESE = {column.path: column.headings[0] for column in columns(kit().codec, "CreditDetermination")}


def chinese(row: dict[str, Any]) -> dict[str, Any]:
    return {CHINESE[path]: value for path, value in row.items()}


def only(path: Path, **also: Any) -> tuple[str, str | None]:
    (one,) = checked(path, **also)
    return one.outcome, one.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_spreadsheets_write(tmp_path: Path, encoding: str) -> None:
    assert only(csv(tmp_path / "a.csv", chinese(SOUND), encoding=encoding)) == ("accepted", None)


def test_a_gbk_file_is_named_as_one(tmp_path: Path) -> None:
    assert "GBK" in reading.read(csv(tmp_path / "a.csv", SOUND, encoding="gbk")).note
    assert reading.read(csv(tmp_path / "b.csv", SOUND)).note == ""


@pytest.mark.parametrize("between", ["\t", ";"])
def test_other_delimiters(tmp_path: Path, between: str) -> None:
    assert only(csv(tmp_path / "a.csv", SOUND, between=between)) == ("accepted", None)


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xff\xff\n\x81")
    with pytest.raises(FileFault, match="UTF-8"):
        reading.read(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["document_no", "id_number", "name", "subject.name", "文书号", "文书号 document_no"])
def test_a_heading_is_found_under_its_names(name: str) -> None:
    assert Headings(columns(kit().codec, "CreditDetermination")).find(name) is not None


@pytest.mark.parametrize("name", ["备注 name", "文书 document_no", "no", "", " ", "kind of subject"])
def test_a_heading_is_not_guessed(name: str) -> None:
    assert Headings(columns(kit().codec, "CreditDetermination")).find(name) is None


@pytest.mark.parametrize("record", RECORDS)
def test_every_heading_means_one_column(record: str) -> None:
    found = columns(kit().codec, record)
    headings = Headings(found)
    for column in found:
        assert headings.find(column.path) is column
        assert headings.find(column.headings[0]) is column, column
        assert headings.find(f"{column.headings[0]} {column.path}") is column
        assert not column.headings[0].isascii(), f"{column.path} has no Chinese heading"
        assert all(symbol in SYMBOLS for symbol in column.symbols)


@pytest.mark.parametrize(
    "said",
    [
        *("2026-11-01", "2026-11-1", "2026/11/1", "2026.11.01", "20261101", "2026年11月1日", " 2026-11-01 "),
        *("2026-11-01 00:00:00", "2026/11/1 0:00", "2026-11-01T00:00:00.000", "２０２６年１１月１日"),
    ],
)
def test_days_as_people_write_them(tmp_path: Path, said: str) -> None:
    (one,) = checked(csv(tmp_path / "a.csv", SOUND | {"document_date": said}))
    assert one.draft.value["document_date"] == date(2026, 11, 1)


@pytest.mark.parametrize(
    "said", ["2026-02-30", "11/01/2026", "46000", "2026-11", "昨天", "2026-11/01", "2026-11-01 08:00"]
)
def test_what_is_no_day_is_told(tmp_path: Path, said: str) -> None:
    (one,) = checked(csv(tmp_path / "a.csv", SOUND | {"document_date": said}))
    (finding,) = one.findings
    assert (one.outcome, finding.column, finding.code, finding.seen) == (
        "unsendable",
        "document_date",
        "FILE_DATE",
        said,
    )


@pytest.mark.parametrize(
    ("path", "said", "code"),
    [
        ("subject.id_number", "9.90000E+17", "FILE_SCIENTIFIC"),
        ("subject.id_number", "9.9e17", "FILE_SCIENTIFIC"),
        ("subject.kind", "", "FILE_VALUE_MISSING"),
        ("subject.kind", "unknown", "FILE_CHOICE"),
        ("subject.kind", "人", "FILE_CHOICE"),
        ("hearing", "2", "FILE_YES_NO"),
        ("document_no", '="2026"', "FILE_FORMULA"),
        ("subject.name", "测试\ufffd", "FILE_NOT_ENCODABLE"),
    ],
)
def test_cells_that_are_no_value(tmp_path: Path, path: str, said: str, code: str) -> None:
    assert only(csv(tmp_path / "a.csv", SOUND | {path: said})) == ("unsendable", code)


@pytest.mark.parametrize(
    ("said", "code"), [("1.5", "FILE_NUMBER"), ("2147483648", "FILE_NUMBER"), ("2147483647", None), ("5", None)]
)
def test_whole_numbers(tmp_path: Path, said: str, code: str | None) -> None:
    """Five years too many are a record, and the server's own code."""
    found = only(csv(tmp_path / "a.csv", SOUND | {"extra_years": said}))
    assert found == (("rejected", "TERM_NOT_ALLOWED") if code is None else ("unsendable", code))


@pytest.mark.parametrize(
    ("number", "hint"),
    [("990000198001010000", "四舍五入"), ("99000019800101002", "位数不足"), ("990000198001010021", "")],
)
def test_what_a_spreadsheet_did_to_a_number_is_guessed_in_the_cure_only(tmp_path: Path, number: str, hint: str) -> None:
    (one,) = checked(csv(tmp_path / "a.csv", SOUND | {"subject.id_number": number}))
    (finding,) = one.findings
    assert (finding.code, finding.seen) == ("IDENTIFIER_INVALID", number)
    assert hint in finding.cure_zh
    assert hint or "；" not in finding.cure_zh.removeprefix(kit().book.codes["IDENTIFIER_INVALID"].cure_zh)


def test_a_code_typed_full_width_is_told_as_one(tmp_path: Path) -> None:
    (one,) = checked(csv(tmp_path / "a.csv", SOUND | {"ground": "１"}))
    assert (one.code, "全角" in one.findings[0].cure_zh) == ("GROUND_UNKNOWN", True)


def test_only_columns_with_a_list_show_more_than_the_code(tmp_path: Path) -> None:
    """Elsewhere what follows the bar belongs to the value: half a document number is another document."""
    (one,) = checked(csv(tmp_path / "a.csv", SOUND | {"document_no": "2026｜1号", "body": "SD-COURT｜高院"}))
    assert (one.draft.value["document_no"], one.draft.value["body"]) == ("2026｜1号", "SD-COURT")
    item = kit().book.items["COURT_DEFAULTER_LISTING"]
    for record in RECORDS:
        for column in columns(kit().codec, record):
            listed = any(choices(column, record, kit().book, of, "court") for of in (None, item))
            if column.kind == "string":
                assert not listed or column.path.rpartition(".")[2] in LISTED, column.path


def test_chinese_names_of_choices(tmp_path: Path) -> None:
    row = SOUND | {"subject.kind": "自然人", "subject.id_type": "公民身份号码", "prior_notice": "√"}
    assert only(csv(tmp_path / "a.csv", row)) == ("accepted", None)


def test_empty_cells_are_null_default_or_empty(tmp_path: Path) -> None:
    assert only(csv(tmp_path / "a.csv", SOUND | {"document_no": "", "extra_years": ""})) == (
        "held",
        "DOCUMENT_INCOMPLETE",
    )


def test_an_event_id_is_made_of_the_row_and_of_nothing_else(tmp_path: Path) -> None:
    rows = [SOUND | {"event_id": ""}, SOUND | {"event_id": "", "subject.name": "测试乙"}]
    first = [one.draft.event_id for one in checked(csv(tmp_path / "a.csv", *rows))]
    again = [one.draft.event_id for one in checked(csv(tmp_path / "b.csv", *reversed(rows)))]
    assert first == again[::-1]
    assert len(set(first)) == 2
    other = Maker(kit(), "court", "CreditDetermination", b"another key").make(reading.read(tmp_path / "a.csv"))
    assert not {one.event_id for one in other} & set(first)
    assert all(not any(letter.isdigit() for letter in one) for one in first)


def test_a_repeat_within_the_file_is_told_and_no_fault(tmp_path: Path) -> None:
    first, second = checked(csv(tmp_path / "a.csv", SOUND, SOUND | {"event_id": "L-2"}))
    assert (first.warnings, second.faulty) == ((), False)
    assert second.warnings[0].code == "DUPLICATE_RECORD"
    assert "第 2 行" in second.warnings[0].cure_zh


@pytest.mark.parametrize(
    ("headings", "says"),
    [
        ({"documnet_no": "1"}, "documnet_no"),
        ({"文书号": "1"}, "two headings"),
        ({"#mine": "kept", "备注": "x"}, "备注"),
    ],
)
def test_headings_that_mean_nothing_are_refused(tmp_path: Path, headings: dict[str, str], says: str) -> None:
    with pytest.raises(FileFault, match=says):
        checked(csv(tmp_path / "a.csv", SOUND | headings))


def test_own_columns_begin_with_a_mark(tmp_path: Path) -> None:
    assert only(csv(tmp_path / "a.csv", SOUND | {"#备注": "x"})) == ("accepted", None)


def test_missing_headings_are_named(tmp_path: Path) -> None:
    row = {path: value for path, value in SOUND.items() if path not in ("basis", "subject.kind", "event_id")}
    with pytest.raises(FileFault, match=r"主体类型 subject\.kind、认定依据 basis$"):
        checked(csv(tmp_path / "a.csv", row))


def test_more_cells_than_headings(tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", SOUND)
    path.write_bytes(path.read_bytes() + b",left over")
    assert only(path) == ("unsendable", "FILE_CELLS_EXTRA")


def test_a_cell_under_no_heading_is_told_and_a_blank_one_is_nothing(tmp_path: Path) -> None:
    lines = csv(tmp_path / "a.csv", SOUND | {"ground": "1", "": "2027-01-01"}, SOUND | {"": "\u3000"}).read_bytes()
    (tmp_path / "a.csv").write_bytes(lines + b", ")
    first, second = checked(tmp_path / "a.csv")
    assert (first.code, first.findings[0].seen, second.code) == ("FILE_CELLS_EXTRA", "2027-01-01", None)


def test_a_file_that_does_not_say_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="--record"):
        checked(csv(tmp_path / "a.csv", SOUND), record=None)
    assert only(csv(tmp_path / "b.csv", SOUND | {"record": "认定"}), record=None) == ("accepted", None)
    assert only(csv(tmp_path / "c.csv", SOUND | {"记录类型": "fine"}), record=None) == (
        "unsendable",
        "FILE_RECORD_UNKNOWN",
    )


def test_a_channel_that_does_not_send_a_record(tmp_path: Path) -> None:
    row = {"event_id": "1", "step": "given", "recipient": "credit_bureau", "purpose": "credit_reporting"}
    row |= {"day": "2026-11-01", "document_digest": "ab" * 32, "subject.kind": "person", "subject.id_type": "citizen"}
    undecided = next(code for code, families in kit().said.channels.items() if "cases" not in families)
    path = csv(tmp_path / "a.csv", row | {"id_number": "990000198001010020"})
    assert only(path, record="PersonConsent") == ("accepted", None)
    assert only(path, record="PersonConsent", channel=undecided) == ("unsendable", "FILE_RECORD_NOT_SENT")


def nested(row: dict[str, Any]) -> dict[str, Any]:
    subject = {name.removeprefix("subject."): said for name, said in row.items() if name.startswith("subject.")}
    return {name: said for name, said in row.items() if not name.startswith("subject.")} | {"subject": subject}


@pytest.mark.parametrize("shape", [dict, nested, chinese])
def test_json_flat_nested_or_chinese(tmp_path: Path, shape: Any) -> None:
    (tmp_path / "a.json").write_text(json.dumps([shape(SOUND)]))
    (tmp_path / "a.jsonl").write_text(json.dumps(shape(SOUND) | {"record": "CreditDetermination"}) + "\n\n")
    assert only(tmp_path / "a.json") == ("accepted", None)
    assert only(tmp_path / "a.jsonl", record=None) == ("accepted", None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subject.id_number": 990000198001010020}, "FILE_NUMBER_CELL"),
        ({"document_no": ["1"]}, "FILE_FORMULA"),
        ({"item": {}}, "FILE_FORMULA"),
        ({"hearing": "maybe"}, "FILE_YES_NO"),
        ({"note": "x"}, "FILE_COLUMN_UNKNOWN"),
        ({"extra_years": True}, "FILE_NUMBER"),
        ({"extra_years": 10**30}, "FILE_NUMBER"),
        ({"document_no": "\ud800"}, "FILE_NOT_ENCODABLE"),
    ],
)
def test_json_values_that_are_none(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(SOUND | change))
    assert only(tmp_path / "a.jsonl") == ("unsendable", code)


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\x1e"])
def test_a_line_ends_where_json_lines_end(tmp_path: Path, sign: str) -> None:
    text = json.dumps(SOUND | {"subject.name": f"a{sign}b"}, ensure_ascii=False).replace("\\u001e", "")
    (tmp_path / "a.jsonl").write_text(f"{text}\r\n{json.dumps(SOUND)}\r\n")
    assert [one.draft.row.number for one in checked(tmp_path / "a.jsonl")] == [1, 2]
    assert all(one.draft.data for one in checked(tmp_path / "a.jsonl"))


def test_an_object_that_says_a_thing_twice_is_refused(tmp_path: Path) -> None:
    text = json.dumps(SOUND)[:-1] + ', "document_no": "2"}'
    (tmp_path / "a.jsonl").write_text(text)
    (tmp_path / "a.json").write_text(f"[{text}]")
    assert only(tmp_path / "a.jsonl") == ("unsendable", "FILE_ROW_UNREADABLE")
    with pytest.raises(FileFault, match="twice"):
        reading.read(tmp_path / "a.json")


def test_json_too_deep_to_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000)
    with pytest.raises(FileFault, match="JSON"):
        reading.read(tmp_path / "a.json")


def test_a_line_that_is_no_object_does_not_hide_the_others(tmp_path: Path) -> None:
    deep = "[" * 100_000
    (tmp_path / "a.jsonl").write_text("\n".join(["{", "[1]", deep, json.dumps(SOUND)]))
    found = [(one.draft.row.number, one.code) for one in checked(tmp_path / "a.jsonl")]
    assert found == [(1, "FILE_ROW_UNREADABLE"), (2, "FILE_ROW_UNREADABLE"), (3, "FILE_ROW_UNREADABLE"), (4, None)]


@pytest.mark.parametrize("name", ["a.json", "a.xlsx", "a.txt"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{")
    with pytest.raises(FileFault):
        reading.read(tmp_path / name)
