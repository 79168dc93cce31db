"""Nothing hides in a string: no identity number, no long text, no control character; and nothing of it is echoed."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.flow.flow_stand import CODEC, Stand, determination, listing, person

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


def test_a_document_number_of_spaces_is_none(tmp_path: Path) -> None:
    """Whatever rests on the document is held: the determination, and what would end, correct or undo it."""
    stand = Stand(tmp_path / "keys").begin(DAY)
    said = determination(1, DAY)
    stand.send("events.court", listing(2, DAY, document_no="  "))
    stand.send("events.court", listing(1, DAY))
    about = {"subject": said["subject"], "target": {"document_no": said["document_no"], "item": said["item"]}}
    blank = {"event_id": "E", **about, "document_no": " ", "document_digest": "cd" * 32}
    stand.send("events.court", CODEC.encode("GroundEnding", {**blank, "reason": "revoked", "document_date": DAY}))
    new = {name: said[name] for name in said if name not in ("event_id", "subject")}
    for value in (
        {**blank, "replacement": new},
        {**blank, "document_no": "G", "replacement": {**new, "document_no": " "}},
    ):
        stand.send("events.court", CODEC.encode("RecordCorrection", {**value, "document_date": DAY}))
    step = {"matter": "objection", "step": "upheld", "case_no": "Y", "day": DAY}
    stand.send("cases.court", CODEC.encode("CaseEvent", {**blank, **step}))
    held = [one for one in stand.read("receipts.court") if one["outcome"] != "accepted"]
    assert len(held) == 5
    assert {(one["outcome"], one["faults"][0]["code"]) for one in held} == {("held", "DOCUMENT_INCOMPLETE")}


def test_a_document_has_one_number_however_it_is_typed(tmp_path: Path) -> None:
    """Full-width brackets or not, spaces or not: the ending reaches what it ends, and nothing stands twice."""
    stand = Stand(tmp_path / "keys").begin(DAY)
    stand.send("events.court", listing(1, DAY, document_no="（2019）鲁 0102 执1号"))
    stand.send("events.court", listing(1, DAY, document_no="(2019)鲁0102执1号 ", event_id="again"))
    assert [one["outcome"] for one in stand.read("receipts.court")] == ["accepted", "needs_correction"]
    said = {"event_id": "E", "subject": determination(1, DAY)["subject"], "reason": "performed", "document_date": DAY}
    target = {"document_no": "(2019)鲁0102执1号", "item": "COURT_DEFAULTER_LISTING"}
    stand.send("events.court", CODEC.encode("GroundEnding", {**said, "target": target}))
    assert stand.read("receipts.court")[-1]["outcome"] == "accepted"
    ended = stand.read("decisions")[-1]
    assert ended["kind"] == "ended" and {one["state"] for one in ended["changed"]} == {"lifting"}
