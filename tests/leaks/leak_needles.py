"""Looks for identity numbers and names in bytes of any kind, also where somebody wrapped them up.

What is taken apart: base64 (at any alignment), hex, percent signs, backslash and HTML escapes, UTF-16, GB 18030, gzip
and zip, one within the other; full-width digits, separators between digits, white space within names. What is looked
for: the number, the number without its check character, its form of before 1999, the name, and plain digests of all of
them, for whoever has the table of all numbers opens those.
"""

import base64
import binascii
import gzip
import hashlib
import html
import io
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from schemas.codec import Codec, SchemaFault
from streams.sample.model import SampleRecord

_DEPTH = 3  # wrappings, one within the other
_DIGITS = re.compile(r"\d(?:[ \-_.,·/\u3000]?\d){14,}")
_NAMES = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff\s·0-9]*[\u4e00-\u9fff0-9]")  # some of the sample end in a number
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{8,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")
_ESCAPED = re.compile(r"(?:\\+u[0-9a-fA-F]{4}|\\+x[0-9a-fA-F]{2})+")
_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_NARROW = {0xFF10 + n: str(n) for n in range(10)} | {0xFF38: "X", 0xFF58: "x"}
_DIGESTS = ("md5", "sha1", "sha256", "sha512")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{2,}")


class Leak(NamedTuple):
    """``where``: the output; ``how``: what it was wrapped in; ``what``: whose, by the record it is of."""

    where: str
    how: str
    what: str


class Needles:
    """The numbers and names of a sample. ``numbers``, ``names``: the secret -> whose it is."""

    def __init__(self, numbers: Mapping[str, str], names: Mapping[str, str]) -> None:
        self._runs: dict[int, dict[str, str]] = {}
        for number, whose in numbers.items():
            for form in {number[:17], number[:6] + number[8:17]}:
                self._runs.setdefault(len(form), {})[form] = whose
        self._names: dict[int, dict[str, str]] = {}
        for name, whose in names.items():
            self._names.setdefault(len(name), {})[name] = whose
        said = {n: w for number, w in numbers.items() for n in (number, number[:17], f"citizen:{number}")}
        self._digests = {
            hashlib.new(kind, text.encode(), usedforsecurity=False).digest(): f"{kind} of {whose}"
            for text, whose in (said | dict(names)).items()
            for kind in _DIGESTS
        }

    def __len__(self) -> int:
        return sum(map(len, self._runs.values())) // 2 + sum(map(len, self._names.values()))

    def leaks(self, where: str, data: bytes) -> list[Leak]:
        """What ``data`` tells, each once however often it is there."""
        seen: set[bytes] = set()
        return sorted({Leak(where, " > ".join(how) or "plain", what) for how, what in self._scan(data, (), seen)})

    def _scan(self, data: bytes, how: tuple[str, ...], seen: set[bytes]) -> Iterator[tuple[tuple[str, ...], str]]:
        if data in seen:
            return
        seen.add(data)
        if data in self._digests:
            yield how, self._digests[data]
        for wrapped, text in _texts(data):
            for what in self._in_text(text):
                yield (*how, *wrapped), what
            if len(how) < _DEPTH:
                for kind, inner in _inside(text):
                    yield from self._scan(inner, (*how, *wrapped, kind), seen)
        if len(how) < _DEPTH:
            for kind, inner in _unpacked(data):
                yield from self._scan(inner, (*how, kind), seen)

    def _in_text(self, text: str) -> Iterator[str]:
        for run in set(_DIGITS.findall(text.translate(_NARROW))):
            digits = re.sub(r"\D", "", run)
            yield from _windows(digits, self._runs)
        for run in set(_NAMES.findall(text)):
            yield from _windows(re.sub(r"[\s·]", "", run), self._names)


def of_sample(records: Iterable[SampleRecord], codec: Codec) -> Needles:
    """Every citizen's number and every name a sample's records hold.

    Codes of units are no secret: an order against a unit carries its code beside the person it reaches.
    """
    numbers: dict[str, str] = {}
    names: dict[str, str] = {}
    for record in records:
        try:
            subject = codec.decode(record.value).value.get("subject") or {}
        except SchemaFault:
            continue
        number, name = (str(subject.get(field) or "").strip() for field in ("id_number", "name"))
        whose = f"{record.event_id} ({record.note})"
        if subject.get("kind") == "person" and len(number) >= 17 and number[:17].isdecimal():
            numbers[number.upper()] = f"id_number of {whose}"
        if _PLAIN_NAME.match(name):
            names[re.sub(r"[\s·]", "", name)] = f"name of {whose}"
    return Needles(numbers, names)


def _windows(run: str, wanted: Mapping[int, Mapping[str, str]]) -> Iterator[str]:
    for size, of_size in wanted.items():
        for start in range(len(run) - size + 1):
            found = of_size.get(run[start : start + size])
            if found is not None:
                yield found


def _texts(data: bytes) -> Iterator[tuple[tuple[str, ...], str]]:
    text = data.decode("utf-8", "replace")
    yield (), text
    if "\ufffd" in text:
        yield ("gb18030",), data.decode("gb18030", "replace")
    if "\ufffd" in text or "\x00" in text:
        for start in (0, 1):
            yield ("utf-16",), data[start:].decode("utf-16-le", "replace")


def _inside(text: str) -> Iterator[tuple[str, bytes]]:
    """What a text may have wrapped up, taken apart."""
    for run in set(_HEX.findall(text)):
        yield "hex", binascii.unhexlify(run)
    for run in set(_BASE64.findall(text)):
        plain = run.replace("-", "+").replace("_", "/")
        for start in range(4 if len(run) > 8 else 1):
            part = plain[start:]
            with_padding = part[: len(part) - (len(part) % 4 == 1)]
            yield "base64", base64.b64decode(with_padding + "=" * (-len(with_padding) % 4))
    if "%" in text:
        yield "percent", urllib.parse.unquote_to_bytes(text)
    if "&" in text and ";" in text:
        yield "html", html.unescape(text).encode()
    if "\\" in text and _ESCAPED.search(text):
        yield "escaped", _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), text).encode("utf-8", "replace")
        yield "escaped", _ESCAPED.sub(_as_bytes, text).encode("latin-1", "replace")


def _as_bytes(run: re.Match[str]) -> str:
    return "".join(chr(int(found[1] or "3f", 16)) for found in re.finditer(r"\\x([0-9a-fA-F]{2})|\\u", run[0]))


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.startswith(b"\x1f\x8b"):
        try:
            yield "gzip", gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                for name in packed.namelist():
                    yield "zip", packed.read(name)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
            return  # bytes that only begin like one
