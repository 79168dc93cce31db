"""The backup as a file, and what a deployment knows of its keys: whatever is not exactly right is refused."""

import stat
from datetime import date
from pathlib import Path

import pytest

from streams.backup import bundle
from streams.backup.bundle import BackupFault, Bundle
from streams.identity import Keyring, KeyringFault
from streams.identity.keyring import check_value
from streams.keychecks import Known

SECRET = "correct horse battery"
HELD = Bundle(date(2026, 11, 28), "", {"token": "ab" * 32}, {"token": "c" * 32}, {"d" * 64: b"\x00\xff"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    bundle.write(tmp_path / "kept", HELD, SECRET)
    return tmp_path / "kept"


def test_it_reads_as_it_was_written_and_is_its_owners_alone(file: Path) -> None:
    assert bundle.read(file, SECRET) == HELD
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ab" * 8 not in file.read_bytes() and b"token" not in file.read_bytes()


def test_no_backup_is_replaced(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(BackupFault, match="replaces none"):
        bundle.write(file, HELD, SECRET)
    assert file.read_bytes() == before


@pytest.mark.parametrize("at", [0, 20, 35, 60, -1])
def test_one_changed_byte_is_found(file: Path, at: int) -> None:
    raw = bytearray(file.read_bytes())
    raw[at] ^= 1
    file.write_bytes(raw)
    with pytest.raises(BackupFault, match=r"不是备份文件|wrong passphrase, or the file is not whole"):
        bundle.read(file, SECRET)


@pytest.mark.parametrize("length", [0, 10, 18, 34, 46, 62, -1])
def test_a_part_of_a_file_is_found(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(BackupFault):
        bundle.read(file, SECRET)


def test_another_passphrase_opens_nothing(file: Path) -> None:
    with pytest.raises(BackupFault, match="wrong passphrase"):
        bundle.read(file, SECRET + ".")


@pytest.mark.parametrize("length", [11, 12, 13])
def test_a_short_passphrase_is_refused(tmp_path: Path, length: int) -> None:
    if length < bundle.MIN_PASSPHRASE:
        with pytest.raises(BackupFault, match="12 characters"):
            bundle.write(tmp_path / "kept", HELD, "x" * length)
    else:
        bundle.write(tmp_path / "kept", HELD, "x" * length)
    assert (tmp_path / "kept").exists() == (length >= bundle.MIN_PASSPHRASE)


def test_a_check_value_tells_keys_apart_and_is_bound_to_the_name() -> None:
    one, other = bytes(32), bytes(31) + b"\x01"
    values = {check_value("token", one), check_value("token", other), check_value("name", one)}
    assert len(values) == 3 and {len(value) for value in values} == {32}
    assert check_value("token", one) == check_value("token", bytes(32))


def test_a_keyring_tells_the_check_value_of_every_key(tmp_path: Path) -> None:
    ring = Keyring.load(tmp_path, ["court"], create=True)
    assert set(ring.checks) == {"token", "name", "case", "master.v1", "departments/court"}
    assert Keyring.load(tmp_path, ["court"], create=False).checks == ring.checks


def test_what_is_lost_but_for_channels_that_are_no_more(tmp_path: Path) -> None:
    ring = Keyring.load(tmp_path, ["court", "railway"], create=True)
    known = Known(ring.checks, frozenset(), exists=True)
    assert known.lost(tmp_path, ["court", "railway"]) == []
    for name in ("token", "departments/railway"):
        (tmp_path / f"{name}.key").unlink()
    assert known.lost(tmp_path, ["court", "railway"]) == ["token", "departments/railway"]
    assert known.lost(tmp_path, ["court"]) == ["token"]


def test_another_key_and_a_retired_one_are_refused(tmp_path: Path) -> None:
    ring = Keyring.load(tmp_path, ["court"], create=True)
    known = Known(ring.checks, frozenset(), exists=True)
    known.require("keys", ring.checks)
    with pytest.raises(KeyringFault, match=r"keys/token.*与本部署在用的密钥不同 / not the key"):
        known.require("keys", {**ring.checks, "token": "0" * 32})
    known.require("keys", {**ring.checks, "departments/railway": "0" * 32})  # a channel just added
    retired = frozenset({("master.v1", ring.checks["master.v1"])})
    with pytest.raises(KeyringFault, match=r"master\.v1.*已销毁.*retired"):
        known._replace(retired=retired).require("keys", ring.checks)
