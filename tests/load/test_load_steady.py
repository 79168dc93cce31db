"""The parts of a steady load that need no server: moments, logs of moments, spreads, and a verdict that can fail."""

import io
from pathlib import Path

import pytest

from streams.load import prepared
from streams.load.backlog import Made
from streams.load.gauges import Span
from streams.load.lateness import Phases
from streams.load.pace import Phase, moments
from streams.load.result import JUDGED_FROM
from streams.load.steady import BURST, Wanted
from streams.load.steady_result import KEEPS_UP_MS, Steady
from streams.load.times import Log, Spread, Times, spread

FLAT = Span(90, 100, 110, 110, 110)


def test_prepared_records_come_back_in_turn_and_in_order(tmp_path: Path) -> None:
    shares = [
        [Made("events.court", 3, b"a", b"value", rejected=False), Made("events.tax", 7, b"b", None, rejected=True)],
        [Made("events.court", 0, b"c", b"", rejected=False)],
    ]
    files = [tmp_path / "0", tmp_path / "1"]
    for file, share in zip(files, shares, strict=True):
        out = io.BytesIO()
        for made in share:
            prepared.write(out, made)
        file.write_bytes(out.getvalue())
    assert list(prepared.read(files)) == [shares[0][0], shares[1][0], shares[0][1]]


def test_every_record_has_its_moment_in_its_phase() -> None:
    wanted = Wanted(rate=10, minutes=0.5)
    found = list(moments(tuple(wanted.phases.values()), 1_000.0))
    assert len(found) == wanted.records == 10 * 30 + 10 * 30 + BURST * 10 * 10 + 10 * 60
    bounds, at = {}, 1_000.0
    for name, phase in wanted.phases.items():
        bounds[name] = (at, at + phase.seconds)
        at += phase.seconds
    counts = {name: 0 for name in wanted.phases}
    for moment in found:
        counts[Phases(bounds).of(moment) or ""] += 1
    assert counts == {name: phase.records for name, phase in wanted.phases.items()}
    assert Phases(bounds).of(999.9) is None and Phases(bounds).of(at) is None


def test_a_rate_that_does_not_divide_evenly_loses_no_record() -> None:
    assert len(list(moments((Phase(3, 0.5), Phase(7, 1)), 0.0))) == 2 + 7


def test_a_log_of_moments_comes_back_and_repetition_is_counted(tmp_path: Path) -> None:
    log = Log(["receipts.court", "receipts.tax"])
    log.note("receipts.tax", 0, 5, 10.5)
    log.note("receipts.court", 7, 0, 11.5)
    log.note("receipts.tax", 0, 5, 12.5)
    log.save(tmp_path / "log")
    times = Times.load(tmp_path / "log")
    assert (times.count, times.repeated) == (2, 1)
    assert times.get(("receipts.tax", 0), 5) == 10.5 and times.get(("receipts.court", 7), 0) == 11.5
    for place, offset in ((("receipts.tax", 0), 4), (("receipts.tax", 0), 6), (("receipts.tax", 1), 5)):
        assert times.get(place, offset) is None


@pytest.mark.parametrize(
    ("number", "found"), [(1, (1, 1, 1)), (2, (1, 2, 2)), (100, (50, 99, 100)), (101, (51, 100, 101))]
)
def test_a_spread_is_of_nearest_ranks(number: int, found: tuple[float, float, float]) -> None:
    assert spread([(number - n) / 1000 for n in range(number)]) == Spread(number, *map(float, found))


def result(**changes: object) -> Steady:
    phase = {"receipt": Spread(1, 1.0, 2.0, 3.0)}
    fields = {
        "rate": 1_000.0, "minutes": 10.0, "records": JUDGED_FROM, "wanted": JUDGED_FROM, "missing": 0, "duplicated": 0,
        "waits": {name: phase for name in ("warm", "steady", "burst", "rest")}, "after_burst_s": 60.0,
        "spans": {"sink": FLAT, "worker-1": FLAT}, "cpu": {},
    }  # fmt: skip
    return Steady(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_good_run_has_no_fault() -> None:
    assert result().faults() == [] and result(records=1, wanted=1).faults() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"missing": 1}, "without a receipt: 1"),
        ({"duplicated": 2}, "too many: 2"),
        ({"wanted": JUDGED_FROM + 1}, "not written: 1"),
        ({"spans": {"worker-1": Span(90, 100, 110, 116, 116)}}, "memory is not flat: worker-1"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], why: str) -> None:
    (fault,) = result(**changes).faults()
    assert why in fault


@pytest.mark.parametrize(("late", "faults"), [(KEEPS_UP_MS, 0), (KEEPS_UP_MS + 1, 1)])
def test_a_backlog_that_grows_is_a_fault(late: float, faults: int) -> None:
    slow = {name: {"receipt": Spread(1, 1.0, late, late)} for name in ("steady", "burst", "rest")}
    assert len(result(waits=slow).faults()) == faults
