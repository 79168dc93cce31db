"""Nothing hides in a string: no identity number, no long text, no control character; and nothing of it is echoed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.flow.flow_stand import Stand, listing, person

DAY = date(2019, 3, 4)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("document_no", f"鲁执{person(7)}号"),
        ("event_id", person(7)),
        ("event_id", f"a-{person(7).replace('X', 'x')}-b"),
        ("document_no", f"{person(7)[:6]}-{person(7)[6:14]}-{person(7)[14:]}"),
        ("document_no", f"{person(7)[:6]}．{person(7)[6:]}"),
        ("document_no", "文" * 129),
        ("body", "x" * 100_000),
        ("ground", "a\u0000b"),
    ],
)
def test_a_text_that_is_not_allowed_is_refused_and_not_repeated(tmp_path: Path, field: str, value: Any) -> None:
    stand = Stand(tmp_path / "keys").begin(DAY)
    stand.send("events.court", listing(1, DAY, **{field: value}))
    (receipt,) = stand.read("receipts.court")
    assert [(fault["code"], fault["field"]) for fault in receipt["faults"]] == [("TEXT_NOT_ALLOWED", field)]
    written = b"".join(v or b"" for topic, rows in stand.topics.items() if topic != "accepted" for _, v in rows)
    assert person(7).encode() not in written
    assert len(written) < 5_000


def test_long_digit_runs_that_are_no_citizen_number_pass(tmp_path: Path) -> None:
    stand = Stand(tmp_path / "keys").begin(DAY)
    stand.send("events.court", listing(1, DAY, document_no="37010020190000123456号"))
    assert stand.read("receipts.court")[0]["outcome"] == "accepted"


def test_a_digest_that_looks_like_it_holds_a_number_passes(tmp_path: Path) -> None:
    """One real sha-256 in fifty thousand does, by chance."""
    stand = Stand(tmp_path / "keys").begin(DAY)
    stand.send("events.court", listing(1, DAY, document_digest="990000195501080017" + "a" * 46))
    assert stand.read("receipts.court")[0]["outcome"] == "accepted"
