"""Tokens, case references and sealing: deterministic where they must be, useless to whom they are not for."""

import doctest
import fcntl
import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from streams.identity import Keyring, KeyringFault, check_citizen, check_uscc, identifiers, normalise_name, seal, unseal
from streams.identity.identifiers import IdentifierFault
from streams.identity.sealing import Identity

PERSON = "990000198001010020"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.load(tmp_path / "keys", ["court", "railway"], create=True)


def test_examples_in_docstrings_run() -> None:
    assert doctest.testmod(identifiers).failed == 0


def test_keys_are_owner_only_and_survive_a_reload(tmp_path: Path, keyring: Keyring) -> None:
    files = list((tmp_path / "keys").rglob("*.key"))
    assert len(files) == 6
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    again = Keyring.load(tmp_path / "keys", ["court", "railway"], create=False)
    assert again.token("citizen", PERSON) == keyring.token("citizen", PERSON)


def test_missing_open_or_short_keys_are_refused(tmp_path: Path, keyring: Keyring) -> None:
    key = tmp_path / "keys" / "token.key"
    key.chmod(0o644)
    with pytest.raises(KeyringFault, match="chmod 600"):
        Keyring.load(tmp_path / "keys", ["court"], create=False)
    key.chmod(0o600)
    key.write_text("abcd")
    with pytest.raises(KeyringFault, match="2 bytes seen, 32 expected"):
        Keyring.load(tmp_path / "keys", ["court"], create=True)
    key.unlink()
    with pytest.raises(KeyringFault, match="orphan"):
        Keyring.load(tmp_path / "keys", ["court"], create=False)


