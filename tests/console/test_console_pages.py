"""Every page in both languages: whole, labelled, naming nothing outside, and saying what is missing."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from console_stand import CATALOGUE, DAY, LAWS, NOW, Stand

from monitoring import catalogue as c
from monitoring.console import views
from monitoring.console.map import draw
from monitoring.console.pages import EXPLAIN, LANGUAGES, PAGES
from monitoring.console.tables import Count, Due, Duties, Owed
from monitoring.console.words import read
from streams.whatif import kept
from streams.whatif.places import TABLES
from streams.whatif.report import Piece, Reign, Report, Row
from streams.whatif.stood import DIRECTIONS

ID = "0123456789abcdef0123456789abcdef"
HAN = re.compile(r"[\u4e00-\u9fff]")


class Outline(HTMLParser):
    """What a browser without eyes goes by: ids, labels, headings, links; and the text that is not marked as Chinese."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.headings: list[int] = []
        self.links: list[str] = []
        self.english = ""
        self._open: list[tuple[str, bool]] = []
        self.feed(page)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.labels |= {found["for"] or ""} if tag == "label" else set()
        self.fields |= {found["id"] or ""} if tag in ("input", "select", "textarea") else set()
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.links += [value for name in ("href", "src", "action") if (value := found.get(name))]
        if tag not in ("meta", "link", "input", "br"):
            chinese = bool(self._open and self._open[-1][1])
            self._open.append((tag, found["lang"] == "zh-CN" if "lang" in found else chinese))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag, tag

    def handle_data(self, data: str) -> None:
        if self._open and not self._open[-1][1] and self._open[-1][0] not in ("option", "style"):
            self.english += data


def fill(stand: Stand, folder: Path) -> str:
    """Something of everything; the digest of the report that is kept."""
    for at, records in ((0.0, 10), (40.0, 50)):
        worker, exporter = stand.scene.of("worker-1"), stand.scene.of("exporter-1")
        stand.scene.of("sink-1").counter(c.SINK_ROWS, "decisions").inc(records)
        worker.counter(c.RECEIPTS, "intake", "court", "accepted", "none").inc(records)
        worker.gauge(c.POSITION, "intake", "events.court", 0).set(records)
        exporter.gauge(c.GROUP_LAG, "chengxin", "events.court", 0).set(1_234)
        exporter.gauge(c.CHANNEL_LAST, "court").set(NOW - 3_700)
        exporter.gauge(c.FAMILY_END, "querylog").set(records)
        stand.scene.look(at)
    stand.rows.outcomes = {"court": {"accepted": 90, "rejected": 30}}
    stand.rows.kept = (Duties("railway", "proof", 3, 1, 2, 4, 5),)
    stand.rows.counts = (Count("railway", "proposed", "not_in_text", 7), Count("railway", "lifting", "set", 2))
    stand.rows.due = (Due(date(2026, 11, 1), "lifting", 2),)
    rule = next(one for one in LAWS.book.rules.values() if one.executor == "railway")
    common = ("railway", rule.measure, rule.rule_id)
    stand.rows.list = (
        Owed(ID, *common, "lifting", "set", DAY - timedelta(1), DAY, None, True),
        Owed(ID[::-1], *common, "proposed", "not_in_text", None, DAY, None, False),
    )
    rows = (Row("railway", "铁路<b>", {**dict.fromkeys(DIRECTIONS, None), "reached": 20}),)
    report = Report(
        "d" * 64, "草案", (Reign("e" * 64, DAY),), None, DAY, DAY, 9, (Piece(1, "f" * 64),), True,
        dict.fromkeys(DIRECTIONS, None), {name: rows if name == "department" else () for name in TABLES},
    )  # fmt: skip
    kept.keep(report, "", folder)
    return report.digest


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [*(page.path for page in PAGES), "/law/{version}", "/what-if/{report}", "/nowhere"])
@pytest.mark.parametrize("filled", [True, False], ids=["filled", "empty"])
def test_a_page_is_whole(stand: Stand, tmp_path: Path, language: str, page: str, filled: bool) -> None:
    digest = fill(stand, tmp_path) if filled else "0" * 64
    path = page.format(version=next(iter(LAWS.versions)), report=digest)
    there = page != "/nowhere" and (filled or "{report}" not in page)
    text = stand.page(f"{path}?lang={language}", 200 if there else 404)
    outline = Outline(text)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.fields <= outline.labels
    assert all(link.startswith(("/", "#", "?", "data:,")) for link in outline.links), outline.links
    if language == "en":
        assert not HAN.search(outline.english.replace("中文", "")), HAN.search(outline.english)
    assert "<b>" not in text.replace('<b class="figure">', "").replace("铁路&lt;b&gt;", "")


def test_the_language_asked_for_stays(stand: Stand) -> None:
    assert "实时流程" in stand.page("/")
    assert "Live flow" in stand.page("/?lang=en")
    assert "Live flow" in stand.page("/")
    assert "实时流程" in stand.page("/?lang=zh") and "实时流程" in stand.page("/?lang=xx")


