"""The backup as a file: one JSON document, encrypted as a whole under a passphrase (scrypt, AES-256-GCM).

Encrypted, because whoever has these keys can try every identity number against every record there ever was, and because
copies of a backup go where this machine's file modes do not follow. The file is its owner's alone (0600) besides.
"""

import os
from datetime import date
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

_MAGIC = b"CHENGXIN-BACKUP-1\n"
_SALT, _NONCE = 16, 12
_COST = 1 << 15  # scrypt's n: 32 MiB and about a tenth of a second for each passphrase tried
MIN_PASSPHRASE = 12


class BackupFault(Exception):
    """A backup that cannot be made, read or restored; says why and what to do."""


class Bundle(msgspec.Struct, frozen=True):
    """What a backup holds. ``keys``: text of each key file by name; ``checks``: their check values; ``books``:
    canonical bytes of each published law book by digest; ``prefix``: the deployment's before every topic."""

    made_on: date
    prefix: str
    keys: dict[str, str]
    checks: dict[str, str]
    books: dict[str, bytes]


def write(file: Path, bundle: Bundle, passphrase: str) -> None:
    """A new file, on the disk when this returns.

    :raises BackupFault: the file is there already, or the passphrase is too short.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise BackupFault(f"口令过短 / a passphrase needs {MIN_PASSPHRASE} characters at least")
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    head = _MAGIC + salt
    sealed = head + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, msgspec.json.encode(bundle), head)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupFault(f"{file}: 文件已存在，不覆盖 / is there already; a backup replaces none") from None
    with os.fdopen(descriptor, "wb") as out:
        out.write(sealed)
        out.flush()
        os.fsync(descriptor)


def read(file: Path, passphrase: str) -> Bundle:
    """What the file holds.

    :raises BackupFault: no backup, a part of one, changed, or another passphrase: these cannot be told apart.
    """
    whole = file.read_bytes()
    if not whole.startswith(_MAGIC):
        raise BackupFault(f"{file}: 不是备份文件 / not a backup of chengxin, or one of another version")
    head, rest = whole[: len(_MAGIC) + _SALT], whole[len(_MAGIC) + _SALT :]
    try:
        plain = AESGCM(_key(passphrase, head[len(_MAGIC) :])).decrypt(rest[:_NONCE], rest[_NONCE:], head)
        return msgspec.json.decode(plain, type=Bundle)
    except (InvalidTag, ValueError) as error:
        raise BackupFault(f"{file}: 口令不符或文件残损 / wrong passphrase, or the file is not whole") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
