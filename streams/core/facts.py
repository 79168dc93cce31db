"""What publication, bureau feed and red list are worked out from: one subject on one day under one law book."""

from collections.abc import Container, Mapping
from datetime import date
from typing import NamedTuple

from streams.core.decisions import Entry
from streams.core.law import LawBook


class Facts(NamedTuple):
    """``entries`` by key; ``disputed``: keys of those under objection; ``consents``: (who is named, for what) of each
    consent that stands; ``repaired``: keys of entries that live on after a repair; ``doubted``: receipt ids of those
    that something was said against under another name; ``ticking``: whether a tick asks, not a record or a law;
    ``versions``: the last one of what was shown before and is not now, by its id."""

    law: LawBook
    subject: str
    entries: Mapping[str, Entry]
    disputed: Container[str]
    consents: Container[tuple[str, str]]
    repaired: Container[str]
    doubted: Container[str]
    day: date
    ticking: bool = False
    versions: Mapping[str, int] = {}
