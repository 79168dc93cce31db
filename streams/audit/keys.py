"""The sealer's key, and the public keys a verifier believes. Both lie outside of the topics they are about."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.audit.seals import public
from streams.identity import keyfiles

NAME = "seal"
PUBLIC = "seal.pub"  # a public key a line; of one that was followed by another, " until N": its last seal's number
_LINE = re.compile(r"([0-9a-f]{64})(?: until ([0-9]{1,18}))?", re.ASCII)


class AuditFault(Exception):
    """Sealing or verifying cannot begin; the message says why and what to do."""


class Unreadable(Exception):
    """A record of the seals' own topics is none."""


def private(folder: Path, last: int, new: bool) -> Ed25519PrivateKey:
    """The sealer's key of ``folder``; made where nothing was sealed before, or where ``new`` asks for the next one.
    ``last``: number of the newest seal, 0 where there is none.

    A new key puts the old file aside and its public half beside the others, each of which ends with ``last``: what it
    signed until then stays verifiable, and whoever finds the old file can seal nothing more with it.

    :raises AuditFault: it is missing though seals are there, or has ended. KeyringFault: its file cannot be used.
    """
    path = keyfiles.place(folder, NAME)
    if new and path.exists():
        path.rename(path.with_name(f"{NAME}.until.{path.stat().st_mtime_ns}"))
    elif last and not new and not path.exists():
        raise AuditFault(
            f"{path}: 缺少封印密钥 / the sealer's key is missing though seals are there. Bring it back, or go on with "
            "another one, whose public half every verifier must be given: chengxin audit seal --new-key"
        )
    key = Ed25519PrivateKey.from_private_bytes(keyfiles.key(folder, NAME, create=True))
    known = _read(folder / PUBLIC) if (folder / PUBLIC).exists() else {}
    if (end := known.get(public(key))) is not None:
        raise AuditFault(
            f"{path}: 此封印密钥已停用，止于第 {end} 号封印 / this key ended with seal {end}: another one followed it. "
            "Bring that one back, or go on with a new one: chengxin audit seal --new-key"
        )
    ended = {one: last if end is None else end for one, end in known.items() if one != public(key)}
    if (wanted := {**ended, public(key): None}) != known:
        _write(folder / PUBLIC, wanted)
    return key


def believed(file: Path) -> Mapping[str, int | None]:
    """The public keys of a file, each with the number of the last seal it may have signed; None: the one in use.

    :raises AuditFault: there is none, or a line is none.
    """
    if not file.exists():
        raise AuditFault(
            f"{file}: 缺少封印公钥 / the sealer's public key is missing: without it anybody's seal would do. Name the "
            "file that was put aside when sealing began: --public-key FILE"
        )
    return _read(file)


def _read(file: Path) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for line in filter(None, map(str.strip, file.read_text(encoding="ascii", errors="replace").splitlines())):
        told = _LINE.fullmatch(line)
        if told is None:
            raise AuditFault(
                f"{file}: {line!r}: 应为公钥，或公钥加 until 和封印号 / expected: a public key, or one with "
                "'until' and the number of its last seal. Take the sealer's file as it is"
            )
        found[told[1]] = None if told[2] is None else int(told[2])
    return found


def _write(file: Path, known: Mapping[str, int | None]) -> None:
    """All of it or nothing: a file cut short would have verifiers believe nobody."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    lines = [key if end is None else f"{key} until {end}" for key, end in known.items()]
    with draft.open("w", encoding="ascii") as out:
        out.write("".join(f"{line}\n" for line in lines))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
