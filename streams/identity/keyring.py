"""The keys behind tokens, name checks, case references and sealing: one file each, readable by the owner only.

A lost token key orphans every standing, so nothing here ever replaces a key that exists.
"""

import contextlib
import fcntl
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_TOKEN_BYTES = 16
_DERIVED = "derived from sample seed "  # what stands in a key file instead of a key, see ``derive``
_DRAFTS = ".*.key.[0-9]*"
_SINGLE_KEYS = {"token": 32, "name": 32, "case": 64}


class KeyringFault(Exception):
    """A key is missing, malformed or readable by others. The message names the file and the cure."""


class Keyring:
    """Holds intake's keys. Immutable after ``load``.

    ``masters`` maps version -> key-encrypting key; the highest version seals, all versions unseal.
    """

    def __init__(self, single: dict[str, bytes], departments: dict[str, bytes], masters: dict[int, bytes]) -> None:
        self._token_mac, self._name_mac = _mac_of(single["token"]), _mac_of(single["name"])
        self._siv = AESSIV(single["case"])
        self._departments = {channel: _mac_of(key) for channel, key in departments.items()}
        self.masters = masters

    @classmethod
    def load(cls, folder: Path, channels: Iterable[str], create: bool) -> "Keyring":
        """Read all keys of ``folder``; with ``create`` (development) write the missing ones first, mode 0600.

        :raises KeyringFault: a key is missing or derived (``create`` off), has the wrong length or too open a mode, or
            what a killed process left cannot be removed.
        """
        _sweep(folder)
        single = {name: _key(folder, name, size, create) for name, size in _SINGLE_KEYS.items()}
        departments = {c: _key(folder, _of_department(c), 32, create) for c in sorted(channels)}
        versions = sorted(int(p.stem.removeprefix("master.v")) for p in folder.glob("master.v*.key")) or [1]
        masters = {v: _key(folder, f"master.v{v}", 32, create) for v in versions}
        return cls(single, departments, masters)

    @staticmethod
    def derive(folder: Path, channels: Iterable[str], seed: int) -> None:
        """Make ``folder`` a keyring that anybody can make again from ``seed``, so that a run on the sample can be
        repeated byte for byte. Every file says so itself, and ``load`` with ``create`` off refuses it.

        :raises FileExistsError: a key is there already; none is ever replaced.
        """
        for name in (*_SINGLE_KEYS, "master.v1", *map(_of_department, channels)):
            _write(folder / f"{name}.key", f"{_DERIVED}{seed}")

    @staticmethod
    def add_department(folder: Path, channel: str) -> None:
        """Make the key of a channel that never had one. Its tokens tell nobody else anything, so nothing is orphaned.

        :raises FileExistsError: it has one.
        """
        _write(folder / f"{_of_department(channel)}.key", secrets.token_hex(32))

    def token(self, kind: str, number: str) -> str:
        """The central token of a checked identifier: 32 hex characters, the same for ever under one key."""
        return _mac(self._token_mac, f"{kind}:{number}")

    def name_check(self, token: str, name: str) -> str:
        """HMAC(name key, token + normalised name): equal names of one subject agree, others cannot be compared."""
        return _mac(self._name_mac, f"{token}:{name}")

    def department_token(self, channel: str, kind: str, number: str) -> str:
        """The department's own token. It can compute it for numbers it already holds, and for no others."""
        return _mac(self._departments[channel], f"{kind}:{number}")

    @property
    def departments(self) -> frozenset[str]:
        return frozenset(self._departments)

    def case_ref(self, token: str, channel: str) -> str:
        """Opaque, deterministic way back from a channel to the subject (AES-SIV), 64 hex characters."""
        return self._siv.encrypt(bytes.fromhex(token), [channel.encode()]).hex()

    def open_case_ref(self, reference: str, channel: str) -> str:
        """The token behind ``reference``.

        :raises ValueError: not a reference of ours, or made for another channel.
        """
        try:
            return self._siv.decrypt(bytes.fromhex(reference), [channel.encode()]).hex()
        except InvalidTag as error:
            raise ValueError("not a case reference of this channel") from error


def _mac_of(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod=sha256)


def _mac(keyed: hmac.HMAC, text: str) -> str:
    mac = keyed.copy()  # cheaper than to begin with the key each time
    mac.update(text.encode())
    return mac.digest()[:_TOKEN_BYTES].hex()


def _of_department(channel: str) -> str:
    return f"departments/{channel}"


def _key(folder: Path, name: str, size: int, create: bool) -> bytes:
    path = folder / f"{name}.key"
    if not path.exists():
        if not create:
            raise _missing(path, name)
        with contextlib.suppress(FileExistsError):  # another process of ours was quicker
            _write(path, secrets.token_hex(size))
    if path.stat().st_mode & 0o077:
        raise KeyringFault(f"{path}: others may read this key. Run: chmod 600 {path.name}")
    text = path.read_text().strip()
    if text.startswith(_DERIVED):
        if not create:
            raise KeyringFault(f"{path}: {text}, which anybody can do. Production needs keys that only it has.")
        return HKDF(SHA512(), size, salt=None, info=name.encode()).derive(text.encode())
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise KeyringFault(f"{path}: not hexadecimal. Restore it from the backup.") from error
    if len(key) != size:
        raise KeyringFault(f"{path}: {len(key)} bytes seen, {size} expected. Restore it from the backup.")
    return key


def _missing(path: Path, name: str) -> KeyringFault:
    channel = name.removeprefix(_of_department(""))
    if channel == name:
        return KeyringFault(
            f"{path}: 缺少密钥，请从备份恢复 / "
            "key missing. Restore it from the backup; a new key would orphan every record."
        )
    return KeyringFault(
        f"{path}: 缺少通道 {channel} 的密钥 / key of channel {channel} missing. Restore it from the backup; "
        f"for a channel just added: chengxin topics apply --new-key {channel}"
    )


def _write(path: Path, text: str) -> None:
    """A new file for the owner's eyes only, there with its whole text or not at all; FileExistsError if it is there.

    It is on the disk before anybody can make a token with it: a power cut must not leave tokens without their key.
    """
    _make_folder(path.parent)
    with _alone(path.parent) as folder:
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
            os.fsync(folder)


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


def _sweep(folder: Path) -> None:
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