def test_the_flow_shows_figures_at_their_arrows_and_says_where_there_is_none(stand: Stand, tmp_path: Path) -> None:
    fill(stand, tmp_path)
    text = stand.page("/?lang=en")
    shown = dict(re.findall(r'<td class="number" data-text="([^"]+)">([^<]*)</td>', text))
    assert shown["events&gt;intake.rate"] == "1.0/s" and shown["events&gt;intake.waiting"] == "1,234"
    assert shown["intake&gt;receipts.rate"] == "1.2/s"  # 50 in 40 s
    assert shown["cases&gt;intake.rate"] == shown["decisions&gt;sink.waiting"] == "no figure"
    assert shown["intake&gt;receipts.waiting"] == "—" and shown["sink&gt;clickhouse.total"] == "60"
    drawn = dict(re.findall(r'<text [^>]*data-text="([^"]+)">([^<]*)</text>', text))
    assert drawn["sink&gt;clickhouse.pace"] == "1.2/s · 60" and drawn["events&gt;intake.note"] == "lag 1,234"
    assert drawn["intake&gt;receipts.note"] == "faults 0" and drawn["cases&gt;intake.note"] == ""
    assert "query log: 1.0/s" in text
    for node in draw(CATALOGUE).nodes:
        assert f">{node.name}<" in text or node.kind != "family"


def test_updates_carry_what_the_page_shows(stand: Stand, tmp_path: Path) -> None:
    fill(stand, tmp_path)
    answer = stand.browser.get("/live/flow?lang=en")
    assert answer.headers["content-type"].startswith("text/event-stream")
    (line,) = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    said = msgspec.json.decode(line.removeprefix("data: "))
    assert said["texts"]["events>intake.rate"] == "1.0/s" and said["states"]["events>intake"] == "ok"
    assert said["parts"].keys() == {"troubles", "processes"}
    assert "court" in stand.browser.get("/live/channels").text
    assert stand.browser.get("/live/law").status_code == 404


def test_the_board_and_the_list_say_what_stands_and_who_is_away(stand: Stand, tmp_path: Path) -> None:
    fill(stand, tmp_path)
    board = stand.page("/channels?lang=en")
    assert "many rejected" in board and "25.0 %" in board and "past due" in board and "3 / 1 / 2" in board
    listed = stand.page("/obligations?lang=en&state=lifting&executor=railway")
    assert ID in listed and ID[::-1] not in listed and "past due" in listed and "2026-11-01" in listed
    assert stand.rows.asked[-1] == ("lifting", "railway")
    stand.page("/obligations?state=' OR 1&executor=nobody")
    assert stand.rows.asked[-1] == ("", "")
    stand.rows.away = True
    for path in ("/channels?lang=en", "/obligations?lang=en"):
        assert "The tables cannot be read now" in stand.page(path)
    assert "1 h ago" in stand.page("/channels?lang=en")  # what the metrics say is still told


def test_the_law_book_shows_each_version_with_its_clauses(stand: Stand) -> None:
    text = stand.page("/law")
    for version in LAWS.versions.values():
        assert f'href="/law/{version.name}"' in text and version.title in text
    name = max(LAWS.versions, key=lambda one: len(LAWS.versions[one].rows))
    clauses = stand.page(f"/law/{name}")
    for row in LAWS.versions[name].rows:
        assert f'<tr id="{row.rule.no}">' in clauses
        assert row.rule.active or LAWS.why(row.rule) in clauses.replace("&#34;", '"').replace("&amp;", "&")
    assert stand.browser.get("/law/M-0.v1").status_code == 404


@pytest.mark.parametrize(("minute", "today"), [(59, date(2020, 12, 6)), (0, date(2020, 12, 7))])
def test_what_acts_today_goes_by_the_day_in_china(minute: int, today: date) -> None:
    at = datetime(2020, 12, 6, 15 if minute else 16, minute, tzinfo=UTC)
    desk = SimpleNamespace(now=at.timestamp, laws=LAWS)
    assert views.law(desk)["today"] == today  # type: ignore[arg-type]


def test_a_report_that_was_changed_is_told_and_not_shown(stand: Stand, tmp_path: Path) -> None:
    digest = fill(stand, tmp_path)
    assert "20–29" in stand.page(f"/what-if/{digest}") and "&lt;10" in stand.page(f"/what-if/{digest}")
    file = tmp_path / f"{digest}.json"
    file.write_bytes(file.read_bytes().replace(b'"reached":20', b'"reached":90'))
    assert "报告被改动" in stand.page("/what-if")
    for asked in (digest, "../" + digest, "..%2f" + digest):
        assert stand.browser.get(f"/what-if/{asked}").status_code == 404


def test_nothing_is_kept_framed_or_fetched_from_elsewhere(stand: Stand) -> None:
    for path in (*(page.path for page in PAGES), "/style.css", "/console.js", "/nowhere"):
        headers = stand.browser.get(path).headers
        assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
    assert stand.browser.post("/", content=b"").status_code == 405
    long = b"x" * 20_000
    assert stand.browser.post(EXPLAIN.path, content=long).status_code == 413
    assert (
        stand.browser.post(EXPLAIN.path, content=long, headers={"content-length": f"{'0' * 9}20000"}).status_code == 413
    )
    assert stand.browser.post(EXPLAIN.path, content=iter([long])).status_code == 411
    assert stand.browser.post(EXPLAIN.path, headers={"origin": "http://elsewhere"}).status_code == 403


def test_every_word_is_used_and_every_family_and_state_has_one() -> None:
    words = read()
    folder = Path("monitoring/console")
    code = "\n".join(file.read_text("utf-8") for file in (*folder.glob("*.py"), *folder.glob("templates/*.html")))
    asked = set(re.findall(r"""say\(\s*["']([a-z_]+)["'][,)]""", code)) | set(re.findall(r'"([a-z_]+)"', code))
    begun = ("title_", "state_", "unit_", "family_", "node_", "due_", "law_", "ago_")
    assert {key for key in words if key not in asked and not key.startswith(begun)} == set()
    assert {f"family_{name}" for name in CATALOGUE.families} == {key for key in words if key.startswith("family_")}
    assert all(zh and en and not HAN.search(en) for zh, en in words.values())
