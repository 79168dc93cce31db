"""The sealer's keys: which one signs, which are believed, and until when."""

from pathlib import Path

import pytest

from streams.audit import keys
from streams.audit.keys import NAME, PUBLIC, AuditFault
from streams.audit.seals import public


def test_a_new_key_ends_the_one_before_with_the_last_seal_it_can_have_signed(tmp_path: Path) -> None:
    first, again = public(keys.private(tmp_path, 0, new=False)), public(keys.private(tmp_path, 7, new=False))
    assert first == again and keys.believed(tmp_path / PUBLIC) == {first: None}
    second = public(keys.private(tmp_path, 7, new=True))
    assert keys.believed(tmp_path / PUBLIC) == {first: 7, second: None}
    third = public(keys.private(tmp_path, 9, new=True))
    assert keys.believed(tmp_path / PUBLIC) == {first: 7, second: 9, third: None}
    assert keys.private(tmp_path, 12, new=False) and keys.believed(tmp_path / PUBLIC)[second] == 9


def test_a_key_that_ended_signs_nothing_though_its_file_comes_back(tmp_path: Path) -> None:
    keys.private(tmp_path, 0, new=False)
    keys.private(tmp_path, 7, new=True)
    (old,) = tmp_path.glob(f"{NAME}.until.*")
    (tmp_path / f"{NAME}.key").write_text(old.read_text())
    with pytest.raises(AuditFault, match="ended with seal 7"):
        keys.private(tmp_path, 8, new=False)
    keys.private(tmp_path, 8, new=True)
    assert sorted(map(str, keys.believed(tmp_path / PUBLIC).values())) == ["7", "8", "None"]


def test_keys_of_a_file_from_before_keys_ended_end_with_the_next_seal(tmp_path: Path) -> None:
    now = public(keys.private(tmp_path, 0, new=False))
    (tmp_path / PUBLIC).write_text(f"{'ab' * 32}\n{now}\n")
    keys.private(tmp_path, 5, new=False)
    assert keys.believed(tmp_path / PUBLIC) == {"ab" * 32: 5, now: None}


@pytest.mark.parametrize("line", ["no key", f"{'ab' * 32} until", f"{'ab' * 32} until x", f"{'ab' * 32} until -1"])
def test_a_line_that_tells_no_end_is_no_key(tmp_path: Path, line: str) -> None:
    (tmp_path / PUBLIC).write_text(f"{line}\n")
    with pytest.raises(AuditFault, match="until"):
        keys.believed(tmp_path / PUBLIC)


def test_a_lost_key_is_no_reason_to_seal_with_any_other(tmp_path: Path) -> None:
    with pytest.raises(AuditFault, match="--new-key"):
        keys.private(tmp_path, 1, new=False)
