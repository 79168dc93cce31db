"""The one way a law book is written as bytes, so that its digest means the same everywhere.

Canonical JSON: keys sorted, UTF-8, no spaces, days as YYYY-MM-DD. The digest is not part of it.
"""

import hashlib
from typing import Any

import msgspec

from streams.core.law import LawBook


def dump(book: LawBook) -> bytes:
    """Canonical JSON of ``book`` without its digest."""
    plain = msgspec.to_builtins(book)
    del plain["digest"]
    return msgspec.json.encode(plain, order="sorted")


def parse(data: bytes) -> LawBook:
    """The book in ``data``, with its digest. ``dump(parse(data)) == data`` for everything this version dumped; what an
    older version dumped may lack fields that have a default, and keeps the digest it was published under.

    Raises ValueError for anything that is not a canonical law book: another spelling would be another digest. So does
    a field this version does not know, for it would be law that nobody applies.
    """
    try:
        plain = msgspec.json.decode(data)
        spelled = msgspec.json.encode(plain, order="sorted")
        _name_sectors(plain)
        _leave_open(plain)
        book = msgspec.convert({**plain, "digest": digest(data)}, LawBook)
    except (msgspec.MsgspecError, TypeError, AttributeError) as fault:
        raise ValueError(f"not a law book: {fault}") from None
    if spelled != data or not _said(plain, msgspec.to_builtins(book)):
        raise ValueError("not canonical: publish the book with `chengxin law publish`")
    return book


def _name_sectors(plain: Any) -> None:
    """Before bodies named their sector there was one channel to a sector, under the same code."""
    for body in plain["bodies"].values() if isinstance(plain, dict) and "bodies" in plain else ():
        body.setdefault("sector", body.get("channel"))


def _leave_open(plain: Any) -> None:
    """Before items named the duties that continue, only a stated end of the conduct began the five years of any."""
    for item in plain["items"].values() if isinstance(plain, dict) and "items" in plain else ():
        item.setdefault("continuing", True)


def _said(data: Any, book: Any) -> bool:
    """Whether ``book`` says everything that ``data`` says, and as it says it."""
    if isinstance(data, dict) and isinstance(book, dict):
        return all(key in book and _said(value, book[key]) for key, value in data.items())
    if isinstance(data, list) and isinstance(book, list | tuple):
        return len(data) == len(book) and all(map(_said, data, book))
    return bool(data == book)


def digest(data: bytes) -> str:
    """SHA-256 of the canonical bytes, hex."""
    return hashlib.sha256(data).hexdigest()
