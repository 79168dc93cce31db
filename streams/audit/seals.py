"""A seal: one signed root over everything new in every sealed topic since the seal before, which it names."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from streams.clock import HERE

_MEANT = b"chengxin audit seal 1\n"  # a signature under this key says this and nothing else


class Range(msgspec.Struct, frozen=True):
    """What is new in one partition: offsets from ``first`` up to, without, ``next``; ``head``: its chain, hex."""

    topic: str
    partition: int
    first: int
    next: int
    records: int
    head: str

    @property
    def place(self) -> tuple[str, int]:
        return self.topic, self.partition


class Seal(msgspec.Struct, frozen=True):
    """As ``AuditSeal`` on the wire, field by field; ``at`` in ms, ``previous``, ``key`` and ``signature`` in hex."""

    prefix: str
    number: int
    day: date
    at: int
    previous: str | None
    key: str
    ranges: tuple[Range, ...]
    signature: str = ""

    @property
    def digest(self) -> str:
        """The root: SHA-256 over all but the signature, hex. The next seal names it."""
        return sha256(_said(self)).hexdigest()

    @property
    def line(self) -> bytes:
        """One line of JSON for the copy that is kept elsewhere."""
        return msgspec.json.encode(self) + b"\n"


def read_line(line: bytes) -> Seal:
    """A seal from its line. Raises ValueError where it is none."""
    return msgspec.json.decode(line, type=Seal)


def signed(seal: Seal, key: Ed25519PrivateKey) -> Seal:
    """The seal under ``key``, whose public half it names."""
    named = msgspec.structs.replace(seal, key=public(key), signature="")
    return msgspec.structs.replace(named, signature=key.sign(_said(named)).hex())


def following(
    prefix: str, known: Sequence[Seal], ranges: Iterable[Range], key: Ed25519PrivateKey, now: datetime
) -> Seal:
    """The seal after ``known``, signed."""
    number, previous = (known[-1].number + 1, known[-1].digest) if known else (1, None)
    day, at = now.astimezone(HERE).date(), int(now.timestamp() * 1000)
    return signed(Seal(prefix, number, day, at, previous, "", tuple(ranges)), key)


def holds(seal: Seal) -> bool:
    """Whether the signature is that of the key it names; whether that key is believed is the caller's to say."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.key)).verify(bytes.fromhex(seal.signature), _said(seal))
    except (InvalidSignature, ValueError):
        return False
    return True


def public(key: Ed25519PrivateKey) -> str:
    """The public half of ``key``, hex."""
    return key.public_key().public_bytes_raw().hex()


def _said(seal: Seal) -> bytes:
    return _MEANT + msgspec.json.encode(msgspec.structs.replace(seal, signature=""))
