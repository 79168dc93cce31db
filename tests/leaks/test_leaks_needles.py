"""The search itself: what is planted in any wrapping is found, what is no leak is not."""

import base64
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from tests.leaks.leak_needles import Leak, Needles

NUMBER, NAME = "990000198001010011", "测试甲乙"
NEEDLES = Needles({NUMBER: "the number", "99000019800101002X": "another"}, {NAME: "the name"})


def workbook(text: str) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["B2"] = text  # type: ignore[index]
    book.save(out)
    return out.getvalue()


def packed(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("inner.txt", text)
    return out.getvalue()


WRAPPINGS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "in a line of JSON": lambda text: json.dumps({"k": f"see {text}!"}, ensure_ascii=False).encode(),
    "escaped JSON": lambda text: json.dumps({"k": text}).replace("9", "\\u0039").encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps("测" + text)).replace("9", "\\\\u0039").encode(),
    "bytes as Python shows them": lambda text: str(text.encode("utf-8")).replace("9", "\\x39").encode(),
    "UTF-16": lambda text: f"<{text}>".encode("utf-16-le"),
    "UTF-16 after an odd byte": lambda text: b"\x81" + text.encode("utf-16-le"),
    "GBK": lambda text: text.encode("gb18030"),
    "base64": lambda text: b"x=" + base64.b64encode(text.encode()),
    "base64 for addresses": lambda text: b"x=" + base64.urlsafe_b64encode(b"\xff\xfe" + text.encode()).rstrip(b"="),
    "base64 behind letters": lambda text: b"abc" + base64.b64encode(text.encode()),
    "hex": lambda text: b"0x" + text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "an address": lambda text: "".join(f"%{one:02X}" for one in text.encode()).encode(),
    "HTML": lambda text: "".join(f"&#{ord(one)};" for one in text).encode(),
    "HTML in hex": lambda text: "".join(f"&#x{ord(one):x};" for one in text).encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zip": packed,
    "XLSX": workbook,
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode())),
    "base64 of an escape": lambda text: base64.b64encode(json.dumps("测" + text).replace("9", "\\u0039").encode()),
    "among Avro": lambda text: b"\x00\x00\x00\x00\x01\xe5\x24" + text.encode() + b"\x02\xc3",
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize(("secret", "whose"), [(NUMBER, "the number"), (NAME, "the name")])
def test_a_number_and_a_name_are_found_in_every_wrapping(wrapping: str, secret: str, whose: str) -> None:
    leaks = NEEDLES.leaks("there", WRAPPINGS[wrapping](secret))
    assert whose in {leak.what for leak in leaks}, (wrapping, WRAPPINGS[wrapping](secret))
    assert {leak.where for leak in leaks} == {"there"}


@pytest.mark.parametrize(
    "text",
    [
        NUMBER[:17],
        f"1{NUMBER}2",
        "990000 19800101 0011",
        "990000-1980-0101-001",
        "".join(chr(ord(one) + 0xFEE0) for one in NUMBER),
        "990000800101001",
        "99000019800101002x",
        "测 试 甲 乙",
        "姓名：测试甲乙，男",
        "测试·甲乙",
        *(hashlib.new(kind, NUMBER.encode()).hexdigest() for kind in ("md5", "sha1", "sha256", "sha512")),
        hashlib.sha256(NAME.encode()).hexdigest().upper(),
        hashlib.sha256(f"citizen:{NUMBER}".encode()).hexdigest(),
        base64.b64encode(hashlib.sha256(NUMBER.encode()).digest()).decode(),
    ],
)
def test_other_forms_are_found_too(text: str) -> None:
    assert NEEDLES.leaks("there", f"<{text}>".encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "990000198001010",
        "99000019800101",
        "9900001980010100",
        "测试甲",
        "测试乙甲",
        "990000**********11 测**",
        "990000198001010999",
        hashlib.sha256(b"token key" + NUMBER.encode()).hexdigest(),
        "2026-03-01 16:00:00.123 offset 990000 of 198001",
    ],
)
def test_what_is_masked_cut_or_keyed_is_no_leak(text: str) -> None:
    assert NEEDLES.leaks("there", text.encode()) == []


def test_a_leak_says_where_how_and_whose() -> None:
    assert NEEDLES.leaks("log sink", base64.b64encode(NUMBER.encode())) == [Leak("log sink", "base64", "the number")]
