"""The sealer's key, and the public keys a verifier believes. Both lie outside of the topics they are about."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.audit.seals import public
from streams.identity import keyfiles

NAME = "seal"
PUBLIC = "seal.pub"


class AuditFault(Exception):
    """Sealing or verifying cannot begin; the message says why and what to do."""


class Unreadable(Exception):
    """A record of the seals' own topics is none."""


def private(folder: Path, sealed_before: bool, new: bool) -> Ed25519PrivateKey:
    """The sealer's key of ``folder``; made where nothing was sealed before, or where ``new`` asks for the next one.

    A new key puts the old file aside and its public half beside the others: what the old one signed stays verifiable.

    :raises AuditFault: it is missing though seals are there. KeyringFault: its file cannot be used.
    """
    path = keyfiles.place(folder, NAME)
    if new and path.exists():
        path.rename(path.with_name(f"{NAME}.until.{path.stat().st_mtime_ns}"))
    elif sealed_before and not new and not path.exists():
        raise AuditFault(
            f"{path}: 缺少封印密钥 / the sealer's key is missing though seals are there. Bring it back, or go on with "
            "another one, whose public half every verifier must be given: chengxin audit seal --new-key"
        )
    key = Ed25519PrivateKey.from_private_bytes(keyfiles.key(folder, NAME, create=True))
    believed = folder / PUBLIC
    if not believed.exists() or public(key) not in _lines(believed):
        with believed.open("a", encoding="ascii") as file:
            file.write(public(key) + "\n")
    return key


def believed(file: Path) -> frozenset[str]:
    """The public keys of a file, one a line.

    :raises AuditFault: there is none.
    """
    if not file.exists():
        raise AuditFault(
            f"{file}: 缺少封印公钥 / the sealer's public key is missing: without it anybody's seal would do. Name the "
            "file that was put aside when sealing began: --public-key FILE"
        )
    return frozenset(_lines(file))


def _lines(file: Path) -> list[str]:
    return [line.strip() for line in file.read_text(encoding="ascii").splitlines() if line.strip()]
