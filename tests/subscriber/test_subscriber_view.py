"""A view from snapshot and changes: whichever moment the snapshot is of, and whatever is missed is told."""

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.subscriber.view import Gap, Value, View

STATES = ("proposed", "confirmed", "in_effect", "lifting", "lifted")


class Written(NamedTuple):
    """What one decision wrote: a change with the snapshot beside it, or (no value) an erasure."""

    id: str
    value: Value | None

    @property
    def current(self) -> Value | None:
        return self.value and {field: told for field, told in self.value.items() if field != "previous_version"}


@st.composite
def histories(draw: st.DrawFn) -> list[Written]:
    versions: dict[str, int] = {}
    erased: set[str] = set()
    history = []
    for name in draw(st.lists(st.sampled_from("abc"), max_size=25)):
        if name in erased:
            continue
        if versions.get(name) and draw(st.integers(0, 9)) == 0:
            erased.add(name)
            history.append(Written(name, None))
            continue
        before = versions.get(name)
        versions[name] = (before or 0) + 1
        state = draw(st.sampled_from(STATES))
        told = {"obligation_id": name, "version": versions[name], "previous_version": before, "state": state}
        history.append(Written(name, told))
    return history


def viewed(snapshot: list[Written], changes: list[Written]) -> View:
    view = View()
    for one in snapshot:
        view.snapshot(one.id, one.current)
    for one in changes:
        if one.value is not None:
            view.change(one.value)
    return view


def stand(history: list[Written]) -> dict[str, Value]:
    found = {one.id: one.current for one in history}
    return {name: value for name, value in found.items() if value is not None}


@settings(deadline=None)
@given(histories(), st.data())
def test_the_view_is_what_stands_wherever_the_snapshot_ends(history: list[Written], data: st.DataObject) -> None:
    """The changes may begin before the snapshot's end: what it has already is old news, and brings nobody back."""
    last = max((at for at, one in enumerate(history) if one.value is None), default=-1) + 1
    cut = data.draw(st.integers(last, len(history)), label="end of the snapshot")
    start = data.draw(st.integers(0, cut), label="first change")
    view = viewed(history[:cut], history[start:])
    assert view.stands == stand(history) and view.gaps == []
    assert view.open == sum(value["state"] != "lifted" for value in view.stands.values())


@settings(deadline=None)
@given(histories(), st.data())
def test_a_change_that_was_missed_is_told_at_the_next_one(history: list[Written], data: st.DataObject) -> None:
    changes = [one for one in history if one.value is not None]
    followed = [at for at, one in enumerate(changes) if any(later.id == one.id for later in changes[at + 1 :])]
    if not followed:
        return
    lost = data.draw(st.sampled_from(followed), label="lost")
    view = viewed([], changes[:lost] + changes[lost + 1 :])
    gone = changes[lost].value
    assert gone is not None
    known = gone["previous_version"]
    assert view.gaps == [Gap(gone["obligation_id"], known, gone["version"], gone["version"] + 1)]
    assert view.stands == stand(changes)


def test_an_older_change_is_no_news_and_an_equal_one_neither() -> None:
    three = {"obligation_id": "a", "version": 3, "previous_version": 2, "state": "confirmed"}
    two = {"obligation_id": "a", "version": 2, "previous_version": 1, "state": "proposed"}
    view = View()
    view.snapshot("a", {"obligation_id": "a", "version": 3, "state": "confirmed"})
    assert not view.change(three) and not view.change(two)
    assert view.gaps == [] and view.stands["a"]["state"] == "confirmed"
