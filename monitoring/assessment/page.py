"""A bulletin as one HTML file, to be read anywhere, printed, kept: no script, nothing from any network."""

from collections.abc import Iterator
from html import escape

from monitoring.assessment.bulletin import Bulletin
from monitoring.assessment.charts import trend
from monitoring.assessment.rates import RATES
from monitoring.assessment.tables import NOTES, Cell, Table, status, tables, title, told

_CARDS = (
    "storage",
    "completeness",
    "compliance",
    "timeliness",
    "unexplained",
    "feedback",
    "feedback_days",
    "objection",
)
_STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f8fafc;color:#0f172a;font:15px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
main{max-width:1240px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 6px}
p.sub{color:#475569;margin:0 0 20px}p.note,p.none{color:#475569;font-size:13px;margin:0 0 8px}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:0 0 8px}
.card{background:#fff;border:1px solid #e2e8f0;border-radius:8px;padding:10px 14px}
.card b{display:block;font-size:24px;line-height:1.3;font-variant-numeric:tabular-nums}
.card small{color:#475569;display:block;line-height:1.4}
figure{background:#fff;border:1px solid #e2e8f0;border-radius:8px;margin:0 0 12px;padding:8px 12px}
figure svg{width:100%;height:auto;display:block}figcaption{color:#475569;font-size:13px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:#fff;border:1px solid #e2e8f0}
th,td{padding:5px 8px;border-bottom:1px solid #e2e8f0;text-align:right;font-variant-numeric:tabular-nums;
vertical-align:top}
th{background:#f1f5f9;font-weight:600;font-size:13px;line-height:1.35}
td:not(.text){white-space:nowrap}
th:first-child,td:first-child,td.text,th.text{text-align:left}
td.text:first-child{min-width:11em}
td.bar{min-width:64px}
td.bar i{display:block;height:4px;margin-top:3px;background:#e2e8f0;border-radius:2px}
td.bar i i{margin:0;background:#0f766e}
.notes{color:#475569;font-size:14px}.notes p{margin:0 0 10px}
@media(max-width:720px){.cards{grid-template-columns:repeat(2,1fr)}}
@page{size:A4 landscape;margin:12mm}
@media print{body{background:#fff;font-size:11px}th{font-size:9px}main{padding:0;max-width:none}h2{break-after:avoid}
figure,tr,.card{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def page(bulletin: Bulletin) -> str:
    """The whole file. The same bulletin gives the same page."""
    name = escape(title(bulletin))
    head = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{name}</title>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    top = f"<h1>{name}</h1><p class=sub>{escape(status(bulletin))}</p>"
    body = "\n".join(_parts(bulletin))
    return f"{head}{view}<style>{_STYLE}</style></head><body><main>{top}\n{body}\n</main></body></html>\n"


def _parts(bulletin: Bulletin) -> Iterator[str]:
    yield _cards(bulletin)
    for table in tables(bulletin):
        if not table.book_only:
            yield from _table(table, trend(bulletin.trend) if table.title.endswith("trend") else "")
    yield "<h2>说明 notes</h2><div class=notes>"
    yield "".join(f"<p>{escape(chinese)}<br>{escape(english)}</p>" for chinese, english in NOTES)
    yield "</div>"


def _cards(bulletin: Bulletin) -> str:
    boxes = []
    for code in _CARDS:
        rate = RATES[code]
        of = f"{rate.over(bulletin.total.figures):,}"
        value = escape(told(rate, bulletin.total.rates[code]).text)
        boxes.append(f"<div class=card>{rate.zh} {code}<b>{value}</b><small>分母 of {of}</small></div>")
    return f"<div class=cards>{''.join(boxes)}</div>"


def _table(table: Table, chart: str) -> Iterator[str]:
    yield f"<h2>{escape(table.title)}</h2>"
    if table.note:
        yield f"<p class=note>{escape(table.note)}</p>"
    if chart:
        yield f"<figure>{chart}</figure>"
    rows = table.rows[: table.brief]
    if not rows:
        yield "<p class=none>无 / none</p>"
        return
    texts = [all(not _number(row[at]) for row in rows) for at in range(len(table.headings))]
    heads = "".join(
        f"<th{' class=text' if text else ''}>{escape(one)}</th>"
        for one, text in zip(table.headings, texts, strict=True)
    )
    yield f'<div class=wide tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in rows:
        yield f"<tr>{''.join(_cell(cell, text) for cell, text in zip(row, texts, strict=True))}</tr>"
    yield "</tbody></table></div>"
    if len(rows) < len(table.rows):
        yield f"<p class=note>… {len(table.rows) - len(rows)} 行见工作簿 / more rows in the workbook</p>"


def _number(cell: Cell) -> bool:
    """Whether a cell stands to the right, as numbers do; one without a figure goes with its column."""
    return cell.share is not None or not cell.text.strip("0123456789.,+-−—%")


def _cell(cell: Cell, text: bool) -> str:
    if cell.share is None:
        return f"<td{' class=text' if text else ''}>{escape(cell.text)}</td>"
    width = min(max(cell.share, 0), 1)
    return f'<td class=bar>{escape(cell.text)}<i><i style="width:{width:.1%}"></i></i></td>'
