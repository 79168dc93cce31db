"""Closed lists of a record's fields for one item: what a drop-down offers, as the server's checks ask for it."""

from collections.abc import Iterator

from streams.core.check_case import BUREAU, CREDIT_REPORTING
from streams.core.law import Item, LawBook
from streams.kit.cells import BETWEEN
from streams.kit.columns import Column
from streams.kit.words import SYMBOLS

_YES_NO = ("是", "否")


def choices(column: Column, record: str, book: LawBook, item: Item | None, channel: str | None) -> tuple[str, ...]:
    """What the column may hold, each as code｜name; () where the field is open."""
    if column.kind == "boolean":
        return _YES_NO
    if column.kind == "enum":
        allowed = item.subjects if column.path == "subject.kind" and item is not None else column.symbols
        return tuple(f"{symbol}{BETWEEN}{SYMBOLS[symbol]}" for symbol in allowed)
    if column.kind != "string":
        return ()
    named = _of_law(book) if item is None else _of_item(book, item, channel)
    key = f"{record}.{column.path}"
    found = named.get(key) or named.get(column.path.removeprefix("replacement.").removeprefix("target."))
    return () if found is None else tuple(f"{code}{BETWEEN}{name}" for code, name in found)


def _of_item(book: LawBook, item: Item, channel: str | None) -> dict[str, Iterator[tuple[str, str]]]:
    return {
        "item": iter([(item.code, item.name)]),
        "body": ((body, book.bodies[body].name) for body in bodies(book, item, channel)),
        "basis": ((code, book.instruments[code].title) for code in item.instruments),
        "ground": ((ground.code, ground.name) for ground in item.grounds.values()),
        "role": ((code, book.roles[code]) for code in item.roles),
        "GroundEnding.reason": ((code, book.endings[code].name) for code in item.endings),
    }


def _of_law(book: LawBook) -> dict[str, Iterator[tuple[str, str]]]:
    offers = [offer for offer in book.offers.values() if offer.partner is not None]
    partners = {BUREAU: "征信机构", **{offer.partner: offer.partner for offer in offers if offer.partner}}
    purposes = {CREDIT_REPORTING: "征信", **{offer.code: offer.name for offer in offers}}
    return {
        "OfficerFeedback.reason": iter(book.refusals.items()),
        "PersonConsent.recipient": iter(partners.items()),
        "PersonConsent.purpose": iter(purposes.items()),
        "SupervisionEvent.channel": ((code, code) for code in sorted({body.channel for body in book.bodies.values()})),
    }


def bodies(book: LawBook, item: Item, channel: str | None) -> list[str]:
    """Bodies that may report the item, those of one channel if it is named."""
    return [
        body.code
        for body in book.bodies.values()
        if body.sector in item.providers and body.level in item.levels and channel in (None, body.channel)
    ]
