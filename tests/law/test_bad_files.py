"""Each file of ``bad/`` breaks the real law book at one place; the check must find it there and say it so.

A validator that is never seen to refuse may check nothing at all.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from streams.law.loader import check, load

BAD = sorted(Path(__file__).with_name("bad").glob("*.yaml"))
Changed = Callable[..., Path]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_fault_is_found_where_it_is(path: Path, changed: Changed) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    expected = case["fault"]
    found = check(changed(case))
    here = [fault for fault in found if (fault.file, at(fault.key)) == (expected["file"], expected["key"])]
    assert here, f"found only {[str(fault) for fault in found]}"
    assert expected["message"] in here[0].message
    assert here[0].cure
    assert str(here[0]).startswith(f"{here[0].file}: {here[0].key}: ")


def at(key: str) -> str:
    """The key without the number of a line, which moves with every edit."""
    return "line" if key.startswith("line ") else key


def test_all_faults_are_told_at_once(changed: Changed) -> None:
    folder = changed(
        {"file": "executors.yaml", "old": "body: SD-ORG", "new": "body: SD-NOBODY"},
        {"file": "items/judicial.yaml", "old": "field: judicial", "new": "field: courts"},
    )
    assert {fault.file for fault in check(folder)} == {"executors.yaml", "items/judicial.yaml"}


def test_two_versions_on_one_day(changed: Changed) -> None:
    folder = changed()
    first = folder / "memoranda" / "CIVIL-SERVICE-2018.v1.yaml"
    text = first.read_text(encoding="utf-8")
    later = text.replace("version: 1", "version: 2").replace("in_force_from: 2019-06-01", "in_force_from: 2024-01-01")
    first.with_name("CIVIL-SERVICE-2018.v2.yaml").write_text(later, encoding="utf-8")
    faults = check(folder)
    assert [(fault.file, fault.key) for fault in faults] == [("memoranda/CIVIL-SERVICE-2018.v2.yaml", "in_force_from")]
    first.write_text(text.replace("in_force_to: null", "in_force_to: 2023-12-31"), encoding="utf-8")
    assert check(folder) == ()
    assert load(folder).rules["CIVIL-SERVICE-2018.v2/26-4"].version == 2


def test_a_code_in_two_files_names_both(changed: Changed) -> None:
    folder = changed()
    one = folder / "items" / "judicial.yaml"
    (folder / "items" / "more.yaml").write_text(one.read_text(encoding="utf-8"), encoding="utf-8")
    found = [fault for fault in check(folder) if fault.key == "COURT_CONSUMPTION_ORDER"]
    assert [(fault.file, fault.message) for fault in found] == [
        ("items/more.yaml", "the code stands twice, the other time in items/judicial.yaml")
    ]


def test_a_group_has_one_cap(changed: Changed) -> None:
    cap = "cap: {group: courts, years: %d}\n    record_only: {"
    folder = changed(
        {"file": "items/judicial.yaml", "old": "record_only: {}", "new": cap % 4 + "}"},
        {"file": "items/judicial.yaml", "old": "record_only: {e", "new": cap % 5 + "e"},
    )
    (fault,) = check(folder)
    assert (fault.file, fault.key) == ("items/judicial.yaml", "COURT_CONSUMPTION_ORDER.cap.years")
    assert "COURT_DEFAULTER_LISTING of the same group says 5" in fault.message


@pytest.mark.parametrize(
    "name", ["items.yaml", "items/x/y.yaml", "items.yml", "item.yaml", "notes/other.yaml", "memoranda/M-1.yml"]
)
def test_stray_file_is_refused(name: str, changed: Changed) -> None:
    stray = changed() / name
    stray.parent.mkdir(exist_ok=True, parents=True)
    stray.write_text("rows: []\n", encoding="utf-8")
    assert name in {fault.file for fault in check(stray.parents[name.count("/")])}


@pytest.mark.parametrize(
    ("name", "reported"),
    [("codes.yaml", "codes.yaml"), ("calendar/2022.yaml", "calendar/"), ("book.yaml", "book.yaml")],
)
def test_missing_file_is_missed(name: str, reported: str, changed: Changed) -> None:
    folder = changed()
    (folder / name).unlink()
    assert [fault.file for fault in check(folder)] == [reported]
