"""The files that hold intake's keys: one each, readable by the owner only, never replaced."""

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SINGLE_KEYS = {"token": 32, "name": 32, "case": 64}  # bytes; every other key has 32
DERIVED = "derived from sample seed "  # what stands in a key file instead of a key, see ``Keyring.derive``
_DRAFTS = ".*.key.[0-9]*"
_MASTER = "master.v"
_NAME = re.compile(r"([a-z][a-z0-9_-]*/)?[a-z][a-z0-9_.-]*", re.ASCII)


class KeyringFault(Exception):
    """A key is missing, malformed, another one or readable by others. The message names the file and the cure."""


def of_department(channel: str) -> str:
    """Name of a channel's key; names stand for files below the folder, without ``.key``."""
    return f"departments/{channel}"


def is_department(name: str) -> bool:
    """Whether a key is a channel's."""
    return name.startswith(of_department(""))


def of_master(version: int) -> str:
    """Name of a master key."""
    return f"{_MASTER}{version}"


def is_master(name: str) -> bool:
    """Whether a key is a master key."""
    return name.startswith(_MASTER)


def place(folder: Path, name: str) -> Path:
    """The file of a key.

    :raises KeyringFault: the name leads out of the folder, as one in a backup that somebody else made may.
    """
    if not _NAME.fullmatch(name):
        raise KeyringFault(f"{name!r}: 不是密钥名 / no name of a key. Do not use the backup it came from.")
    return folder / f"{name}.key"


def names(folder: Path) -> list[str]:
    """All keys of the folder."""
    return sorted(path.relative_to(folder).as_posix().removesuffix(".key") for path in folder.rglob("[!.]*.key"))


def master_versions(folder: Path) -> list[int]:
    """Versions of the master keys of the folder, in order."""
    return sorted(version_of(name) for name in names(folder) if is_master(name))


def version_of(name: str) -> int:
    """Version of a master key, by its name."""
    return int(name.removeprefix(_MASTER))


def key(folder: Path, name: str, create: bool) -> bytes:
    """The key; with ``create`` a missing one is made first, and a derived one is taken.

    :raises KeyringFault: it cannot be used; the message names the file and the cure.
    """
    path = place(folder, name)
    if not path.exists():
        if not create:
            raise _missing(path, name)
        with contextlib.suppress(FileExistsError):  # another process of ours was quicker
            write(folder, name, secrets.token_hex(SINGLE_KEYS.get(name, 32)))
    if path.stat().st_mode & 0o077:
        raise KeyringFault(f"{path}: others may read this key. Run: chmod 600 {path.name}")
    text = path.read_text().strip()
    if text.startswith(DERIVED) and not create:
        raise KeyringFault(f"{path}: {text}, which anybody can do. Production needs keys that only it has.")
    return parse(str(path), name, text)


def parse(where: str, name: str, text: str) -> bytes:
    """The key that a file's text stands for.

    :raises KeyringFault: it stands for none; ``where`` tells which text it was.
    """
    size = SINGLE_KEYS.get(name, 32)
    if text.startswith(DERIVED):
        return HKDF(SHA512(), size, salt=None, info=name.encode()).derive(text.encode())
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise KeyringFault(f"{where}: not hexadecimal. Restore it from the backup.") from error
    if len(found) != size:
        raise KeyringFault(f"{where}: {len(found)} bytes seen, {size} expected. Restore it from the backup.")
    return found


def _missing(path: Path, name: str) -> KeyringFault:
    channel = name.removeprefix(of_department(""))
    if channel == name:
        return KeyringFault(
            f"{path}: 缺少密钥，请从备份恢复 / "
            "key missing. Restore it from the backup; a new key would orphan every record."
        )
    return KeyringFault(
        f"{path}: 缺少通道 {channel} 的密钥 / key of channel {channel} missing. Restore it from the backup; "
        f"for a channel just added: chengxin topics apply --new-key {channel}"
    )


def write(folder: Path, name: str, text: str) -> None:
    """A new key for the owner's eyes only, there with its whole text or not at all; FileExistsError if it is there.

    It is on the disk before anybody can make a token with it: a power cut must not leave tokens without their key.
    """
    path = place(folder, name)
    _make_folder(path.parent)
    with _alone(path.parent) as held:
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            os.link(draft, path)
        finally:
            draft.unlink()
            os.fsync(held)


def remove(folder: Path, name: str) -> None:
    """Delete a key for good."""
    path = place(folder, name)
    with _alone(path.parent) as held:
        path.unlink()
        os.fsync(held)


def _make_folder(folder: Path) -> None:
    """With its name on the disk, and those of the folders above that were missing too."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    with _opened(folder.parent) as parent:
        os.fsync(parent)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """No other process of ours writes or sweeps in ``folder`` meanwhile; closing the folder lets go, so does death."""
    with _opened(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor


def sweep(folder: Path) -> None:
    """Remove the drafts of killed processes: they hold key material nobody looks after."""
    for inner in sorted({draft.parent for draft in folder.rglob(_DRAFTS)}):
        try:
            with _alone(inner) as descriptor:  # so no draft in it is still being written
                for draft in inner.glob(_DRAFTS):
                    draft.unlink()
                os.fsync(descriptor)
        except OSError as error:
            raise KeyringFault(
                f"{inner}/{_DRAFTS}: 残留的密钥草稿无法删除，请手工删除 / "
                f"drafts of keys, left by a killed process, cannot be removed ({error.strerror}). Remove them."
            ) from error
