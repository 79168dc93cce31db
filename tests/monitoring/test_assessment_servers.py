"""The assessment on a real ClickHouse: every figure of a small history equals what was worked out by hand."""

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from assessed_history import COUNTY, COURT, HIGH_COURT, HOUSING, JINAN, OCTOBER, ORG, RETURN, TODAY, fill, later
from clickhouse_driver import Client

from monitoring.assessment import bars, freezing, gathering, reference
from monitoring.assessment.bulletin import Names, bulletin
from monitoring.assessment.cells import Place, by
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.gathering import Office
from sinks.clickhouse import migrate
from sinks.clickhouse.connection import connect
from streams.backup import rebuild
from streams.law.code_classes import classes
from streams.law.loader import load
from topics.people import cities

pytestmark = pytest.mark.servers
BOOK = load()
ASKED = {OCTOBER: {Place("court"): Counter({"queries": 2, "queries_for_audit": 2})}}
NAMES = Names(channels={"court": "人民法院"}, bodies={}, cities=cities(), fields=BOOK.fields)


@pytest.fixture(scope="module")
def shared(clickhouse_url: str) -> Iterator[Client]:
    """One database for the tests that change nothing."""
    name = f"t{secrets.token_hex(4)}"
    with connect(clickhouse_url) as opened:
        migrate.apply(opened, name)
        fill(opened)
        yield opened
        opened.execute(f"DROP DATABASE {name} SYNC")


@pytest.fixture
def client(clickhouse_url: str, database: str) -> Iterator[Client]:
    with connect(clickhouse_url, database) as opened:
        migrate.apply(opened, database)
        fill(opened)
        yield opened


def of(client: Client, folder: Path) -> Office:
    (folder / "court.2026-10.csv").write_text(RETURN, encoding="utf-8")
    (folder / "court.2026-08.csv").write_text("item,produced\nnot read\n", encoding="utf-8")
    return Office(client, BOOK, frozenset({"court", "city-jinan", "org"}), lambda first, last: ASKED, folder)


@pytest.fixture
def office(shared: Client, tmp_path: Path) -> Office:
    return of(shared, tmp_path)


@pytest.fixture
def fresh(client: Client, tmp_path: Path) -> Office:
    return of(client, tmp_path)


def test_every_figure_of_the_month_is_the_one_worked_out_by_hand(office: Office) -> None:
    told = gathering.gather(office, [OCTOBER]).now[OCTOBER]
    assert by(told, lambda place: place.channel) == {
        "court": Counter({**COURT, "queries": 2, "queries_for_audit": 2}),
        "city-jinan": Counter(JINAN),
        "org": Counter(ORG),
    }
    places = {place for place in told if place.channel == "city-jinan"}
    assert places == {
        Place("city-jinan", city="370100"),
        Place("city-jinan", HOUSING, "370100", "construction"),
        Place("city-jinan", COUNTY, "370100", "-"),
    }
    assert told[Place("court", HIGH_COURT, "", "judicial")]["late"] == 3
    assert told[Place("org", "SD-ORG", "", "judicial")] == Counter(ORG)


def test_the_bulletin_of_the_province_and_of_one_city(office: Office) -> None:
    """storage: (12 + 13) / (20 + 13); timeliness: (6 + 9) / (6 + 3 + 9 + 4); unexplained: 3 / 14; objections: 1 / 3.
    Ranked is who has ten: court 12 / 20 and jinan 13 / 13 stored; jinan alone has ten that are judged on time or late.
    Over the bar: court stored 60 % (under 90 %), complete 16 / 19 and compliant 17 / 19 (under 95 %), the city's body
    with 4 of 12 late (over 10 %; the court's nine are too few), court 3 of 14 (over 5 %), objections on time 1 of 3."""
    months = gathering.gather(office, [date(2026, 9, 1), OCTOBER])
    made = bulletin(months, OCTOBER, gathering.today(office.client), NAMES, bars.load())
    assert (made.as_of, made.over, made.frozen_at) == (TODAY, True, None)
    assert made.total.rates["storage"] == 25 / 33 and made.total.rates["timeliness"] == 15 / 22
    assert made.total.rates["concealment"] == 5 / 14 and made.total.rates["unexplained"] == 3 / 14
    assert made.total.rates["feedback"] == 2 / 4 and made.total.rates["feedback_days"] == 18 / 2
    assert made.total.rates["repair"] == 1 / 2
    ranked = [one for one in made.ranking if one.kind == "channel"]
    assert [(one.code, one.of) for one in made.ranking if one.kind == "city"] == [("370100", 13)]
    assert [(one.rate, one.rank, one.code, one.value, one.of) for one in ranked] == [
        ("storage", 1, "city-jinan", 1.0, 13),
        ("storage", 2, "court", 12 / 20, 20),
        ("timeliness", 1, "city-jinan", 9 / 13, 13),
        ("unexplained", 1, "court", 3 / 14, 14),
    ]
    assert [(one.rate, one.code, one.value, one.of) for one in made.named] == [
        ("storage", "court", 12 / 20, 20),
        ("completeness", "court", 16 / 19, 19),
        ("compliance", "court", 17 / 19, 19),
        ("lateness", HOUSING, 4 / 12, 12),
        ("unexplained", "court", 3 / 14, 14),
        ("objection", HIGH_COURT, 1 / 3, 3),
    ]
    trend = {one.month: one for one in made.trend}
    assert len(trend) == 12 and trend[date(2026, 9, 1)].figures["taken"] == 2
    assert trend[date(2026, 9, 1)].rates["feedback_days"] == 1 and trend[date(2026, 8, 1)].figures == {}
    jinan = bulletin(months, OCTOBER, TODAY, NAMES, bars.load(), city="370100")
    assert jinan.total.figures == JINAN and [one.code for one in jinan.channels] == ["city-jinan"]
    assert [one.code for one in jinan.bodies] == [HOUSING, COUNTY] and jinan.cities == ()


