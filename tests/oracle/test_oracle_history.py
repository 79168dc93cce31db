"""The oracle must be able to fail: bend one thing of a good history and it names that thing."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from oracle_history import (
    START,
    Bend,
    alter,
    double,
    drop,
    ending,
    exchange,
    flip,
    headed,
    messages,
    move,
    place,
    play,
    stale,
    swap,
    verify,
)

from streams.core.law import LawBook
from streams.examine import Examiner, Ruling, Source
from streams.identity import seal
from streams.identity.sealing import Identity
from streams.oracle.verify import Expected
from tests.flow.flow_stand import CODEC, Stand, person

LISTED = ("events.court", 0, 0)


def _rename(seen: list[Any]) -> None:
    index = place(seen, "identities", 0)
    seen[index] = seen[index]._replace(key=b"0" * 65)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return play(Stand(tmp_path_factory.mktemp("keys")).begin(START))


def test_what_the_agents_did_matches(honest: Stand) -> None:
    verification = verify(honest, messages(honest))
    assert str(verification) == "match"
    assert {name: number > 3 for name, number in verification.checked.items()} == {
        "accepted": True,
        "clock": True,
        "intake": True,
        "identities": True,
        "casework": True,
        "expectations": False,
    }
    kinds = {decision["kind"] for decision in honest.read("decisions")}
    assert kinds == {"recorded", "ended", "corrected", "answered", "held", "law_applied", "disclosed"}


def as_written_before(seen: list[Any]) -> None:
    """The same history by agents that knew only the first version of each record, and no schema id of what they
    accepted."""
    for index, message in enumerate(seen):
        if message.topic not in ("accepted", "decisions") and not message.topic.startswith("receipts."):
            continue
        decoded = CODEC.decode(message.value)
        if decoded.value.get("moves"):
            continue  # under a book that shows people; older agents had none
        before = without_later_fields(decoded.value)
        unknown = {"sent_digest": None} if "sent_digest" in decoded.value else {}
        if decoded.record == "Accepted" or decoded.value.get("outcome", "rejected") != "rejected":
            unknown["schema_id"] = None
        if decoded.record == "Accepted":
            del before["schema_id"]
        elif unknown:
            before |= {name: None for name in unknown if name in before}
        value = CODEC.encode(decoded.record, before, 1)
        assert CODEC.decode(value).value == {**decoded.value, **unknown}
        seen[index] = message._replace(value=value)


LATER = {
    "valid_until",
    "case",
    "consent",
    "supervision",
    "missed",
    "days_late",
    "order",
    "moves",
    "sent_digest",
}  # fields of later versions


def without_later_fields(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_later_fields(inner) for key, inner in value.items() if key not in LATER}
    return [without_later_fields(one) for one in value] if isinstance(value, list) else value


def test_what_older_agents_wrote_matches_too_and_can_be_bent(honest: Stand) -> None:
    seen = messages(honest)
    as_written_before(seen)
    assert str(verify(honest, seen)) == "match"
    at = place(seen, "decisions", 0)
    decoded = CODEC.decode(seen[at].value)
    bent = without_later_fields({**decoded.value, "ordinal": 7})
    seen[at] = seen[at]._replace(value=CODEC.encode("Decision", bent, 1))
    assert "ordinal" in str(verify(honest, seen))


BENT = {
    "a receipt is missing": (drop("receipts.court"), "events.court:0:", "one receipt"),
    "a receipt of casework twice": (double("receipts.court", 0), "receipts.court key events.court:0:", "no record"),
    "a rejection twice": (double("receipts.court", 4), "receipts.court key events.court:0:4", "no record"),
    "a receipt says otherwise": (
        alter("receipts.court", outcome="held"),
        "receipts.court key events.court:0:0 field outcome",
        "'accepted'",
    ),
    "a rejection of another law": (alter("receipts.court", 4, law_digest="ff" * 32), "events.court:0:4", "a day and"),
    "a rejection from another day": (
        alter("receipts.court", 4, day=START + timedelta(days=9)),
        "events.court:0:4",
        "a day and law of clock 0",
    ),
    "a receipt without bytes": (lambda seen: _empty(seen, "receipts.court", 4), "events.court:0:4", "a day and"),
    "a decision is missing": (drop("decisions"), "decisions key ", ""),
    "a decision twice": (double("decisions"), "decisions key ", "no record"),
    "a decision differs in one field": (
        alter("decisions", decided_on=START + timedelta(days=1)),
        "field decided_on",
        "datetime.date(2019, 3, 4)",
    ),
    "a decision differs in one bit": (flip("decisions"), "decisions key ", ""),
    "two decisions exchanged": (swap("decisions", 0, 1), "decisions key ", ""),
    "a decision in another partition": (move("decisions", -1), "decisions key ", "partition 0"),
    "a sanction nobody decided": (double("sanctions.hr"), "sanctions.hr key ", "no record"),
    "a sanction that reached nobody": (drop("sanctions.hr"), "sanctions.hr key ", ""),
    "a stale snapshot": (stale("sanctions.hr.current"), "sanctions.hr.current key ", ""),
    "a snapshot is missing": (drop("sanctions.market.current"), "sanctions.market.current key ", ""),
    "an accepted record differs": (
        alter("accepted", 2, event_id="other"),
        "events.court:0:0 accepted field event_id",
        "'L-0'",
    ),
    "an accepted record elsewhere": (move("accepted", 2), "events.court:0:0", "accepted 0"),
    "an accepted record is missing": (drop("accepted", 2), "events.court:0:0", "accepted"),
    "an accepted record twice": (double("accepted", 2), "accepted 0:", "once"),
    "an accepted record is no record": (lambda seen: _empty(seen, "accepted", 2), "accepted 0:2", "an accepted record"),
    "nobody sent what was accepted": (drop("events.court", 0), "accepted ", "a record that a department sent"),
    "a tick did not reach casework": (drop("accepted", -1), "accepted 0, tick or law event 6", "'tick'"),
    "a tick that the clock never gave": (drop("clock", -1), "accepted 0, tick or law event 6", "no record"),
    "a tick of another day": (
        alter("accepted", -1, tick={"day": date(2019, 4, 1)}),
        "tick or law event 6 field tick.day",
        "datetime.date(2019, 3, 8)",
    ),
    "a tick out of order": (exchange("accepted", -2, -1), "tick or law event 5 field receipt_id", ""),
    "a record judged on the day before": (
        alter("accepted", 8, intake_day=START),
        "events.court:0:8",
        "(datetime.date(2019, 3, 5)",
    ),
    "an accepted record of another instant": (headed("accepted", 2, ("source-ms", b"1")), "accepted headers", "b'0'"),
    "an accepted record without its instant": (headed("accepted", 2), "events.court:0:0 accepted headers", "b'0'"),
    "a tick with a header": (headed("accepted", 0, ("a", b"b")), "tick or law event 0 headers", "()"),
    "a decision with a header": (headed("decisions", 0, ("a", b"b")), "decisions key ", "()"),
    "an identity with a header": (headed("identities", 0, ("a", b"b")), "identities 0:0 headers", "()"),
    "unreadable bytes are not kept": (drop("quarantine"), "quarantine key events.court:0:7", "'<5 bytes>'"),
    "unreadable bytes kept twice": (double("quarantine"), "quarantine key events.court:0:7", "no record"),
    "unreadable bytes kept otherwise": (
        alter("quarantine", head=b"x"),
        "quarantine key events.court:0:7 field head",
        "",
    ),
    "an identity is not sealed": (drop("identities"), "identities key ", "a sealed identity"),
    "an identity nobody sent": (_rename, "identities 0:0", "an identity that somebody sent"),
    "an identity under another's key": (swap("identities", 0, 1), "identities 0:0", "the identity of "),
    "an identity sealed on another day": (
        alter("identities", sealed_on=START + timedelta(days=9)),
        "identities 0:0 field sealed_on",
        "one of ['2019-03-04'",
    ),
    "an identity sealed without a key of ours": (alter("identities", key_version=7), "identities 0:0", "the identity"),
    "an identity that is no record": (lambda seen: _empty(seen, "identities", 0), "identities 0:0", "a sealed"),
    "a person was not told": (drop("notices"), "notices key ", ""),
    "a person was told twice": (double("notices"), "notices key ", "no record"),
}


def _empty(seen: list[Any], topic: str, number: int) -> None:
    index = place(seen, topic, number)
    seen[index] = seen[index]._replace(value=None)


@pytest.mark.parametrize(("bend", "where", "expected"), BENT.values(), ids=BENT.keys())
def test_one_thing_bent_is_named(honest: Stand, bend: Bend, where: str, expected: str) -> None:
    seen = messages(honest)
    bend(seen)
    difference = verify(honest, seen).difference
    assert difference is not None
    assert where in difference.where, difference
    assert expected in difference.expected, difference


def test_days_do_not_go_back_within_a_topic(honest: Stand) -> None:
    """A day that the clock did give, but later than that of the records behind it."""
    seen = messages(honest)
    alter("receipts.court", 4, day=START + timedelta(days=4))(seen)
    difference = verify(honest, seen).difference
    assert difference is not None and "a day and law of clock 0, in order" in difference.expected


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        (Expected("rejected", None, "listing"), "accepted []"),
        (Expected("accepted", "MINOR_SUBJECT", "listing"), "accepted []"),
    ],
)
def test_the_writer_of_a_record_expected_something_else(honest: Stand, expected: Expected, seen: str) -> None:
    right = Expected("accepted", None, "listing")
    assert str(verify(honest, messages(honest), {LISTED: right})) == "match"
    difference = verify(honest, messages(honest), {LISTED: expected}).difference
    assert difference is not None
    assert (difference.where, difference.seen) == ("events.court:0:0 (listing)", seen)


def test_an_expected_record_that_is_not_there(honest: Stand) -> None:
    difference = verify(honest, messages(honest), {("events.court", 5, 0): Expected("held", None, "x")}).difference
    assert difference is not None and difference.seen == "no receipt"


def test_junk_on_the_clock_moves_nothing(tmp_path: Path) -> None:
    stand = Stand(tmp_path / "keys").begin(START)
    stand.send("clock", b"junk")
    play(stand)
    assert str(verify(stand, messages(stand))) == "match"


def nothing(*_: Any, **__: Any) -> tuple[()]:
    return ()


def none(*_: Any, **__: Any) -> None:
    return None


RULES: dict[str, Callable[..., Any]] = {
    "streams.core.ending.lift": nothing,  # what ends, ends everywhere
    "streams.core.check_determination._subject": nothing,  # minors are refused
    "streams.core.check_determination._ground": nothing,
    "streams.core.decide._repeated": none,  # a duplicate changes nothing
    "streams.core.decide._whose": none,  # wrong-person safety
    "streams.core.passage.unsupported": none,  # a basis that falls
    "streams.core.docket._notices": nothing,
}


@pytest.mark.parametrize(("rule", "off"), RULES.items(), ids=RULES.keys())
def test_a_rule_switched_off_in_the_agents_is_found(tmp_path: Path, rule: str, off: Callable[..., Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule, off)
        stand = play(Stand(tmp_path / "keys").begin(START))
    assert verify(stand, messages(stand)).difference is not None


def test_a_law_that_comes_late_in_the_agents_is_found(tmp_path: Path) -> None:
    """The oracle tells days and laws by lines of its own, not by the agents' era."""
    from streams.era import Era

    honest = Era.announced

    def late(era: Era, event: Any) -> Era:
        from msgspec.structs import replace

        return honest(era, replace(event, law=replace(event.law, from_day=event.law.from_day + timedelta(days=1))))

    stand = Stand(tmp_path / "keys").begin(START)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Era, "announced", late)
        play(stand)
    assert verify(stand, messages(stand)).difference is not None


