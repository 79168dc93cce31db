"""What leaves the office: no small cell is shown, and none can be worked out from what is shown."""

import csv
import io
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.assessment import export
from monitoring.assessment.bulletin import Names
from monitoring.assessment.cells import Place
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.suppress import LEAST, cube, lines, suppressed, worked_out

AXES = (("a", "b", "c"), ("x", "y", "z"))
CELLS = list(product(*AXES))
OCTOBER = date(2026, 10, 1)


def shown(numbers: list[int], axes: tuple[tuple[str, ...], ...] = AXES) -> dict[tuple[str, ...], int | None]:
    return suppressed(cube(dict(zip(product(*axes), numbers, strict=True)), axes), list(lines(axes)))


def test_one_small_cell_takes_three_others_with_it_and_the_totals_stay() -> None:
    """3 is hidden; from its row and its column the smallest others; and the corner where they meet."""
    found = shown([3, 20, 30, 25, 40, 50, 60, 70, 80])
    assert {key for key, number in found.items() if number is None} == {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}
    assert found["a", "*"] == 53 and found["*", "*"] == 378


@pytest.mark.parametrize(("number", "hidden"), [(0, True), (9, True), (10, False)])
def test_under_ten_is_hidden_and_nobody_looks_the_same_as_nine(number: int, hidden: bool) -> None:
    assert (shown([number, 20, 30, 25, 40, 50, 60, 70, 80])["a", "x"] is None) is hidden


def test_hidden_cells_that_add_up_to_a_small_number_take_a_large_one_with_them() -> None:
    """4 and 5 in one row: their sum, 9, could be subtracted; so 30 goes too."""
    found = shown([4, 5, 30, 25, 40, 50, 60, 70, 80])
    assert found["a", "z"] is None and found["a", "*"] == 39


def test_a_cell_between_two_rings_is_found_though_every_line_hides_two() -> None:
    """Rows a, b and columns w, x ring; rows c, d and columns y, z ring; (b, y) joins them and follows from either."""
    axes = (("a", "b", "c", "d"), ("w", "x", "y", "z"))
    ring = {("a", "w"), ("a", "x"), ("b", "w"), ("b", "x"), ("c", "y"), ("c", "z"), ("d", "y"), ("d", "z")}
    assert worked_out(list(lines(axes)), ring | {("b", "y")}) == {("b", "y")}
    assert worked_out(list(lines(axes)), ring) == set()


def fillings(found: dict[tuple[str, ...], int | None], most: int) -> dict[tuple[str, ...], set[int]]:
    """Every value each hidden cell of the 3 x 3 table could have, trying all that fit the shown totals."""
    hidden = [cell for cell in CELLS if found[cell] is None]
    could: dict[tuple[str, ...], set[int]] = {cell: set() for cell in hidden}
    sums = [(line[:-1], found[line[-1]]) for line in lines(AXES) if found[line[-1]] is not None]

    def fits(said: dict[tuple[str, ...], int]) -> bool:
        for members, total in sums:
            if any(cell[0] == "*" or cell[1] == "*" for cell in members):
                continue
            known = [said.get(cell, found[cell]) for cell in members]
            some = sum(number for number in known if number is not None)
            assert total is not None
            if some > total or (None not in known and some != total):
                return False
        return True

    def search(said: dict[tuple[str, ...], int]) -> None:
        if len(said) == len(hidden):
            for cell, number in said.items():
                could[cell].add(number)
            return
        cell = hidden[len(said)]
        for number in range(most + 1):
            now = {**said, cell: number}
            if fits(now):
                search(now)

    search({})
    return could


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([0, 4, 9, 10, 11, 12, 13, 14, 15, 16]), min_size=9, max_size=9))
def test_no_small_cell_has_only_one_value_that_fits(numbers: list[int]) -> None:
    found = shown(numbers)
    assert all(number is None or number >= LEAST for number in found.values())
    assert worked_out(list(lines(AXES)), {key for key, number in found.items() if number is None}) == set()
    if sum(found[cell] is None for cell in CELLS) <= 6:  # more are too many to try, and safer
        for cell, values in fillings(found, 24).items():
            assert len(values) > 1 or numbers[CELLS.index(cell)] >= LEAST, (numbers, cell)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=24, max_size=24))
def test_in_three_axes_nothing_small_is_shown_and_nothing_follows(numbers: list[int]) -> None:
    axes = (("a", "b", "c"), ("p", "q"), ("w", "x", "y", "z"))
    through = list(lines(axes))
    cells = cube(dict(zip(product(*axes), numbers, strict=True)), axes)
    found = suppressed(cells, through)
    hidden = {key for key, number in found.items() if number is None}
    assert all(number is None or number >= LEAST for number in found.values())
    assert worked_out(through, hidden) == set()
    for *members, total in through:
        gone = [cells[key] for key in members if key in hidden]
        assert total in hidden or not gone or (len(gone) > 1 and sum(gone) >= LEAST)
    assert found == suppressed(cells, through)


