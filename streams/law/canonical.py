"""The one way a law book is written as bytes, so that its digest means the same everywhere.

Canonical JSON: keys sorted, UTF-8, no spaces, days as YYYY-MM-DD. The digest is not part of it.
"""

import hashlib

import msgspec

from streams.core.law import LawBook


def dump(book: LawBook) -> bytes:
    """Canonical JSON of ``book`` without its digest."""
    plain = msgspec.to_builtins(book)
    del plain["digest"]
    return msgspec.json.encode(plain, order="sorted")


def parse(data: bytes) -> LawBook:
    """The book in ``data``, with its digest. ``dump(parse(data)) == data`` for everything ``dump`` wrote.

    Raises ValueError for anything that is not a canonical law book: another spelling would be another digest.
    """
    try:
        plain = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        plain["digest"] = msgspec.Raw(msgspec.json.encode(digest(data)))
        book = msgspec.json.decode(msgspec.json.encode(plain), type=LawBook)
    except (msgspec.MsgspecError, TypeError) as fault:
        raise ValueError(f"not a law book: {fault}") from None
    if dump(book) != data:
        raise ValueError("not canonical: publish the book with `chengxin law publish`")
    return book


def digest(data: bytes) -> str:
    """SHA-256 of the canonical bytes, hex."""
    return hashlib.sha256(data).hexdigest()
