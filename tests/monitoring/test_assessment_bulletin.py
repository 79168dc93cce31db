"""What a bulletin says, and that its three files say the same."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import openpyxl
import pytest

from monitoring.assessment import bars, files, page, tables
from monitoring.assessment.bulletin import Bulletin, Names, bulletin
from monitoring.assessment.cells import Cells, Place
from monitoring.assessment.freezing import Frozen
from monitoring.assessment.gathering import Months
from monitoring.assessment.months import after
from monitoring.assessment.rates import RATES

OCTOBER = date(2026, 10, 1)
LONG = "山东省某某高新技术产业开发区管理委员会住房和城乡建设与综合行政执法局（含城市更新办公室）"
NAMES = Names(
    channels={"court": "人民法院", "tax": "税务 <一> | 二", "city-jinan": "济南市公共信用信息平台"},
    bodies={"SD-COURT": "高级人民法院", "SD-HOUSING-370100": LONG},
    cities={"370100": "济南市", "370200": "青岛市"},
    fields={"judicial": "司法诉讼", "construction": "工程建设"},
)
NOW: Cells = {
    Place("court"): Counter(supplied=200, stored=180, readable=200, complete=199, compliant=198),
    Place("tax"): Counter(supplied=100, stored=90, readable=100, complete=100, compliant=100),
    Place("city-jinan", city="370100"): Counter(supplied=9, stored=1, readable=9, complete=1, compliant=1),
    Place("court", "SD-COURT", "", "judicial"): Counter(passed=190, taken=180, on_time=160, late=20),
    Place("city-jinan", "SD-HOUSING-370100", "370100", "construction"): Counter(passed=10, taken=10, on_time=1, late=9),
    Place("tax", "", "", "-"): Counter(produced=20, arrived=20),
    Place("court", "", "", "judicial"): Counter(produced=10, arrived=1, not_arrived=9, explained=9),
}
ASKED: Cells = {Place("court"): Counter(queries=3, queries_for_audit=3), Place(""): Counter(queries_refused=2)}


def made(frozen: bool = False, city: str | None = None, now: Cells = NOW, day: date = date(2026, 11, 5)) -> Bulletin:
    whole = {place: now.get(place, Counter()) + ASKED.get(place, Counter()) for place in {**now, **ASKED}}
    was = {OCTOBER: Frozen(whole, date(2026, 11, 3), datetime(2026, 11, 4, 1, 2, tzinfo=UTC))} if frozen else {}
    months = Months({OCTOBER: whole, after(OCTOBER, -1): {Place("court"): Counter(supplied=10, stored=5)}}, was)
    return bulletin(months, OCTOBER, day, NAMES, bars.load(), city=city)


def test_equals_share_a_rank_and_who_has_fewer_than_ten_has_none() -> None:
    """180 of 200 and 90 of 100 are the same share; the platform has 9 records."""
    ranked = [(one.rank, one.code, one.value) for one in made().ranking if one.rate == "storage"]
    assert ranked == [(1, "court", 0.9), (1, "tax", 0.9)]


def test_what_of_the_query_log_cannot_be_read_is_told() -> None:
    (table,) = [one for one in tables.tables(made()) if "query use" in one.title]
    assert "cannot be read" not in table.note
    lost = {**NOW, Place(""): Counter(queries_unreadable=3)}
    (table,) = [one for one in tables.tables(made(now=lost)) if "query use" in one.title]
    assert "3 records of the query log cannot be read" in table.note
    assert [one.unreadable for one in made(now=lost).queries if one.code == ""] == [3]


def test_named_is_who_is_beyond_a_bar_with_ten_or_more() -> None:
    """The housing body is late with 9 of 10 (bar 10 %), the court with 20 of 180; the platform has 9 records alone;
    0.9 stored is the bar itself; what the court's return accounts for is no concealment."""
    named = [(one.rate, one.kind, one.code, one.value) for one in made().named]
    assert named == [
        ("lateness", "body", "SD-HOUSING-370100", 9 / 10),
        ("lateness", "body", "SD-COURT", 20 / 180),
    ]


