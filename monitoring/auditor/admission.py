"""May this record have been accepted at all? Intake's refusals that protect a person, read from the law once more.

民法典 17, 条例 2 and 法释〔2013〕17号 art. 4 (minors), 条例 13 (simple procedure), 行政处罚法 44, 45, 62 (told before,
and heard). Age is worked out from what the department sent, not from what intake made of it.
"""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Item, Law
from monitoring.auditor.terms import of_age, stated_bounds
from monitoring.auditor.view import View, Young

Fields = dict[str, Any]
_DATES = ("document_date", "effect_date", "conduct_end")
_DOCUMENT = ("document_no", "document_date", "effect_date")
FILED_AT = "cases.portal"  # the topic of topics/filings.yaml
_ACTS = (
    "case objection opened",
    "case repair opened",
    "ending honour_waived",
    "consent given",
    "consent withdrawn",
)
_NUMBER = 18  # characters of a citizen number


def young(value: Fields | None) -> Young | None:
    """Somebody under 18 on the earliest day the document names; where it names none, intake's day will tell."""
    birth = _birth_date(value)
    if value is None or birth is None:
        return None
    content = value.get("replacement") or value  # a correction is judged by what it puts in place
    days = [content[name] for name in _DATES if content.get(name) is not None]
    found = Young(of_age(birth), min(days, default=None))
    return found if found.judged_at is None or found.judged_at < found.grown_up else None


def _birth_date(value: Fields | None) -> date | None:
    """From a citizen number however it is written: full width, with spaces or hyphens."""
    subject = (value or {}).get("subject") or {}
    number = "".join(c for c in unicodedata.normalize("NFKC", subject.get("id_number") or "") if c.isalnum())
    if subject.get("id_type") != "citizen" or len(number) != _NUMBER or not number[6:14].isdecimal():
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def content_of(value: Fields) -> Fields | None:
    """The determination that an accepted record brings or puts in place of another."""
    if value["kind"] == "correction":
        replacement: Fields = value["correction"]["replacement"]
        return replacement
    determination: Fields | None = value["determination"] if value["kind"] == "determination" else None
    return determination


def lacking(value: Fields) -> bool:
    """Whether an accepted determination or correction is no complete document."""
    content = content_of(value)
    if content is None:
        return False
    own = value["kind"] == "correction" and not value["correction"]["document_no"].strip()
    return own or not content["document_no"].strip() or not all(content[name] for name in _DOCUMENT)


def no_minor(view: View, value: Fields, where: str) -> Iterator[Finding]:
    content, item = content_of(value), item_of(view, value)
    if content is not None and item is not None and item.conduct_end_required and content["conduct_end"] is None:
        yield Finding(Invariant.NO_MINOR, where, f"{item.code} without the day of the act", "rejected")
    for seen in _minor(view, value):
        if not _ends_it(value):
            yield Finding(Invariant.NO_MINOR, where, seen, "rejected")


def fair_procedure(view: View, value: Fields, where: str) -> Iterator[Finding]:
    for seen in _unfair(view, value):
        if not _ends_it(value):
            yield Finding(Invariant.FAIR_PROCEDURE, where, seen, "rejected")


def bars(view: View, value: Fields) -> Iterator[str]:
    """What shows that the record must not stand."""
    yield from _minor(view, value)
    yield from _unfair(view, value)


def _ends_it(value: Fields) -> bool:
    """A correction that shows such a thing is passed on as what ends the record (docs/adr/0008)."""
    return bool(value["kind"] == "correction" and value["bars"])


def _minor(view: View, value: Fields) -> Iterator[str]:
    found = view.young.get((value["source_topic"], value["source_partition"], value["source_offset"]))
    content = content_of(value)
    if found is None or content is None:
        return
    day = found.judged_at or value["intake_day"]
    item = item_of(view, value)
    if day is not None and day < found.grown_up and (item is None or item.minors_refused):
        yield f"accepted, to be judged on {day}, a minor until {found.grown_up}"


def _unfair(view: View, value: Fields) -> Iterator[str]:
    content = content_of(value)
    if content is None:
        return
    if content["simple_procedure"]:
        yield "accepted, of a simple procedure"
    item = item_of(view, value)
    for name in ("prior_notice", "hearing"):
        if not content[name] and (item is None or item.prior_notice_required):
            yield f"accepted without {name}"


def provider(view: View, value: Fields, where: str) -> Iterator[Finding]:
    """条例 10, 16: sector and level of the issuing body are listed, and it reports through its own channel."""
    content, law, item = content_of(value), law_of(view, value), item_of(view, value)
    if content is None or item is None:
        return  # an unknown item is a finding of its own (CLOSED_CATALOGUE), here and below
    body = law.bodies.get(content["body"])
    seen = None if body is None else (body.sector, body.level, body.channel)
    if body is None or body.sector not in item.providers or body.level not in item.levels:
        yield Finding(Invariant.PROVIDER, where, f"{content['body']}: {seen}", f"{item.providers}, {item.levels}")
    elif body.channel != value["channel"]:
        yield Finding(Invariant.PROVIDER, where, f"{content['body']} through {value['channel']}", body.channel)


def stated_day(view: View, value: Fields, where: str) -> Iterator[Finding]:
    content, item = content_of(value), item_of(view, value)
    if content is None or item is None:
        return
    ground = item.ground(content["ground"])
    bounds = None if ground is None else stated_bounds(ground, content)
    day, stated = content["valid_until"], ground is not None and ground.stated_months is not None
    if stated != (day is not None) or (bounds is not None and not bounds.first <= day <= bounds.last):
        expected = f"{bounds.first}..{bounds.last}" if bounds is not None else f"stated: {stated}"
        yield Finding(Invariant.STATED_DAY, where, f"{item.code} {content['ground']} until {day}", expected)


def filed(value: Fields, where: str) -> Iterator[Finding]:
    """The portal is no department: nothing that it sends decides a case or ends a record but an honour."""
    if value["source_topic"] != FILED_AT:
        return
    said = value[value["kind"]]
    act = " ".join([value["kind"], *(said[name] for name in ("matter", "reason", "step") if name in said)])
    if act not in _ACTS:
        yield Finding(Invariant.FILED, where, act, " | ".join(_ACTS))


def law_of(view: View, value: Fields) -> Law:
    return view.law_of(value["law_digest"] or "")


def item_of(view: View, value: Fields) -> Item | None:
    """As the book has it that intake checked with."""
    content = content_of(value)
    return None if content is None else law_of(view, value).items.get(content["item"])


CHECKS: tuple[tuple[Invariant, Callable[[View, Fields, str], Iterator[Finding]]], ...] = (
    (Invariant.NO_MINOR, no_minor),
    (Invariant.FAIR_PROCEDURE, fair_procedure),
    (Invariant.PROVIDER, provider),
    (Invariant.STATED_DAY, stated_day),
)
