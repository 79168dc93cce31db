"""A growth of partitions as a plan: what is replayed where, what grows in place, and what is refused."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import era as eras
from streams.engine.state import OFFSETS_KEY
from streams.growth import BY_SUBJECT, IN_PLACE, GrowthFault, places, plan
from streams.wire import subject_partition
from topics.catalogue import FOLDER, Catalogue

TOKENS = st.binary(min_size=16, max_size=16).map(bytes.hex)


def draft(folder: Path, partitions: int = 16) -> Path:
    """A copy of ``topics/`` as an operator would change it for a growth of the local scale."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py*", "__pycache__"))
    for family in (*BY_SUBJECT, *IN_PLACE):
        change(folder, family, r"local: 8", f"local: {partitions}")
    for family in BY_SUBJECT:
        change(folder, family, rf'topic: "{family}"', f'topic: "{family}.v2"')
    return folder


def change(folder: Path, family: str, pattern: str, text: str) -> None:
    file = folder / f"{family}.yaml"
    changed, times = re.subn(pattern, text, file.read_text(encoding="utf-8"))
    assert times == 1, family
    file.write_text(changed, encoding="utf-8")


def planned(folder: Path):
    return plan(Catalogue.load(), Catalogue.load(folder), "run1.", "local", replication=1)


def test_what_lies_by_subject_is_replayed_and_inputs_grow(tmp_path: Path) -> None:
    todo = planned(draft(tmp_path / "topics"))
    assert (todo.old, todo.new) == (8, 16)
    names = {family: (was.name, spec.name) for family, (was, spec) in todo.moved.items()}
    assert names == {family: (f"run1.{family}", f"run1.{family}.v2") for family in BY_SUBJECT}
    assert {spec.family for spec in todo.grown} == set(IN_PLACE)
    assert all(spec.partitions == 16 and not spec.name.endswith(".v2") for spec in todo.grown)


@pytest.mark.parametrize(("partitions", "good"), [(7, False), (8, False), (12, False), (16, True), (24, True)])
def test_only_a_multiple_is_a_growth(tmp_path: Path, partitions: int, good: bool) -> None:
    folder = draft(tmp_path / "topics", partitions)
    if good:
        assert planned(folder).new == partitions
    else:
        with pytest.raises(GrowthFault, match="no multiple"):
            planned(folder)


@pytest.mark.parametrize(
    ("family", "pattern", "text", "why"),
    [
        ("identities", r"identities\.v2", "identities", "identities: .* needs a new name"),
        ("displays", "local: 16", "local: 8", "displays.v2: .* 16 partitions"),
        ("clock", "local: 16", "local: 8", "clock: .* keeps its name and has 16"),
        ("feedback", r'topic: "feedback\.', 'topic: "answers.', "keeps its name"),
        ("erasures", "local: 8", "local: 16", "erasures: .* must not change"),
        ("lawbooks", "max_bytes: 16777216", "max_bytes: 8388608", "lawbooks: .* must not change"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, family: str, pattern: str, text: str, why: str) -> None:
    folder = draft(tmp_path / "topics")
    change(folder, family, pattern, text)
    with pytest.raises(GrowthFault, match=why):
        planned(folder)


@given(TOKENS, st.integers(1, 8), st.integers(2, 8))
def test_a_subject_stays_in_a_partition_that_comes_of_its_old_one(token: str, old: int, times: int) -> None:
    before, new = subject_partition(token, old), old * times
    keys = {
        "accepted": token.encode(), "decisions": token.encode(), "identities": f"{token}:{'0' * 32}".encode(),
        "displays": f"{token}:".encode(), "casework-changelog": bytes.fromhex(token),
    }  # fmt: skip
    for family, key in keys.items():
        assert places(family, key, before, old=old, new=new) == [subject_partition(token, new)]
    assert subject_partition(token, new) % old == before
    assert subject_partition(token, new) in places("accepted", None, before, old=old, new=new), "among the same ticks"


def test_what_is_about_nobody_goes_to_all_that_come_of_it() -> None:
    assert places("casework-changelog", eras.KEY, 3, old=8, new=24) == [3, 11, 19]
    assert places("intake-changelog", eras.KEY, 3, old=8, new=24) == [3, 11, 19]
    assert places("intake-changelog", OFFSETS_KEY, 3, old=8, new=24) == [3], "the new partitions have read nothing"