def test_totals_are_worked_out_after_adding() -> None:
    found = made()
    assert found.total.rates["storage"] == (180 + 90 + 1) / (200 + 100 + 9)
    assert [one.figures.get("taken", 0) for one in found.fields] == [180, 10, 0]
    assert [(one.code, one.rates["storage"]) for one in found.cities] == [("370100", 1 / 9), ("370200", None)]
    assert [(one.code, one.answered, one.refused, one.by_purpose) for one in found.queries] == [
        ("court", 3, 0, {"audit": 3}),
        ("", 0, 2, {}),
    ]
    months = [one.month for one in found.trend]
    assert months == [after(OCTOBER, back) for back in range(-11, 1)] and found.trend[-2].rates["storage"] == 0.5


def test_a_city_has_its_own_and_nothing_of_another() -> None:
    found = made(city="370100")
    assert found.total.figures == {
        **{"supplied": 9, "stored": 1, "readable": 9, "complete": 1, "compliant": 1},
        **{"passed": 10, "taken": 10, "on_time": 1, "late": 9},
    }
    assert found.city_name == "济南市" and found.cities == () and found.queries == ()
    assert made(city="370200").total.figures == {}


@pytest.mark.parametrize(
    ("frozen", "day", "words"),
    [(False, date(2026, 10, 31), "未满月"), (False, date(2026, 11, 1), "未定稿"), (True, date(2026, 11, 9), "已定稿")],
)
def test_whether_the_figures_still_move_is_said(frozen: bool, day: date, words: str) -> None:
    assert words in tables.status(made(frozen, day=day)) and words in files.markdown(made(frozen, day=day))


@pytest.mark.parametrize("city", [None, "370100"])
@pytest.mark.parametrize("frozen", [False, True])
def test_the_three_files_say_the_same(tmp_path: Path, frozen: bool, city: str | None) -> None:
    found = made(frozen, city)
    paths = files.write(found, tmp_path / "new")
    stem = "bulletin-2026-10" + (f"-{city}" if city else "")
    assert {path.name for path in paths.values()} == {f"{stem}.{kind}" for kind in ("md", "xlsx", "html")}
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths.values())
    text, html = paths["md"].read_text(encoding="utf-8"), paths["html"].read_text(encoding="utf-8")
    book = openpyxl.load_workbook(paths["xlsx"])
    made_of = list(tables.tables(found))
    assert len(book.sheetnames) == len(made_of) + 1
    for table, sheet in zip(made_of, book.worksheets[1:], strict=True):
        rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
        assert rows == [table.headings, *(tuple(cell.text for cell in row) for row in table.rows)]
        if not table.book_only:
            assert f"## {table.title}" in text and f"<h2>{table.title}</h2>" in html
            for row in table.rows:
                for cell in row:
                    assert cell.text.replace("|", "\\|") in text


def test_the_page_asks_nothing_of_a_network_and_is_well_formed() -> None:
    html = page.page(made(True))
    assert not re.search(r"<script|src=|url\(|@import|<link", html)
    links = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert all("w3.org" in link for link in links), links  # names of SVG's own vocabulary
    assert "税务 &lt;一&gt; | 二" in html and "<一>" not in html and LONG in html
    body = html[html.index("<main>") : html.index("</main>") + len("</main>")]
    plain = re.sub(r"<svg.*?</svg>", "", body, flags=re.DOTALL).replace("<br>", "<br/>")
    ElementTree.fromstring(re.sub(r"(<\w+) (class)=(\w[\w-]*)", r'\1 \2="\3"', plain))
    assert html == page.page(made(True))


def test_a_month_in_which_nothing_came_says_so() -> None:
    empty = made(now={}, city="370200")
    assert "无 / none" in files.markdown(empty) and "无 / none" in page.page(empty)
    assert tables.told(RATES["storage"], empty.total.rates["storage"]).text == "—"


def test_the_line_of_json_has_every_figure_and_no_officer() -> None:
    said = msgspec.json.decode(msgspec.json.encode(made(True)))
    assert said["month"] == "2026-10-01" and said["total"]["figures"]["supplied"] == 309
    assert said["bars"]["set_by"] == "office" and said["since"] == []
    assert "officer" not in msgspec.json.encode(said).decode()