def test_an_intake_stuck_on_the_first_day_is_found(tmp_path: Path) -> None:
    """Every day it names is a day of the clock, and none goes back: the ticks beside the records tell."""
    examine = Examiner.examine

    def stuck(self: Examiner, source: Source, value: bytes | None, day: date, law: LawBook) -> Ruling:
        return examine(self, source, value, START, law)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Examiner, "examine", stuck)
        stand = play(Stand(tmp_path / "keys").begin(START))
        assert {one["intake_day"] for one in stand.read("accepted") if one["intake_day"] and one["subject"]} == {START}
    difference = verify(stand, messages(stand)).difference
    assert difference is not None and "as clocked" in difference.expected, difference


@pytest.mark.parametrize(
    "identity", [Identity("citizen", person(3), "测试0"), Identity("citizen", person(0), "另一人")]
)
def test_a_seal_that_hides_somebody_else_is_found(honest: Stand, identity: Identity) -> None:
    """Sealed for the right token by the right key, and still the wrong number or name."""
    seen = messages(honest)
    index = place(seen, "identities", 0)
    sealed = seal(honest.keyring.masters, (seen[index].key or b"")[:32].decode(), identity)
    alter("identities", **sealed._asdict())(seen)
    difference = verify(honest, seen).difference
    assert difference is not None and difference.where == "identities 0:0", difference
    assert identity.number not in str(difference) and identity.name not in str(difference)


def test_sealing_again_after_a_restart_matches(honest: Stand) -> None:
    seen = messages(honest)
    double("identities")(seen)
    assert str(verify(honest, seen)) == "match"


def test_an_ending_need_not_seal_whom_it_names(tmp_path: Path) -> None:
    """It adds nothing to a standing: whoever is meant was sealed when there was something to add."""
    stand = play(Stand(tmp_path / "keys").begin(START))
    stand.send("events.court", ending(7))
    token = stand.keyring.token("citizen", person(7)).encode()
    seen = [one for one in messages(stand) if one.topic != "identities" or not (one.key or b"").startswith(token)]
    assert str(verify(stand, seen)) == "match"
