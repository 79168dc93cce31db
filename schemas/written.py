"""Values as JSON and back: days, instants and bytes have one written form each, used by examples and fixtures."""

import base64
import binascii
from collections.abc import Callable
from datetime import date, datetime
from typing import Any


def read(node: Any) -> Any:
    """A value from its written form; text that only looks like one stays text.

    >>> read({"day": "2019-01-02", "no": "2019-13-02", "bytes": "base64:AQI="})
    {'day': datetime.date(2019, 1, 2), 'no': '2019-13-02', 'bytes': b'\\x01\\x02'}
    """
    if isinstance(node, dict):
        return {key: read(value) for key, value in node.items()}
    if isinstance(node, list):
        return [read(value) for value in node]
    if not isinstance(node, str):
        return node
    if node.startswith("base64:"):
        return _or_as_it_is(lambda: base64.b64decode(node.removeprefix("base64:"), validate=True), node)
    if len(node) == 10:
        return _or_as_it_is(lambda: date.fromisoformat(node), node)
    return _or_as_it_is(lambda: datetime.fromisoformat(node), node) if "T" in node[10:11] else node


def write(node: Any) -> Any:
    """The written form of a value.

    >>> write({"day": date(2019, 1, 2), "bytes": b"ab"})
    {'day': '2019-01-02', 'bytes': 'base64:YWI='}
    """
    if isinstance(node, dict):
        return {key: write(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [write(value) for value in node]
    if isinstance(node, bytes):
        return "base64:" + base64.b64encode(node).decode()
    return node.isoformat() if isinstance(node, date | datetime) else node


def _or_as_it_is(convert: Callable[[], Any], text: str) -> Any:
    try:
        return convert()
    except (ValueError, binascii.Error):
        return text
