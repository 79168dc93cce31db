"""A template is filled and read again: every item, every kind of record, every list."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from streams.kit.columns import columns
from streams.kit.example import example
from streams.kit.lists import choices
from streams.kit.offline import Checker
from streams.kit.reading import read
from streams.kit.rows import Maker
from streams.kit.template import OF_ITEM, sheet_name, workbook
from streams.kit.words import RECORDS
from tests.kit.kit_stand import DAY, KEY, kit
from tests.schemas.schema_examples import Example, examples, value_of

ITEMS = kit().book.items


def made(item: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """A channel that may report the item, and the example records."""
    found = ITEMS[item]
    for body in kit().book.bodies.values():
        if body.sector in found.providers and body.level in found.levels:
            return body.channel, example(kit().book, found, body.channel, DAY)
    raise AssertionError(f"nobody reports {item}")


def test_every_item_comes_back_from_its_template_as_it_went_in(tmp_path: Path) -> None:
    records = set()
    for code, item in ITEMS.items():
        channel, values = made(code)
        assert values, code
        path = tmp_path / f"{code}.xlsx"
        workbook(kit(), item, OF_ITEM, channel, {name: [one] for name, one in values.items()}).save(path)
        drafts = Maker(kit(), channel, None, KEY).make(read(path))
        assert {draft.record: {**draft.value, "event_id": ""} for draft in drafts} == values, code
        for draft in drafts:
            fate = Checker(kit(), channel, DAY).fate(draft.family, draft.data)
            assert fate.code is None, (code, draft.record, fate)
        records |= values.keys()
    assert records == {"CreditDetermination", "GroundEnding", "RecordCorrection"}


# Which item its sheet is of, and a channel that sends such records.
OTHERS = {
    "CaseEvent": (ITEMS["COURT_DEFAULTER_LISTING"], "court"),
    "OfficerFeedback": (None, "railway"),
    "PersonConsent": (None, "credit"),
    "SupervisionEvent": (None, "credit"),
}


@pytest.mark.parametrize(
    "given",
    [one for one in examples() if one.passes and one.record in OTHERS],
    ids=lambda one: f"{one.record} {one.reason}",
)
def test_every_other_sheet_gives_back_its_row(tmp_path: Path, given: Example) -> None:
    """As the schema's examples have them, with a case reference of the right form; an answer is its channel's own."""
    item, channel = OTHERS[given.record]
    value = value_of(given)
    if value.get("subject", {}).get("case_ref") is not None:
        value["subject"]["case_ref"] = "ab" * 32
    if value.get("step") == "answered":
        channel = value["channel"]
    records = (given.record,) if item is None else OF_ITEM
    workbook(kit(), item, records, channel, {given.record: [value]}).save(tmp_path / "a.xlsx")
    (draft,) = Maker(kit(), channel, None, KEY).make(read(tmp_path / "a.xlsx"))
    assert (draft.record, draft.problems, draft.value) == (given.record, (), value)
    fate = Checker(kit(), channel, DAY).fate(draft.family, draft.data)
    assert fate.code is None, fate


def test_each_record_that_a_department_sends_was_carried() -> None:
    assert {*OTHERS, "CreditDetermination", "GroundEnding", "RecordCorrection"} == RECORDS.keys()
    assert {one.record for one in examples() if one.passes} >= OTHERS.keys()


@pytest.mark.parametrize("record", ["OfficerFeedback", "PersonConsent", "SupervisionEvent"])
def test_records_about_no_item_have_a_template_too(tmp_path: Path, record: str) -> None:
    workbook(kit(), None, (record,), None, {}).save(tmp_path / "a.xlsx")
    (sheet,) = (one for one in read(tmp_path / "a.xlsx").sheets if one.name == sheet_name(record))
    assert len(sheet.headings) == len(columns(kit().codec, record))
    assert Maker(kit(), "court", None, KEY).make(read(tmp_path / "a.xlsx")) == []


def test_drop_downs_offer_what_the_server_takes_and_nothing_else(tmp_path: Path) -> None:
    item = ITEMS["COURT_DEFAULTER_LISTING"]
    book = workbook(kit(), item, OF_ITEM, "court", {})
    page = book[sheet_name("CreditDetermination")]
    lists = {check.formula1 for check in page.data_validations.dataValidation if check.type == "list"}
    assert len(lists) == 7  # kind, type, item, body, basis, ground, and yes or no once; the item lists no role
    offered = {
        column.path: [
            one.partition("｜")[0] for one in choices(column, "CreditDetermination", kit().book, item, "court")
        ]
        for column in columns(kit().codec, "CreditDetermination")
    }
    assert offered["ground"] == list(item.grounds)
    assert offered["basis"] == list(item.instruments)
    assert offered["role"] == list(item.roles)
    assert offered["subject.kind"] == list(item.subjects)
    assert all(kit().book.bodies[body].channel == "court" for body in offered["body"])
    codes = book["代码 codes"]
    for formula in lists:
        _, letter, last = formula.rpartition(":")[2].split("$")
        assert codes[f"{letter}{last}"].value and not codes[f"{letter}{int(last) + 1}"].value


def test_cells_are_text_and_days_are_days(tmp_path: Path) -> None:
    channel, values = made("COURT_DEFAULTER_LISTING")
    filled = {name: [one] for name, one in values.items()}
    workbook(kit(), ITEMS["COURT_DEFAULTER_LISTING"], OF_ITEM, channel, filled).save(tmp_path / "a.xlsx")
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")[sheet_name("CreditDetermination")]
    by_name = {str(cell.value).split()[-1]: page.cell(2, number) for number, cell in enumerate(page[1], 1)}
    assert (by_name["subject.id_number"].data_type, by_name["subject.id_number"].number_format) == ("s", "@")
    assert by_name["document_date"].value.date() == date(2026, 11, 18)
    assert page.column_dimensions["D"].number_format == "@"
