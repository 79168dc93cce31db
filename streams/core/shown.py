"""What a receipt may quote of a faulty value: codes and dates, never anything that could be personal."""

import re
from datetime import date

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}|[0-9]{1,4}")
_MANY_DIGITS = re.compile(r"[0-9]{5}")


def shown(value: object) -> str:
    """``value`` if it is a code, a short number or a date; else only its length.

    >>> shown("COURT_FINE"), shown("99000019800101002X")
    ('COURT_FINE', '<18 characters>')
    """
    if value is None:
        return "<empty>"
    if isinstance(value, date | bool | int):
        return str(value)
    text = str(value)
    if _CODE.fullmatch(text) and not _MANY_DIGITS.search(text):
        return text
    return f"<{len(text)} characters>"


def one_of(codes: tuple[str, ...]) -> str:
    """The allowed codes as a receipt lists them."""
    return " | ".join(codes) or "<none>"
