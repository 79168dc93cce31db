"""Sealing of an identity: a fresh data key per record, wrapped by a versioned master key.

Deleting the record deletes the only copy of its data key: what backups of the topic still hold stays unreadable
once the master key version is retired (crypto-shredding).
"""

import os
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap


class Sealed(NamedTuple):
    """What the compacted topic ``identities`` holds; shapes in bytes."""

    key_version: int
    wrapped_key: bytes  # 40
    nonce: bytes  # 12
    ciphertext: bytes


class Identity(msgspec.Struct, frozen=True):
    """The plain identity. It exists in intake's memory and in an officer's answer, nowhere else."""

    kind: str
    number: str
    name: str


def seal(masters: dict[int, bytes], token: str, identity: Identity) -> Sealed:
    """Seal ``identity`` for ``token`` (bound as associated data) under the newest master key."""
    version = max(masters)
    data_key, nonce = os.urandom(32), os.urandom(12)
    ciphertext = AESGCM(data_key).encrypt(nonce, msgspec.json.encode(identity), bytes.fromhex(token))
    return Sealed(version, aes_key_wrap(masters[version], data_key), nonce, ciphertext)


def unseal(masters: dict[int, bytes], token: str, sealed: Sealed) -> Identity:
    """The identity again.

    :raises ValueError: unknown key version, wrong token, or the record was changed.
    """
    if sealed.key_version not in masters:
        raise ValueError(f"master key version {sealed.key_version} is not in the keyring")
    try:
        data_key = aes_key_unwrap(masters[sealed.key_version], sealed.wrapped_key)
        plain = AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, bytes.fromhex(token))
    except (InvalidTag, InvalidUnwrap) as error:
        raise ValueError("the sealed identity does not belong to this token, or was changed") from error
    return msgspec.json.decode(plain, type=Identity)
