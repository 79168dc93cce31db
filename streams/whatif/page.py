"""A what-if as one HTML file: tables and charts, to be read anywhere, printed, kept. It asks nothing of any network."""

from collections.abc import Iterator
from html import escape

from streams.whatif.charts import COLOURS, MOST, bars
from streams.whatif.places import TABLES, TITLES
from streams.whatif.report import Report, Row
from streams.whatif.stood import DIRECTIONS
from streams.whatif.words import COLUMNS, MEANING, NOTES, figure

_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#f8fafc;color:#0f172a;font:15px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:40px 0 8px}
p.sub{color:#475569;margin:0 0 20px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;background:#fff;border:1px solid #e2e8f0;
border-radius:10px;padding:16px 20px;margin:0}
dt{color:#475569}dd{margin:0;overflow-wrap:anywhere}code{font:13px ui-monospace,Consolas,monospace}
.totals{display:grid;grid-template-columns:repeat(4,1fr);gap:14px;margin:20px 0}
.total{background:#fff;border:1px solid #e2e8f0;border-left:6px solid;border-radius:10px;padding:12px 16px}
.total b{display:block;font-size:26px;line-height:1.3;font-variant-numeric:tabular-nums}
.total small{color:#475569;display:block;line-height:1.4}
figure{background:#fff;border:1px solid #e2e8f0;border-radius:10px;margin:0 0 12px;padding:8px 12px}
figure svg{width:100%;height:auto;display:block}figcaption{color:#475569;font-size:13px}
figure svg .text-overlay text.value{text-anchor:start;transform:translate(5px,0)}
figure svg .guide.line{stroke:#e2e8f0!important;stroke-dasharray:none!important}
figure svg .axis .guides:hover .guide.line{stroke:#e2e8f0!important}
table{border-collapse:collapse;width:100%;background:#fff;border:1px solid #e2e8f0}
th,td{padding:6px 12px;border-bottom:1px solid #e2e8f0;text-align:right;font-variant-numeric:tabular-nums;
vertical-align:top}
th{background:#f1f5f9;font-weight:600;line-height:1.35}th small{font-weight:400;color:#475569;display:block}
th:first-child,td:first-child{text-align:left}
td:first-child small{color:#64748b;display:block;font:12px ui-monospace,monospace}
td.hidden{color:#64748b}
.wide{overflow-x:auto}
.notes{color:#475569;font-size:14px}.notes p{margin:0 0 10px}
i.key{display:inline-block;width:11px;height:11px;border-radius:2px;margin:0 6px 0 14px}
@media(max-width:720px){.totals{grid-template-columns:repeat(2,1fr)}dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:6px}}
@media print{body{background:#fff}h2{break-after:avoid}figure,table{break-inside:avoid}}
"""


def page(report: Report) -> str:
    """The whole file. The same report gives the same page."""
    title = "推演 what-if"
    head = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return "\n".join((head + view, f"<style>{_STYLE}</style><main>", *_parts(report), "</main></html>\n"))


def _parts(report: Report) -> Iterator[str]:
    yield "<h1>推演：草案若在此期间施行</h1><p class=sub>What if: the draft in force over these days</p>"
    yield _head(report)
    if report.differs:
        yield _totals(report)
    else:
        yield "<h2>没有差别 / nothing differs</h2><p>两种法律之下无人新增、无人解脱，期限也相同，他人所见亦同。"
        yield "Nobody is newly reached or released, no measure lasts longer or shorter, and others see the same.</p>"
    for dimension in TABLES:
        if report.tables[dimension]:
            yield from _section(dimension, report.tables[dimension])
    yield "<h2>如何阅读 / how to read this</h2><div class=notes>"
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
            f'<div class=total style="border-left-color:{COLOURS[direction]}">{chinese} / {english}'
            f"<b>{escape(figure(report.totals[direction]))}</b><small>{meaning}</small><small>{meant}</small></div>"
        )
    return f"<h2>措施合计（人） / measures: total, persons</h2><div class=totals>{''.join(boxes)}</div>"


def _section(dimension: str, rows: tuple[Row, ...]) -> Iterator[str]:
    key = "".join(f'<i class=key style="background:{COLOURS[d]}"></i>{" ".join(COLUMNS[d])}' for d in DIRECTIONS)
    more = f"最大的 {MOST} 行 / the {MOST} largest rows. " if len(rows) > MOST else ""
    yield f"<h2>{TITLES[dimension]}</h2><figure><figcaption>{more}{key}</figcaption>{bars(dimension, rows)}</figure>"
    heads = "".join("<th>{}<small>{}</small></th>".format(*COLUMNS[direction]) for direction in DIRECTIONS)
    yield f'<div class=wide tabindex="0"><table><tr><th>{TITLES[dimension]}</th>{heads}</tr>'
    for row in rows:
        cells = "".join(_cell(row.persons[direction]) for direction in DIRECTIONS)
        yield f"<tr><td>{escape(row.name)}<small>{escape(row.code)}</small></td>{cells}</tr>"
    yield "</table></div>"


def _cell(lower: int | None) -> str:
    kind = " class=hidden" if lower is None else ""
    return f"<td{kind}>{escape(figure(lower))}</td>"