def test_a_key_is_on_the_disk_before_it_can_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut may take what was never flushed: the text before the name appears, then the name, and the folder's
    own name in the folder above."""
    done: list[str] = []
    sync, link = os.fsync, os.link

    def note_sync(descriptor: int) -> None:
        name = str(Path(f"/proc/self/fd/{descriptor}").readlink()).removeprefix(str(tmp_path))
        size = os.fstat(descriptor).st_size
        done.append(f"sync {name or '/'}" + (f" {size}" if name.startswith("/keys/.") else ""))
        sync(descriptor)

    def note_link(source: Path, target: Path) -> None:
        done.append(f"link {target.name}")
        link(source, target)

    monkeypatch.setattr("os.fsync", note_sync)
    monkeypatch.setattr("os.link", note_link)
    Keyring.load(tmp_path / "keys", [], create=True)
    assert done[:4] == ["sync /", f"sync /keys/.token.key.{os.getpid()} 64", "link token.key", "sync /keys"]


@pytest.mark.parametrize("create", [True, False])
def test_drafts_of_killed_processes_are_swept(tmp_path: Path, keyring: Keyring, create: bool) -> None:
    drafts = [tmp_path / "keys" / ".token.key.4711", tmp_path / "keys" / "departments" / ".court.key.12"]
    for draft in drafts:
        draft.write_text("ab" * 32)
    again = Keyring.load(tmp_path / "keys", ["court", "railway"], create=create)
    assert not any(draft.exists() for draft in drafts)
    assert again.token("citizen", PERSON) == keyring.token("citizen", PERSON)


def test_a_draft_still_being_written_is_left_to_its_writer(tmp_path: Path, keyring: Keyring) -> None:
    """The writer holds the folder; who loads meanwhile waits, so that the writer finds its draft when it links it."""
    draft = tmp_path / "keys" / ".master.v2.key.4711"
    draft.write_text("ab" * 32)
    folder = os.open(tmp_path / "keys", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    loading = Thread(target=Keyring.load, args=(tmp_path / "keys", ["court"], False))
    loading.start()
    try:
        loading.join(timeout=0.3)
        assert loading.is_alive() and draft.exists()
    finally:
        os.close(folder)
        loading.join(timeout=30)
    assert not loading.is_alive() and not draft.exists()


def test_a_draft_that_cannot_be_removed_is_named(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "keys" / ".token.key.4711").mkdir()  # unlink refuses a folder, whoever asks
    with pytest.raises(KeyringFault, match="left by a killed process"):
        Keyring.load(tmp_path / "keys", ["court"], create=False)


def test_derived_keys_are_the_same_everywhere_and_refused_in_production(tmp_path: Path, keyring: Keyring) -> None:
    """A sample run must be repeatable; keys that anybody can make must never protect anybody."""
    rings = []
    for name in ("one", "other"):
        Keyring.derive(tmp_path / name, ["court", "railway"], seed=7)
        rings.append(Keyring.load(tmp_path / name, ["court", "railway"], create=True))
    assert rings[0].masters == rings[1].masters != keyring.masters
    for ask in (
        lambda ring: ring.token("citizen", PERSON),
        lambda ring: ring.name_check("0" * 32, "name"),
        lambda ring: ring.department_token("court", "citizen", PERSON),
        lambda ring: ring.case_ref("0" * 32, "railway"),
    ):
        assert ask(rings[0]) == ask(rings[1]) != ask(keyring)
    assert len({rings[0].department_token(c, "citizen", PERSON) for c in ("court", "railway")}) == 2
    Keyring.derive(tmp_path / "another seed", ["court"], seed=8)
    another = Keyring.load(tmp_path / "another seed", ["court"], create=True)
    assert another.token("citizen", PERSON) != rings[0].token("citizen", PERSON)
    with pytest.raises(KeyringFault, match="derived from sample seed 7, which anybody can do"):
        Keyring.load(tmp_path / "one", ["court"], create=False)
    (tmp_path / "keys" / "name.key").write_text((tmp_path / "one" / "name.key").read_text())
    with pytest.raises(KeyringFault, match=r"name\.key: derived"):  # one such file among real ones is enough
        Keyring.load(tmp_path / "keys", ["court"], create=False)


def test_no_key_is_replaced_by_a_derived_one(tmp_path: Path, keyring: Keyring) -> None:
    with pytest.raises(FileExistsError):
        Keyring.derive(tmp_path / "keys", ["court"], seed=7)
    assert Keyring.load(tmp_path / "keys", ["court"], create=False).masters == keyring.masters


def test_departments_tokens_differ_from_each_other_and_from_the_central_one(keyring: Keyring) -> None:
    tokens = {
        keyring.token("citizen", PERSON),
        *(keyring.department_token(c, "citizen", PERSON) for c in ("court", "railway")),
    }
    assert len(tokens) == 3


def test_case_reference_opens_only_on_its_own_channel(keyring: Keyring) -> None:
    token = keyring.token("citizen", PERSON)
    reference = keyring.case_ref(token, "railway")
    assert reference == keyring.case_ref(token, "railway")
    assert keyring.open_case_ref(reference, "railway") == token
    for wrong, channel in (
        (reference, "court"),
        (reference[:-2] + "00", "railway"),
        ("zz", "railway"),
        ("", "railway"),
    ):
        with pytest.raises(ValueError):
            keyring.open_case_ref(wrong, channel)


def test_sealed_identity_is_bound_to_its_token(keyring: Keyring) -> None:
    identity = Identity("citizen", PERSON, "测试甲")
    token = keyring.token("citizen", PERSON)
    sealed = seal(keyring.masters, token, identity)
    assert PERSON.encode() not in b"".join(sealed[1:])
    assert unseal(keyring.masters, token, sealed) == identity
    with pytest.raises(ValueError, match="does not belong"):
        unseal(keyring.masters, "00" * 16, sealed)
    with pytest.raises(ValueError, match="version 9"):
        unseal(keyring.masters, token, sealed._replace(key_version=9))


@pytest.mark.parametrize(
    "number",
    ["", "99000019800101002", "990000198001010021", "990000198013010020", "99000019800101002Y", "9900001980010100200"],
)
def test_wrong_citizen_numbers_are_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(IdentifierFault) as caught:
        check_citizen(number)
    assert not number or number not in str(caught.value)


def test_unknown_region_is_a_warning_and_a_known_one_is_not() -> None:
    assert check_citizen("980000198001010010").warnings == ("REGION_CODE_UNKNOWN",)
    # a birth date in 2090: a number that cannot exist yet
    assert check_citizen("370102209001010016").warnings == ()
    assert check_citizen(" ９９0000-19800101-0020 ").number == PERSON


def test_inner_organisation_check_digit_is_a_warning() -> None:
    assert check_uscc("91350100M000100Y43").warnings == ()
    with pytest.raises(IdentifierFault):
        check_uscc("91110000600037341M")


def test_names_are_compared_by_one_spelling() -> None:
    assert normalise_name("阿卜杜拉・测试") == normalise_name("阿卜杜拉·测试")
    assert normalise_name("测试甲") != normalise_name("测试乙")
