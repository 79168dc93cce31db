"""A bulletin as one HTML file, to be read anywhere, printed, kept: no script, nothing from any network."""

from collections.abc import Iterator
from html import escape

from monitoring.assessment.bulletin import Bulletin
from monitoring.assessment.charts import trend
from monitoring.assessment.rates import RATES
from monitoring.assessment.tables import NOTES, Cell, Table, status, tables, title, told
from topics.look import style

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
.cards { grid-template-columns: repeat(4, minmax(0, 1fr)); }
@media (max-width: 40rem) { .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
th:first-child, td:first-child { text-align: left; }
th.number { white-space: normal; }
td.text:first-child { min-width: 11em; }
td.number { min-width: 4rem; }
td i { background: var(--line); border-radius: 2px; display: block; height: 4px; margin-top: 3px; }
td i i { background: var(--two); margin: 0; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { font-size: 8pt; } th { font-size: 7pt; } .wide th, .wide td { min-width: 0; padding: .2rem .3rem; }
  thead { display: table-header-group; } td i { print-color-adjust: exact; }
}
"""  # what a wide table of rates needs besides: a bar under a share, and paper lying on its side


def page(bulletin: Bulletin) -> str:
    """The whole file. The same bulletin gives the same page."""
    name = escape(title(bulletin))
    head = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{name}</title>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    top = f"<h1>{name}</h1><p class=quiet>{escape(status(bulletin))}</p>"
    body = "\n".join(_parts(bulletin))
    return f"{head}{view}<style>{style()}{_STYLE}</style></head><body><main>{top}\n{body}\n</main></body></html>\n"


def _parts(bulletin: Bulletin) -> Iterator[str]:
    yield _cards(bulletin)
    for table in tables(bulletin):
        if not table.book_only:
            yield from _table(table, trend(bulletin.trend) if table.title.endswith("trend") else "")
    yield "<h2>说明 notes</h2><div class=quiet>"
    yield "".join(f"<p>{escape(chinese)}<br>{escape(english)}</p>" for chinese, english in NOTES)
    yield "</div>"


def _cards(bulletin: Bulletin) -> str:
    boxes = []
    for code in _CARDS:
        rate = RATES[code]
        of = f"{rate.over(bulletin.total.figures):,}"
        value = escape(told(rate, bulletin.total.rates[code]).text)
        boxes.append(f"<div class=card>{rate.zh} {code}<b class=figure>{value}</b><small>分母 of {of}</small></div>")
    return f"<div class=cards>{''.join(boxes)}</div>"


def _table(table: Table, chart: str) -> Iterator[str]:
    yield f"<h2>{escape(table.title)}</h2>"
    if table.note:
        yield f"<p class=quiet>{escape(table.note)}</p>"
    if chart:
        yield f"<figure class=chart>{chart}</figure>"
    rows = table.rows[: table.brief]
    if not rows:
        yield "<p class=empty>无 / none</p>"
        return
    texts = [all(not _number(row[at]) for row in rows) for at in range(len(table.headings))]
    heads = "".join(
        f"<th{'' if text else ' class=number'}>{escape(one)}</th>"
        for one, text in zip(table.headings, texts, strict=True)
    )
    yield f'<div class=wide tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in rows:
        yield f"<tr>{''.join(_cell(cell, text) for cell, text in zip(row, texts, strict=True))}</tr>"
    yield "</tbody></table></div>"
    if len(rows) < len(table.rows):
        yield f"<p class=quiet>… {len(table.rows) - len(rows)} 行见工作簿 / more rows in the workbook</p>"


def _number(cell: Cell) -> bool:
    """Whether a cell stands to the right, as numbers do; one without a figure goes with its column."""
    return cell.share is not None or not cell.text.strip("0123456789.,+-−—%")


def _cell(cell: Cell, text: bool) -> str:
    if cell.share is None:
        return f"<td class={'text' if text else 'number'}>{escape(cell.text)}</td>"
    width = min(max(cell.share, 0), 1)
    return f'<td class=number>{escape(cell.text)}<i><i style="width:{width:.1%}"></i></i></td>'
