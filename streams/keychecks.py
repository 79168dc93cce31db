"""Which keys a deployment works with: their check values on the compacted topic ``keychecks``.

A lost token key must not be followed by a new one: every standing would stay under tokens that no record meets again.
So a key whose check value is on the topic is never made anew, another one in its place is refused, and a retired
master key does not come back (docs/backup.md).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.codec import Codec
from streams.identity import Keyring, KeyringFault, keyfiles
from streams.laws import read_to_end
from streams.settings import Settings
from topics import admin
from topics.access import reach
from topics.catalogue import Catalogue

FAMILY = "keychecks"


class Known(NamedTuple):
    """What the topic says. ``in_use``: check value by name of key; ``retired``: names and check values of master keys
    that were destroyed; ``exists``: False where there is no such topic yet."""

    in_use: Mapping[str, str]
    retired: frozenset[tuple[str, str]]
    exists: bool

    def lost(self, folder: Path, channels: Iterable[str]) -> list[str]:
        """Keys in use that are not in ``folder``, but for those of channels that are no more."""
        ours = {keyfiles.of_department(channel) for channel in channels}
        wanted = [name for name in self.in_use if name in ours or not keyfiles.is_department(name)]
        return [name for name in wanted if not keyfiles.place(folder, name).exists()]

    def require(self, where: str, checks: Mapping[str, str]) -> None:
        """:raises KeyringFault: a key is not the one in use, or was retired. ``where``: the place of the keys."""
        for name, check in checks.items():
            if (name, check) in self.retired:
                raise KeyringFault(
                    f"{where}/{name}: 主密钥已销毁，不得再用 / this master key was retired: what it sealed must stay "
                    "unreadable. Remove the file."
                )
            if self.in_use.get(name, check) != check:
                raise KeyringFault(
                    f"{where}/{name}: 与本部署在用的密钥不同 / not the key that this deployment works with: "
                    "its records would match nobody. Move it away and restore the right one: chengxin restore FILE"
                )


class KeyChecks:
    """The topic of one deployment."""

    def __init__(self, settings: Settings, bootstrap: str, catalogue: Catalogue, codec: Codec) -> None:
        self._settings = settings
        self._bootstrap = bootstrap
        self._catalogue = catalogue
        self._codec = codec
        self.topic = catalogue.name(FAMILY, None, settings.prefix)

    def keyring(self, channels: Iterable[str] | None = None) -> Keyring:
        """The keys of the settings' folder; in development those are made that this deployment never had.
        ``channels``: whose keys are needed beside intake's own; None = all.

        :raises KeyringFault: a key in use is lost, another one lies in its place, or one cannot be used.
        """
        folder = self._settings.keys_dir
        channels = tuple(self._catalogue.channels if channels is None else channels)
        if self._settings.profile == "production":
            ring = Keyring.load(folder, channels, create=False)  # what is wrong here needs no broker to be told
            known = self.read()
            self._require_all(known, channels)
        else:
            known = self.read()
            self._require_all(known, channels)
            fresh = bool(known.in_use) or not self._has_history()
            ring = Keyring.load(folder, channels, create=fresh)
        known.require(str(folder), ring.checks)
        return ring

    def record(self, ring: Keyring) -> None:
        """Put on record the keys that are not; of two processes with different ones the later is refused.

        :raises KeyringFault: there is no topic to put them on, or another process was quicker with another key.
        """
        known = self.read()
        if not known.exists:
            raise KeyringFault(f"{self.topic}: 主题不存在 / no such topic. Create it: chengxin topics apply")
        new = {name: check for name, check in ring.checks.items() if name not in known.in_use}
        if new:
            self._write([(name, check, False) for name, check in new.items()])
            known = self.read()
        known.require(str(self._settings.keys_dir), ring.checks)

    def retire(self, name: str, check: str) -> None:
        """Put on record that a master key is destroyed: no process takes it any more, no backup brings it back."""
        self._write([(name, check, True)])

    def read(self) -> Known:
        """What is on record now. Of several keys of one name the first counts: the others never made a token."""
        if not self._exists():
            return Known({}, frozenset(), exists=False)
        last: dict[tuple[str, str], bool] = {}
        for value in read_to_end(self._bootstrap, TopicPartition(self.topic, 0)):
            said = self._codec.decode(value, frozenset({"KeyCheck"})).value
            last[said["name"], said["check_value"]] = said["retired"]
        in_use: dict[str, str] = {}
        for (name, check), retired in last.items():
            if not retired:
                in_use.setdefault(name, check)
        return Known(in_use, frozenset(place for place, retired in last.items() if retired), exists=True)

    def _require_all(self, known: Known, channels: Iterable[str]) -> None:
        lost = known.lost(self._settings.keys_dir, channels)
        if lost:
            path = keyfiles.place(self._settings.keys_dir, lost[0])
            raise KeyringFault(
                f"{path}: 本部署在用的密钥丢失（共 {len(lost)} 个），不得新建，请从备份恢复 / {len(lost)} keys "
                "that this deployment works with are lost, this is one; new ones would orphan every standing. "
                "Restore them: chengxin restore FILE"
            )

    def _has_history(self) -> bool:
        """A deployment of before this topic: its keys are in use though none is on record."""
        return bool(admin.holding(self._bootstrap, [self._catalogue.name("accepted", None, self._settings.prefix)]))

    def _exists(self) -> bool:
        consumer = KafkaConsumer(**reach(self._bootstrap))
        try:
            return self.topic in consumer.topics()
        finally:
            consumer.close()

    def _write(self, rows: list[tuple[str, str, bool]]) -> None:
        producer = KafkaProducer(**reach(self._bootstrap), acks="all")
        try:
            sent = [
                producer.send(
                    self.topic,
                    key=f"{name}:{check}".encode(),
                    value=self._codec.encode("KeyCheck", {"name": name, "check_value": check, "retired": retired}),
                )
                for name, check, retired in rows
            ]
            for one in sent:
                one.get(timeout=30)
        finally:
            producer.close()
