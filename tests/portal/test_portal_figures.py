"""Statistics: counted from ClickHouse's own rows, small cells hidden and not to be worked out; the data pack."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from clickhouse_driver import Client
from portal_stand import DAY, Door, ending, person

from monitoring.assessment import freezing
from monitoring.assessment.cells import Place
from monitoring.assessment.reference import city_of
from monitoring.assessment.suppress import LEAST, TOTAL
from sinks.clickhouse import migrate
from sinks.clickhouse.columns import Stored, rows, types
from sinks.clickhouse.tables import COUNTED_COLUMNS, DECISIONS, OBLIGATIONS
from sinks.portal import datapack, figures, statistics, typical
from sinks.portal.figures import Counts, Ended, FiguresClosed, Proposed, Recorded, Tables
from tests.flow.flow_stand import BOOK, CATALOGUE, listing
from topics.people import cities

LISTING = "COURT_DEFAULTER_LISTING"


def recorded(
    *numbers: int, year: int = 2026, body: str = "SD-COURT-370102", item: str = LISTING
) -> tuple[Recorded, ...]:
    return tuple(Recorded(year, item, body, "2", "serious", number) for number in numbers)


def counts(*said: Recorded, **more: tuple[object, ...]) -> Counts:
    given = {"recorded": said, "proposed": (), "ended": (), "cases": (), **more}
    return Counts(as_of=DAY, **given)  # type: ignore[arg-type]


def made(*said: Recorded) -> statistics.Statistics:
    return statistics.statistics(counts(*said), BOOK, cities())


def dense(*but: Recorded) -> tuple[Recorded, ...]:
    """Forty of everything: each field and city, two years, each level - and what ``but`` says in place of it."""
    items = {item.field: item.code for item in BOOK.items.values()}.values()
    places = {city_of(body): code for code, body in BOOK.bodies.items()}
    found = {
        (year, item, body, level): Recorded(year, item, body, "", level, 40)
        for year in (2025, 2026) for item in items for body in places.values() for level in statistics.LEVELS
    }  # fmt: skip
    return tuple((found | {(*one[:3], one.severity): one for one in but}).values())


def alone(number: int) -> statistics.Statistics:
    """All else dense, and of one field in 2026 only ``number`` documents, of one city and level."""
    one, *others = (one for one in dense() if one.year == 2026 and BOOK.items[one.item].field == "judicial")
    return made(*dense(one._replace(number=number), *(other._replace(number=0) for other in others)))


@pytest.mark.parametrize("number", [LEAST - 1, LEAST, LEAST + 1])
def test_a_cell_is_shown_from_ten_on(number: int) -> None:
    cells = alone(number).table("field_year").cells
    assert cells["judicial", "2026"] == (number if number >= LEAST else None)
    assert cells["judicial", "2025"] is not None or number < LEAST


def test_what_one_table_hides_no_other_tells() -> None:
    """Beside a shown total never one hidden cell alone, in no table, along no side; and not all is hidden."""
    told = alone(3)
    for table in told.tables[:4]:
        rows, columns = [*table.rows.members, TOTAL], [*table.columns.members, TOTAL]
        lines = [[table.cells[row, column] for column in columns] for row in rows]
        for line in (*lines, *zip(*lines, strict=True)):
            hidden = sum(one is None for one in line[:-1])
            assert hidden != 1 or line[-1] is None, (table.code, line)
    assert sum(one is None for one in told.table("field_year").cells.values()) < 10
    assert all(one is not None for one in made(*dense()).table("field_city").cells.values())


def test_places_fields_and_states_are_those_of_book_and_catalogue() -> None:
    base = made(*dense()).table("city_year").cells["370100", "2026"]
    more = made(*dense(), *recorded(15, body="SD-COURT-370102"), *recorded(12, body="gone"), *recorded(11, item="gone"))
    assert base is not None and more.table("city_year").cells["370100", "2026"] == base + 15 + 11
    outside = made(*dense()).table("field_year").cells[statistics.OUTSIDE, "2026"]
    assert outside is not None and more.table("field_year").cells[statistics.OUTSIDE, "2026"] == outside + 11
    province = made(*dense()).table("city_year").cells[statistics.OUTSIDE, "2026"]
    assert province is not None and more.table("city_year").cells[statistics.OUTSIDE, "2026"] == province + 12


def test_what_is_being_lifted_is_over_and_incentives_stand_apart() -> None:
    items = {item.field: item.code for item in BOOK.items.values()}.values()
    said = tuple(
        Proposed(year, item, "x", incentive, state, 40)
        for year in (2025, 2026) for item in items for incentive in (True, False)
        for state in (*statistics.STATES, "lifting", "lifted") if state != "over"
    )  # fmt: skip
    told = statistics.statistics(counts(proposed=said), BOOK, cities())
    fields = len(set(items))
    for table in ("sanctions_year", "rewards_year"):
        assert told.table(table).cells["2026", "over"] == 80 * fields
        assert told.table(table).cells["2026", "proposed"] == 40 * fields
    assert told.table("sanctions_field").cells["judicial", "over"] == 160


def test_a_typical_case_is_of_ten_at_least_and_says_only_what_the_book_says() -> None:
    said = counts(*recorded(6), *recorded(3, year=2025), ended=(Ended(LISTING, "performed", LEAST - 1),))
    assert typical.cases(said, BOOK, DAY) == {}
    said = counts(*recorded(6), *recorded(4, year=2025), ended=(Ended(LISTING, "performed", LEAST),))
    ((field, (case,)),) = typical.cases(said, BOOK, DAY).items()
    assert (field, case.often, case.endings) == ("judicial", 10, ("performed",))
    assert case.rules and all(rule.active and LISTING in rule.items for rule in case.rules)
    often = typical.cases(counts(*recorded(99)), BOOK, DAY)["judicial"][0].often
    assert (often, typical.cases(counts(*recorded(100)), BOOK, DAY)["judicial"][0].often) == (10, 100)


def test_no_rule_of_another_day_or_ground_is_told() -> None:
    now = typical.proposing(BOOK, LISTING, DAY)
    then = typical.proposing(BOOK, LISTING, date(2019, 1, 1))
    assert now and then and {one.rule_id for one in now} != {one.rule_id for one in then}
    assert len({(one.measure, one.executor) for one in now}) == len(now)


def test_the_pack_is_the_same_everywhere_and_hides_the_same(tmp_path: Path) -> None:
    said = counts(*dense(), *recorded(70, year=2025))
    found = statistics.statistics(said, BOOK, cities())
    pack = datapack.Pack(found, typical.cases(said, BOOK, DAY), BOOK, CATALOGUE.sectors)
    paths = datapack.write(pack, tmp_path)
    assert {path.suffix for path in paths} == {".csv", ".xlsx", ".json", ".svg", ".md"}
    assert {path.stem for path in (tmp_path / "charts").iterdir()} == {"field", "year", "city"}
    with (tmp_path / "field_year.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    book = openpyxl.load_workbook(tmp_path / "datapack.xlsx")
    assert [[cell or "" for cell in row] for row in book["field_year"].iter_rows(values_only=True)] == table
    cells = json.loads((tmp_path / "datapack.json").read_text())["statistics"][0]["cells"]
    number = {(one["field"], one["year"]): one["number"] for one in cells}
    judicial = next(row for row in table if row[0] == BOOK.fields["judicial"])
    assert judicial[1] == f"{number['judicial', '2025']}" == f"{number['food_drug', '2025'] + 70}"
    with (tmp_path / "cases_year.csv").open(encoding="utf-8-sig", newline="") as file:  # nobody has objected
        assert {cell for row in list(csv.reader(file))[1:] for cell in row[1:]} == {datapack.HIDDEN}
    before = {path: path.read_bytes() for path in paths if path.suffix != ".xlsx"}  # a workbook names its hour
    datapack.write(pack, tmp_path)
    assert before == {path: path.read_bytes() for path in before}
    assert "<script" not in (tmp_path / "charts" / "city.svg").read_text()


def test_the_counts_are_those_of_the_tables(clickhouse_url: str, database: str, tmp_path: Path) -> None:
    door = Door(tmp_path)
    for number in (1, 2, 3):
        door.stand.send("events.court", listing(number, DAY))
    door.stand.send("events.court", ending(3, "performed"))
    (own,) = door.get("/me/record", door.person(1))[1]["records"]
    door.post("/me/objections", door.person(1), record=own["record"])
    with Client.from_url(clickhouse_url) as client:
        migrate.apply(client, database)
        client.execute(f"USE {database}")
        for table in (DECISIONS, OBLIGATIONS):
            topics = [
                name for name in door.stand.topics if name.split(".")[0] in table.families and ".current" not in name
            ]
            for topic in topics:
                stored = [Stored(topic, 0, n, 0, one) for n, one in enumerate(door.stand.read(topic))]
                if stored:
                    insert = f"INSERT INTO {table.name} ({', '.join(types(table))}) VALUES"
                    client.execute(insert, rows(table, stored), columnar=True)
        assert figures.count(client) == Counts(None, (), (), (), ())  # no month is frozen
        cells: dict[Place, Counter[str]] = {}
        freezing.freeze(client, DAY.replace(day=1), cells, date(DAY.year, 12, 1))
        found = figures.count(client)
        insert = f"INSERT INTO {DECISIONS.name} ({', '.join(types(DECISIONS))}) VALUES"
        late = {**door.stand.read("decisions")[0], "decided_on": date(DAY.year, 12, 1)}
        client.execute(insert, rows(DECISIONS, [Stored("decisions", 0, 999, 0, late)]), columnar=True)
        assert figures.count(client) == found  # what comes after the month moves nothing
        last = {**late, "decided_on": date(DAY.year, 11, 30)}
        client.execute(insert, rows(DECISIONS, [Stored("decisions", 0, 1_000, 0, last)]), columnar=True)
        (more,) = figures.count(client).recorded
        assert more.number == found.recorded[0].number + 1  # the month's last day is in it
        client.execute("ALTER TABLE decisions DELETE WHERE offset = 1000 SETTINGS mutations_sync = 1")
    assert found.as_of == date(DAY.year, 11, 30)
    assert found.recorded == (Recorded(DAY.year, LISTING, "SD-COURT", "2", "serious", 3),)
    assert found.ended == (Ended(LISTING, "performed", 1),)
    assert figures.Filed(DAY.year, "objection", "opened", 1) in found.cases
    changes = [name for name in door.stand.topics if name.startswith("sanctions.") and "current" not in name]
    raised = {one["obligation_id"] for name in changes for one in door.stand.read(name)}
    assert sum(one.number for one in found.proposed) == len(raised) > 2
    assert {one.state for one in found.proposed} == {"proposed", "lifting"}
    assert sum(one.number for one in found.proposed if one.state == "lifting") * 3 == len(raised)
    assert person(1) not in repr(found)
    hour = [0.0]
    real = Tables(clickhouse_url, database, now=lambda: hour[0])
    first = real.counts()
    hour[0] = figures.KEPT_S
    assert first == found and real.counts() is first  # counted once a minute, whoever asks
    hour[0] += 1
    assert real.counts() is not first


def test_every_column_counted_is_granted_and_no_other() -> None:
    asked = " ".join(figures.STATEMENTS)
    for columns in COUNTED_COLUMNS.values():
        for column in columns:
            assert column in asked, f"{column} need not be granted"


def test_without_a_database_nothing_is_counted() -> None:
    with pytest.raises(FiguresClosed):
        Tables("clickhouse://default@127.0.0.1:1", "nowhere").counts()
