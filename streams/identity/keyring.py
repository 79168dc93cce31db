"""The keys behind tokens, name checks, case references and sealing: one file each, readable by the owner only.

A lost token key orphans every standing, so nothing here ever replaces a key that exists.
"""

import hmac
import os
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_TOKEN_BYTES = 16
_SINGLE_KEYS = {"token": 32, "name": 32, "case": 64}


class KeyringFault(Exception):
    """A key is missing, malformed or readable by others. The message names the file and the cure."""


class Keyring:
    """Holds intake's keys. Immutable after ``load``.

    ``masters`` maps version -> key-encrypting key; the highest version seals, all versions unseal.
    """

    def __init__(self, single: dict[str, bytes], departments: dict[str, bytes], masters: dict[int, bytes]) -> None:
        self._token_key, self._name_key = single["token"], single["name"]
        self._siv = AESSIV(single["case"])
        self._departments = departments
        self.masters = masters

    @classmethod
    def load(cls, folder: Path, channels: Iterable[str], create: bool) -> "Keyring":
        """Read all keys of ``folder``; with ``create`` (development) write the missing ones first, mode 0600.

        :raises KeyringFault: a key is missing (``create`` off), has the wrong length or too open a mode.
        """
        single = {name: _key(folder / f"{name}.key", size, create) for name, size in _SINGLE_KEYS.items()}
        departments = {c: _key(folder / "departments" / f"{c}.key", 32, create) for c in sorted(channels)}
        versions = sorted(int(p.stem.removeprefix("master.v")) for p in folder.glob("master.v*.key")) or [1]
        masters = {v: _key(folder / f"master.v{v}.key", 32, create) for v in versions}
        return cls(single, departments, masters)

    def token(self, kind: str, number: str) -> str:
        """The central token of a checked identifier: 32 hex characters, the same for ever under one key."""
        return _mac(self._token_key, f"{kind}:{number}")

    def name_check(self, token: str, name: str) -> str:
        """HMAC(name key, token + normalised name): equal names of one subject agree, others cannot be compared."""
        return _mac(self._name_key, f"{token}:{name}")

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


def _mac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), sha256)[:_TOKEN_BYTES].hex()


def _key(path: Path, size: int, create: bool) -> bytes:
    if not path.exists():
        if not create:
            raise KeyringFault(f"{path}: key missing. Restore it from the backup; a new key would orphan every record.")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(size))
    if path.stat().st_mode & 0o077:
        raise KeyringFault(f"{path}: others may read this key. Run: chmod 600 {path.name}")
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError as error:
        raise KeyringFault(f"{path}: not hexadecimal. Restore it from the backup.") from error
    if len(key) != size:
        raise KeyringFault(f"{path}: {len(key)} bytes seen, {size} expected. Restore it from the backup.")
    return key