NAMES = Names(
    channels={"court": "人民法院", "tax": "税务", "hr": "人社"},
    bodies={},
    cities={"370100": "济南市", "370200": "青岛市"},
    fields={"judicial": "司法诉讼", "tax": "税收缴纳"},
)
MONTH = {
    Place("court", "SD-COURT-370100", "370100", "judicial"): Counter({"on_time": 40, "late": 12, "no_day": 3}),
    Place("court", "SD-COURT-370200", "370200", "judicial"): Counter({"on_time": 60, "late": 30, "no_calendar": 20}),
    Place("tax", "SD-TAX", "", "tax"): Counter({"on_time": 90, "late": 2}),
    Place("hr", "SD-HR", "", "-"): Counter({"on_time": 30, "late": 11, "no_day": 10}),
    Place("court"): Counter({"supplied": 170, "stored": 150, "held": 12, "rejected": 8, "queries": 4}),
    Place("tax"): Counter({"supplied": 100, "stored": 80, "held": 20}),
    Place(""): Counter({"queries": 99}),  # operators are no unit
}


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_the_export_has_no_small_cell_no_channel_and_a_dictionary_of_every_code(tmp_path: Path) -> None:
    out, keys = tmp_path / "out", tmp_path / "units.json"
    export.write(MONTH, OCTOBER, NAMES, out, keys)
    units = msgspec.json.decode(keys.read_bytes(), type=dict[str, str])
    assert units.keys() == NAMES.channels.keys() and keys.stat().st_mode & 0o077 == 0
    words = {(row["column"], row["code"]) for row in read(out / "dictionary.csv")}
    files = {row["file"] for row in read(out / "dictionary.csv")} - {""}
    assert files | {"dictionary.csv"} == {path.name for path in out.iterdir()}
    for name in sorted(files):
        rows = read(out / name)
        assert rows, name
        for row in rows:
            assert row["month"] == "2026-10"
            assert (row["records"] == "") == (row["hidden"] == "1")
            assert row["hidden"] == "1" or int(row["records"]) >= LEAST
            assert row["unit"] in {*units.values(), "*"}
            for column in ("city", "field", "fate"):
                assert row[column] == "*" or (column, row[column]) in words, (name, row)
        text = (out / name).read_text(encoding="utf-8-sig")
        assert not any(code in text for code in ("court", "SD-", "人民法院"))
    court = [row for row in read(out / "records.csv") if row["unit"] == units["court"]]
    told = {row["fate"]: row["records"] for row in court}
    # rejected 8 and the rest of nobody are small; 150 stored beside them in a shown total of 170 leaves 12 + 8 + 0 = 20
    assert told["*"] == "170" and told["rejected"] == told["needs_correction"] == ""


def test_totals_that_two_views_of_the_same_records_share_are_shown_once(tmp_path: Path) -> None:
    """Of 'late', by unit: court 42, tax 2, hr 11; by place the same 55. What one view hides the other must not tell."""
    found = {
        row.key: row.records
        for row in export.tables(MONTH, NAMES, dict(zip(NAMES.channels, "ABC", strict=True)))["timeliness"]
    }
    assert found["*", "*", "*", "on_time"] == 220 and found["*", "*", "*", "late"] == 55
    assert found["B", "*", "*", "late"] is None and found["*", "*", "tax", "late"] is None
    assert found["*", "370100", "*", "not_judged"] is None


def test_pseudonyms_stay_from_month_to_month_and_the_file_is_not_given_away(tmp_path: Path) -> None:
    keys = tmp_path / "units.json"
    export.write(MONTH, OCTOBER, NAMES, tmp_path / "one", keys)
    first = keys.read_bytes()
    export.write(MONTH, OCTOBER, NAMES, tmp_path / "two", keys)
    assert keys.read_bytes() == first and len(set(msgspec.json.decode(first).values())) == 3
    assert (tmp_path / "one" / "records.csv").read_bytes() == (tmp_path / "two" / "records.csv").read_bytes()
    with pytest.raises(AssessmentFault, match="not empty"):
        export.write(MONTH, OCTOBER, NAMES, tmp_path / "two", keys)
    with pytest.raises(AssessmentFault, match="given away"):
        export.write(MONTH, OCTOBER, NAMES, tmp_path / "three", tmp_path / "three" / "units.json")
    keys.write_text("no json")
    with pytest.raises(AssessmentFault, match="no file of units"):
        export.write(MONTH, OCTOBER, NAMES, tmp_path / "four", keys)
