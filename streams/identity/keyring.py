"""The keys behind tokens, name checks, case references and sealing, and what is computed with them.

A lost token key orphans every standing, so nothing here ever replaces a key that exists.
"""

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from streams.identity import keyfiles
from streams.identity.keyfiles import DERIVED, SINGLE_KEYS, of_department, of_master

_TOKEN_BYTES = 16
_CHECK_BYTES = 16


class Keyring:
    """Holds intake's keys. Immutable after ``load``.

    ``masters`` maps version -> key-encrypting key; the highest version seals, all versions unseal. ``checks`` maps the
    name of each key to its check value: it tells whether two keys are the same, and nothing else of them.
    """

    def __init__(self, single: dict[str, bytes], departments: dict[str, bytes], masters: dict[int, bytes]) -> None:
        self._token_mac, self._name_mac = _mac_of(single["token"]), _mac_of(single["name"])
        self._siv = AESSIV(single["case"])
        self._departments = {channel: _mac_of(key) for channel, key in departments.items()}
        self.masters = masters
        named = {of_department(channel): key for channel, key in departments.items()}
        named |= {of_master(version): key for version, key in masters.items()}
        self.checks = {name: check_value(name, key) for name, key in (single | named).items()}

    @classmethod
    def load(cls, folder: Path, channels: Iterable[str], create: bool) -> "Keyring":
        """Read all keys of ``folder``; with ``create`` (development) write the missing ones first, mode 0600.

        :raises KeyringFault: a key is missing or derived (``create`` off), has the wrong length or too open a mode, or
            what a killed process left cannot be removed.
        """
        keyfiles.sweep(folder)
        single = {name: keyfiles.key(folder, name, create) for name in SINGLE_KEYS}
        departments = {c: keyfiles.key(folder, of_department(c), create) for c in sorted(channels)}
        versions = keyfiles.master_versions(folder) or [1]
        masters = {v: keyfiles.key(folder, of_master(v), create) for v in versions}
        return cls(single, departments, masters)

    @staticmethod
    def derive(folder: Path, channels: Iterable[str], seed: int) -> None:
        """Make ``folder`` a keyring that anybody can make again from ``seed``, so that a run on the sample can be
        repeated byte for byte. Every file says so itself, and ``load`` with ``create`` off refuses it.

        :raises FileExistsError: a key is there already; none is ever replaced.
        """
        for name in (*SINGLE_KEYS, of_master(1), *map(of_department, channels)):
            keyfiles.write(folder, name, f"{DERIVED}{seed}")

    @staticmethod
    def add_department(folder: Path, channel: str) -> None:
        """Make the key of a channel that never had one. Its tokens tell nobody else anything, so nothing is orphaned.

        :raises FileExistsError: it has one.
        """
        keyfiles.write(folder, of_department(channel), secrets.token_hex(32))

    def token(self, kind: str, number: str) -> str:
        """The central token of a checked identifier: 32 hex characters, the same for ever under one key."""
        return _mac(self._token_mac, f"{kind}:{number}")

    def name_check(self, token: str, name: str) -> str:
        """HMAC(name key, token + normalised name): equal names of one subject agree, others cannot be compared."""
        return _mac(self._name_mac, f"{token}:{name}")

    def department_token(self, channel: str, kind: str, number: str) -> str:
        """The department's own token. It can compute it for numbers it already holds, and for no others."""
        return _mac(self._departments[channel], f"{kind}:{number}")

    def sent_digest(self, channel: str, value: bytes) -> str:
        """Keyed digest of what ``channel`` sent: it alone can make it again, and nobody can test a guess with it."""
        return _mac(self._departments[channel], f"sent:{sha256(value).hexdigest()}")

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


def check_value(name: str, key: bytes) -> str:
    """32 hex characters derived one way (HKDF-SHA256) from a key and its name: equal for equal keys alone."""
    return HKDF(SHA256(), _CHECK_BYTES, salt=None, info=f"check value of {name}".encode()).derive(key).hex()
