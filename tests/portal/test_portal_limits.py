"""One officer and many persons."""

import pytest

from sinks.portal.limits import Even, Limiter, Wide


@pytest.mark.parametrize(("took", "left"), [(0.001, 0.5), (0.499, 0.5), (0.5, 0.5), (0.501, 1.0), (1.2, 1.5)])
def test_an_answer_leaves_at_a_full_step(took: float, left: float) -> None:
    now = [7.3]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(ZeroDivisionError), Even(0.5, lambda: now[0], sleep).answer():
        now[0] += took
        raise ZeroDivisionError  # a refusal leaves no sooner
    assert now[0] == pytest.approx(7.3 + left)


def test_the_word_is_said_once_when_there_are_too_many_persons() -> None:
    wide = Wide(2)
    said = [wide.see("R-17", "railway", subject, "2026-11-02") for subject in ("a", "b", "b", "a", "c", "d", "a")]
    assert said == [False, False, False, False, True, False, False]
    assert wide.lookers() == 1
    assert not wide.see("R-17", "aviation", "c", "2026-11-02")  # the same reference of another department
    assert wide.lookers() == 1


def test_a_new_day_begins_anew_and_an_old_record_changes_nothing() -> None:
    wide = Wide(1)
    assert [wide.see("R", "x", subject, "2026-11-02") for subject in "ab"] == [False, True]
    assert not wide.see("R", "x", "c", "2026-11-03")
    assert wide.lookers() == 0
    assert not wide.see("R", "x", "d", "2026-11-02")
    assert wide.see("R", "x", "d", "2026-11-03")


def test_the_limiter_forgets_whoever_asked_longest_ago() -> None:
    now = [0.0]
    limiter = Limiter(1, lambda: now[0])
    assert limiter.turn("first").allowed
    for number in range(10_000):
        assert limiter.turn(str(number)).allowed
    assert limiter.turn("first").allowed  # forgotten, so not refused; its memory is bounded
    assert not limiter.turn("9999").allowed
