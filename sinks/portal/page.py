"""The application catalogue as a public page that needs nothing beside it: no script, no font, no address."""

from collections.abc import Iterable
from datetime import date
from html import escape as e

from sinks.portal.applications import Applications, Exemption, Information, Purpose, Row
from streams.core.law import LawBook
from topics.catalogue import Catalogue
from topics.look import style

_INFORMATION = {
    Information.OWN_MEASURES: "向本部门提出、尚未解除的下列措施及其依据的记录",
    Information.OWN_PROPOSALS: "向本部门提出的措施建议所涉人员的姓名（经办人确认时）",
    Information.OWN_DOCUMENTS: "依据本部门文书形成的记录",
    Information.ALL_RECORDS: "成立的全部记录",
}


TITLE = "公共信用信息应用目录 / application catalogue"


def page(applications: Applications, book: LawBook, channels: Catalogue, day: date) -> str:
    """The whole page; ``day``: on which the texts must be in force."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{TITLE}</title><style>\n{style()}</style></head>\n<body>"
        f"<header><h1>{TITLE}</h1>{_HEAD}</header>\n"
        f"<main>{_sections(applications, book, channels, day)}</main></body></html>\n"
    )


def content(applications: Applications, book: LawBook, channels: Catalogue, day: date) -> str:
    """The same as HTML without a frame, for a page that has one."""
    return f"{_HEAD}{_sections(applications, book, channels, day)}"


_HEAD = (
    "<p>每次查询先记入查询日志再答复；您可以查询谁查看过您的记录，本人查询免费（《山东省社会信用条例》第二十一条、第三十七条）。"
    " Every query is on record before it is answered. Whoever it was about can read who looked, free of charge.</p>"
    '<p class="quiet">本目录由本项目按条例第二十二条和现行规则映射；省级应用目录未能查到。'
    " The project's own mapping: no catalogue of the province was found.</p>"
)


def _sections(applications: Applications, book: LawBook, channels: Catalogue, day: date) -> str:
    return "".join(
        (
            _section("用途 / purposes", (_purpose(applications, one, day) for one in applications.purposes.values())),
            _section(
                "谁可以查询什么 / who may ask what",
                (_row(applications, one, book, channels) for one in applications.rows),
            ),
            _section(
                "不告知查询人的情形 / exemptions",
                (_exemption(applications, one, day) for one in applications.exemptions),
            ),
        )
    )


def _section(title: str, rows: Iterable[str]) -> str:
    return f"<section><h2>{title}</h2>\n{''.join(rows)}</section>\n"


def _purpose(applications: Applications, one: Purpose, day: date) -> str:
    return _article(one.code, f"{one.zh} {one.code}", _basis(applications, one, day))


def _exemption(applications: Applications, one: Exemption, day: date) -> str:
    said = _basis(applications, one, day)
    said["用途 / purposes"] = "、".join(one.purposes) or "-"
    return _article(one.code, one.zh, said)


def _basis(applications: Applications, one: Purpose | Exemption, day: date) -> dict[str, str]:
    text = applications.instruments[one.instrument]
    return {
        "依据 / basis": f"《{text.title}》{one.clause}",
        "来源 / source": f"{text.source}（{text.mark}，{text.checked}）",
        "状态 / state": _state(applications.why_not(one, day)),
    }


def _row(applications: Applications, row: Row, book: LawBook, channels: Catalogue) -> str:
    names = "、".join(channels.channels[code].name for code in applications.departments(row))
    said = {
        "用途 / purpose": applications.purposes[row.purpose].zh,
        "部门 / departments": names,
        "信息 / information": _INFORMATION[row.information],
    }
    for measure in row.measures:
        items = sorted({i for r in book.rules.values() if r.active and r.measure == measure for i in r.items})
        said[f"{book.measures[measure].name} {measure}"] = "、".join(book.items[item].name for item in items)
    said["状态 / state"] = _state(row.inactive_reason)
    return _article(row.code, row.code, said)


def _state(why: str | None) -> str:
    return "启用 / in use" if why is None else f"未启用 / not in use：{why}"


def _article(anchor: str, title: str, said: dict[str, str]) -> str:
    rows = "".join(f"<dt>{e(name)}</dt><dd>{e(value)}</dd>" for name, value in said.items())
    return f'<article id="{e(anchor)}"><h3>{e(title)}</h3><dl>{rows}</dl></article>\n'
