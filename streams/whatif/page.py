"""A what-if as one HTML file: tables and charts, to be read anywhere, printed, kept. It asks nothing of any network."""

from collections.abc import Iterator
from html import escape

from streams.whatif.charts import COLOURS, MOST, bars
from streams.whatif.places import TABLES, TITLES
from streams.whatif.report import Report, Row
from streams.whatif.stood import DIRECTIONS
from streams.whatif.words import COLUMNS, MEANING, NOTES, figure
from topics.look import style

_STYLE = """
.card { border-left-width: 6px; }
th:first-child small, td:first-child small, th small { display: block; font-weight: 400; }
@media print { .card { print-color-adjust: exact; } figure.chart { break-inside: avoid; } }
"""


def page(report: Report) -> str:
    """The whole file. The same report gives the same page."""
    title = "推演 what-if"
    head = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return "\n".join((head + view, f"<style>{style()}{_STYLE}</style><main>", *_parts(report), "</main></html>\n"))


def _parts(report: Report) -> Iterator[str]:
    yield "<h1>推演：草案若在此期间施行</h1><p class=quiet>What if: the draft in force over these days</p>"
    yield _head(report)
    if report.differs:
        yield _totals(report)
    else:
        yield "<h2>没有差别 / nothing differs</h2><p class=empty>"
        yield "两种法律之下无人新增、无人解脱，期限也相同，他人所见亦同。<br>"
        yield "Nobody is newly reached or released, no measure lasts longer or shorter, and others see the same.</p>"
    for dimension in TABLES:
        if report.tables[dimension]:
            yield from _section(dimension, report.tables[dimension])
    yield "<h2>如何阅读 / how to read this</h2><div class=quiet>"
    yield "".join(f"<p>{escape(chinese)}<br>{escape(english)}</p>" for chinese, english in NOTES)
    yield "</div>"


def _head(report: Report) -> str:
    reigns = "<br>".join(f"<code>{reign.law}</code> {reign.from_day} 起" for reign in report.compared_with)
    facts = (
        ("草案 / draft", f"{escape(report.title)}<br><code>{report.draft}</code>"),
        ("比照 / compared with", reigns),
        ("期间 / days", f"{report.from_day} — {report.to_day}"),
        ("历史 / history", f"{report.records:,} 条记录 / records"),
        ("报告摘要 / digest", f"<code>{report.digest}</code>"),
    )
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in facts)}</dl>"


def _totals(report: Report) -> str:
    boxes = []
    for direction in DIRECTIONS:
        chinese, english = COLUMNS[direction]
        meaning, meant = MEANING[direction]
        boxes.append(
            f'<div class=card style="border-left-color:{COLOURS[direction]}">{chinese} / {english}'
            f"<b class=figure>{escape(figure(report.totals[direction]))}</b>"
            f"<small>{meaning}</small><small>{meant}</small></div>"
        )
    return f"<h2>措施合计（人） / measures: total, persons</h2><div class=cards>{''.join(boxes)}</div>"


def _section(dimension: str, rows: tuple[Row, ...]) -> Iterator[str]:
    key = "".join(f'<span class=key style="background:{COLOURS[d]}"></span>{" ".join(COLUMNS[d])}' for d in DIRECTIONS)
    more = f"最大的 {MOST} 行 / the {MOST} largest rows. " if len(rows) > MOST else ""
    drawn = f"<figcaption>{more}{key}</figcaption>{bars(dimension, rows)}"
    yield f"<h2>{TITLES[dimension]}</h2><figure class=chart>{drawn}</figure>"
    heads = "".join("<th class=number>{}<small>{}</small></th>".format(*COLUMNS[direction]) for direction in DIRECTIONS)
    yield f'<div class=wide tabindex="0"><table><thead><tr><th>{TITLES[dimension]}</th>{heads}</tr></thead><tbody>'
    for row in rows:
        cells = "".join(_cell(row.persons[direction]) for direction in DIRECTIONS)
        yield f"<tr><td>{escape(row.name)}<small>{escape(row.code)}</small></td>{cells}</tr>"
    yield "</tbody></table></div>"


def _cell(lower: int | None) -> str:
    kind = "number quiet" if lower is None else "number"
    return f'<td class="{kind}">{escape(figure(lower))}</td>'
