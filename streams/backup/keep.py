"""Taking a backup of a deployment, and bringing it back without ever replacing what is there."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from streams.backup.bundle import BackupFault, Bundle
from streams.identity import KeyringFault, keyfiles
from streams.identity.keyring import check_value
from streams.keychecks import KeyChecks, Known
from streams.law import canonical
from streams.reader import Reader
from streams.settings import Settings


class Restored(NamedTuple):
    """What a restore did, or would do: names of keys, digests of law books."""

    written: list[str]  # keys that were missing
    kept: list[str]  # keys that were there, the same
    retired: list[str]  # keys in the backup that must not come back
    published: list[str]  # law books that were missing


def take(reader: Reader, today: date) -> Bundle:
    """Everything to be kept, from the keys folder and the topic of law books.

    :raises KeyringFault: the folder is not whole, or holds a key that this deployment does not work with: such a
        backup would be found out on the day it is needed.
    """
    folder, checks = reader.settings.keys_dir, _checks(reader)
    if not checks.read().in_use:
        raise BackupFault(f"{checks.topic}: 尚无在用密钥 / no key is in use yet. Run: chengxin up")
    checks.keyring()
    texts = {name: keyfiles.place(folder, name).read_text().strip() for name in keyfiles.names(folder)}
    books = {canonical.digest(raw): raw for raw in reader.shelf.published()}
    return Bundle(today, reader.settings.prefix, texts, _check_values(texts), books)


def restore(reader: Reader, bundle: Bundle, *, write: bool) -> Restored:
    """Bring back the keys that are missing and publish the law books that are. Nothing is touched before all of it is
    known to fit; with ``write`` off nothing at all.

    :raises BackupFault: it is another deployment's backup, is not whole, or is older than a key in use.
    :raises KeyringFault: a key in the folder is another one than that of the backup.
    """
    known = _checks(reader).read()
    keys = _fitting(reader, bundle, known)
    missing = _missing(reader.settings, keys, bundle)
    _require_books(bundle)
    shelved = set(reader.shelf.digests() if known.exists else bundle.books)  # no topics, no shelf to put them on
    lacking = [digest for digest in bundle.books if digest not in shelved]
    if write:
        for name in missing:
            keyfiles.write(reader.settings.keys_dir, name, bundle.keys[name])
        for digest in lacking:
            reader.shelf.put(bundle.books[digest])
    return Restored(
        missing,
        [name for name in keys if name not in missing],
        sorted(bundle.keys.keys() - set(keys)),
        lacking,
    )


def _checks(reader: Reader) -> KeyChecks:
    return KeyChecks(reader.settings, reader.bootstrap, reader.catalogue, reader.codec)


def _check_values(texts: dict[str, str]) -> dict[str, str]:
    return {name: check_value(name, keyfiles.parse(f"backup/{name}", name, text)) for name, text in texts.items()}


def _fitting(reader: Reader, bundle: Bundle, known: Known) -> list[str]:
    """Names of the bundle's keys that may come back, once all of it fits the deployment."""
    if bundle.prefix != reader.settings.prefix:
        raise BackupFault(
            f"备份属于前缀 {bundle.prefix!r} / this backup is of the deployment with prefix {bundle.prefix!r}, not of "
            f"{reader.settings.prefix!r}: set CHENGXIN_PREFIX"
        )
    if _check_values(bundle.keys) != bundle.checks:
        raise BackupFault("备份内密钥与校验值不符 / keys in this backup are not those that were put into it")
    alive = [name for name in sorted(bundle.keys) if (name, bundle.checks[name]) not in known.retired]
    for name in alive:
        if known.in_use.get(name, bundle.checks[name]) != bundle.checks[name]:
            raise BackupFault(f"{name}: 备份属于另一部署 / this backup is of a deployment that works with another key")
    needed = {*keyfiles.SINGLE_KEYS, *known.lost(reader.settings.keys_dir, reader.catalogue.channels)}
    lacking = sorted(needed - set(alive))
    if lacking or not any(map(keyfiles.is_master, [*alive, *keyfiles.names(reader.settings.keys_dir)])):
        raise BackupFault(
            f"备份不完整，缺 {len(lacking)} 个密钥 / this backup lacks {', '.join(lacking[:3]) or 'a master key'}: "
            "it is not whole, or older than the newest key. Restore a newer one; nothing was changed"
        )
    return alive


def _missing(settings: Settings, keys: Iterable[str], bundle: Bundle) -> list[str]:
    """Those of ``keys`` that the folder lacks; the others must be the same there."""
    missing = []
    for name in keys:
        path = keyfiles.place(settings.keys_dir, name)
        if not path.exists():
            missing.append(name)
        elif path.read_text().strip() != bundle.keys[name]:
            raise KeyringFault(
                f"{path}: 与备份中的密钥不同，不覆盖 / is another key than that of the backup; none is ever replaced. "
                "Move it away if it was never in use; nothing was changed"
            )
    return missing


def _require_books(bundle: Bundle) -> None:
    if any(canonical.digest(raw) != digest for digest, raw in bundle.books.items()):
        raise BackupFault("备份内法律簿与其摘要不符 / a law book in this backup is not the one its digest names")