def test_the_rates_of_the_views_are_the_bulletins(office: Office) -> None:
    gathering.gather(office, [OCTOBER])
    row = "SELECT storage_rate, completeness_rate, compliance_rate FROM assessment_received"
    assert office.client.execute(f"{row} WHERE month = '2026-10-01' AND channel = 'court'") == [(0.6, 16 / 19, 17 / 19)]
    row = "SELECT timeliness_rate, lateness_rate FROM assessment_stored WHERE month = '2026-10-01'"
    assert office.client.execute(f"{row} AND channel = 'court'") == [(6 / 9, 3 / 9)]
    row = "SELECT feedback_rate, days_to_feedback FROM assessment_feedback WHERE month = '2026-10-01'"
    assert office.client.execute(row) == [(0.5, 9.0)]
    row = "SELECT on_time_rate FROM assessment_cases WHERE month = '2026-10-01' AND matter = 'objection'"
    assert office.client.execute(row) == [(1 / 3,)]


def test_a_frozen_month_stays_and_what_came_in_since_is_told(fresh: Office) -> None:
    """Later o3 is answered on 10 November, 10 days after 31 October, and two documents of October come in November."""
    with pytest.raises(AssessmentFault, match="not over"):
        gathering.freeze(fresh, date(2026, 11, 1))
    kept = gathering.freeze(fresh, OCTOBER)
    assert kept.as_of == TODAY
    before = bulletin(gathering.gather(fresh, [OCTOBER]), OCTOBER, TODAY, NAMES, bars.load())
    assert before.since == () and before.frozen_at == kept.frozen_at
    later(fresh.client)
    after = bulletin(gathering.gather(fresh, [OCTOBER]), OCTOBER, TODAY, NAMES, bars.load())
    assert after.total == before.total and after.bodies == before.bodies and after.named == before.named
    assert [(one.code, one.figure, one.frozen, one.now) for one in after.since if one.code] == [
        ("court", "arrived", 9, 11),
        ("court", "not_arrived", 5, 3),
        ("court", "unexplained", 3, 1),
        ("org", "answered", 2, 3),
        ("org", "days", 18, 28),
    ]
    with pytest.raises(AssessmentFault, match="already"):
        gathering.freeze(fresh, OCTOBER)
    # two at once: the second block under the month's token is dropped whole, and its writer is told
    fresh.client.execute("ALTER TABLE assessment_frozen DELETE WHERE 1 SETTINGS mutations_sync = 1")
    with pytest.raises(AssessmentFault, match="somebody else"):
        freezing.freeze(fresh.client, OCTOBER, {Place("other"): Counter({"late": 1})}, TODAY)


def test_the_reference_tables_are_filled_once_and_a_torn_load_is_not_seen(fresh: Office) -> None:
    wanted = reference.reference(BOOK, classes())
    assert reference.fill(fresh.client, wanted) == 1 and reference.fill(fresh.client, wanted) == 1
    seen = "SELECT count() FROM assessment_code_classes"
    assert fresh.client.execute(seen) == [(len(BOOK.codes),)]
    fresh.client.execute("INSERT INTO assessment_codes (load, code, class) VALUES", [(2, "GROUND_MISSING", "notice")])
    assert fresh.client.execute(seen) == [(len(BOOK.codes),)]
    assert reference.fill(fresh.client, wanted._replace(codes=(("NEW", "notice"),))) == 2


def test_a_database_made_anew_keeps_its_frozen_months(fresh: Office, database: str) -> None:
    kept = gathering.freeze(fresh, OCTOBER)
    rebuild.empty(fresh.client, database)
    assert fresh.client.execute("SHOW TABLES") == [(rebuild.FROZEN,)]
    migrate.apply(fresh.client, database)
    assert freezing.frozen(fresh.client, OCTOBER, OCTOBER)[OCTOBER] == kept
    fresh.client.execute("DROP TABLE assessment_frozen SYNC")
    rebuild.empty(fresh.client, database)
    gone = fresh.client.execute("SELECT count() FROM system.databases WHERE name = %(d)s", {"d": database})
    assert gone == [(0,)]
    migrate.apply(fresh.client, database)


def test_no_view_and_no_frozen_row_has_a_column_of_a_person(shared: Client) -> None:
    asked = "SELECT name FROM system.columns WHERE database = currentDatabase() AND table LIKE 'assessment_%'"
    names = {name for (name,) in shared.execute(asked)}
    assert {"channel", "body", "city", "field", "month", "on_time"} <= names
    assert not names & {"subject", "document_no", "receipt_id", "case_no", "obligation_id", "event_id", "officer"}
