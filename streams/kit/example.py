"""A sound record of an item about somebody who does not exist (region 990000): the filled row of a template."""

import hashlib
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from streams.core.events import Determination
from streams.core.law import Ground, Item, LawBook
from streams.core.terms import add_months, counted_day
from streams.kit.lists import bodies
from streams.wire import to_avro

_PERSON = {
    "kind": "person",
    "id_type": "citizen",
    "id_number": "990000198001010020",
    "name": "测试甲",
    "case_ref": None,
}
_UNIT = {
    "kind": "entity",
    "id_type": "uscc",
    "id_number": "91990000MA0000007X",
    "name": "测试甲建材有限公司",
    "case_ref": None,
}
_DAYS_BEFORE = 2
_NUMBER = "测试〔{year}〕1号"


def example(book: LawBook, item: Item, channel: str | None, day: date) -> dict[str, dict[str, Any]]:
    """A determination of the item reported on ``day``, what ends it and what corrects it, by record name; {} where
    no body of the channel may report it or no basis was in force."""
    able = bodies(book, item, channel)
    basis, made = _basis(book, item, day - timedelta(days=_DAYS_BEFORE))
    if not able or basis is None:
        return {}
    paper = _paper(item, able[0], basis, made)
    subject = _PERSON if "person" in item.subjects else _UNIT
    target = {"document_no": paper.document_no, "item": item.code}
    own: dict[str, Any] = {"document_no": "测试更1号", "document_date": made, "document_digest": _digest("更1")}
    about: dict[str, Any] = {"event_id": "", "subject": subject}
    found = {"CreditDetermination": {**about, **to_avro(paper)}}
    for reason in item.endings[:1]:
        found["GroundEnding"] = {**about, "target": target, "reason": reason, **own}
    replacement = {**to_avro(paper), "document_digest": _digest("1 as served")}
    found["RecordCorrection"] = {**about, "target": target, **own, "replacement": replacement}
    return found


def _basis(book: LawBook, item: Item, day: date) -> tuple[str | None, date]:
    """An instrument and the day nearest to ``day`` on which a document of the item may rest on it."""
    for code in item.instruments:
        instrument = book.instruments[code]
        until = min((one for one in (item.in_force_to, instrument.in_force_to) if one is not None), default=day)
        since = [one for one in (item.in_force_from, instrument.in_force_from) if one is not None]
        made = min(day, until)
        if all(one <= made for one in since):
            return code, made
    return None, day


def _paper(item: Item, body: str, basis: str, made: date) -> Determination:
    ground = next(iter(item.grounds.values()), None)
    counted = ground is not None and ground.counts_from == "conduct"
    number = _NUMBER.format(year=made.year)
    paper = Determination(
        item=item.code,
        body=body,
        document_no=number,
        document_date=made,
        effect_date=made,
        conduct_end=made - timedelta(days=10) if counted or item.conduct_end_required else None,
        document_digest=_digest(number),
        basis=basis,
        ground=None if ground is None else ground.code,
        prior_notice=True,
        hearing=True,
    )
    return _stated(paper, ground)


def _stated(paper: Determination, ground: Ground | None) -> Determination:
    """With the last day that the ground leaves to the document."""
    if ground is None or ground.stated_months is None:
        return paper
    counted = counted_day(ground, paper)
    assert counted is not None
    return replace(paper, valid_until=add_months(counted, ground.stated_months[0]))


def _digest(text: str) -> str:
    return hashlib.sha256(f"example document {text}".encode()).hexdigest()
