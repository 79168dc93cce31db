"""Master keys come and go, so that copies of sealed identities do not stay readable for ever (docs/backup.md)."""

import secrets
from collections import Counter

from streams.backup.bundle import BackupFault
from streams.identity import keyfiles
from streams.keychecks import KeyChecks
from streams.oracle import history
from streams.reader import Reader
from topics import admin

_SEALED = frozenset({"SealedIdentity"})


def renew(reader: Reader, checks: KeyChecks) -> int:
    """Make the next master key; intake seals with it from its next start. Returns its version.

    :raises KeyringFault: the folder's keys are not those in use.
    """
    checks.keyring()
    folder, known = reader.settings.keys_dir, checks.read()
    named = [*known.in_use, *(name for name, _ in known.retired), *keyfiles.names(folder)]
    version = max(map(keyfiles.version_of, filter(keyfiles.is_master, named))) + 1
    keyfiles.write(folder, keyfiles.of_master(version), secrets.token_hex(32))
    checks.record(checks.keyring())
    return version


def sealings(reader: Reader) -> Counter[int]:
    """How many identities that are alive are sealed under each version of the master key. Reads ``identities`` whole:
    per key the last record counts, and none where that is a tombstone."""
    last: dict[bytes, int] = {}
    topic = reader.topic("identities").removeprefix(reader.settings.prefix)
    for message in history.each(reader.bootstrap, [topic], reader.settings.prefix):
        key = message.key or b""
        if message.value is None:
            last.pop(key, None)
        else:
            last[key] = reader.codec.decode(message.value, _SEALED).value["key_version"]
    return Counter(last.values())


def retire(reader: Reader, checks: KeyChecks, version: int, group: str) -> None:
    """Destroy a master key under which no living identity is sealed any more. First put on record, then deleted: a
    process that dies in between leaves a file that nobody takes.

    :raises BackupFault: it is the newest, is not there, seals somebody who is not erased, or a worker holds it.
    """
    name, ring = keyfiles.of_master(version), checks.keyring()
    if version not in ring.masters:
        raise BackupFault(f"{name}: 没有这个主密钥 / no such master key; there are {sorted(ring.masters)}")
    if version == max(ring.masters):
        raise BackupFault(f"{name}: 最新的主密钥 / the newest one. First: chengxin keys renew; restart the workers")
    if members := admin.members(reader.bootstrap, group):
        raise BackupFault(f"{members} 个工作进程在运行，须先全部停止 / workers run and may hold it: stop them first")
    if left := sealings(reader)[version]:
        raise BackupFault(
            f"{name}: 仍有 {left} 条在用身份信息由其加密 / still seals {left} identities that are alive: their next "
            "record seals them anew, the end of their clocks erases them"
        )
    checks.retire(name, ring.checks[name])
    keyfiles.remove(reader.settings.keys_dir, name)
