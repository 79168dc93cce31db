"""The typed catalogue of topics, channels, partners and bodies: it alone turns a family into topic names and settings.

Nothing else writes a topic name down, so that the prefix, the list of channels and the partition counts change here.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from topics.files import TopicFault, read
from topics.people import FOLDER, People, chosen, load_people

DAY_MS = 86_400_000
Scale = Literal["local", "province"]
PLATFORM = "credit"  # channel of the office that runs the platform and its portal (条例 9)


class Input(msgspec.Struct, frozen=True):
    agent: str
    priority: int  # 1 is read first


class Partitions(msgspec.Struct, frozen=True):
    local: int
    province: int

    def of(self, scale: Scale) -> int:
        return self.local if scale == "local" else self.province


class Family(msgspec.Struct, frozen=True):
    """One topic family as its YAML file says it; fields as in ``family.schema.json``."""

    family: str
    topic: str
    channels: Literal["none", "all", "executing", "deciding", "partners"]
    owner: str
    purpose: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    key: str
    records: tuple[str, ...]
    partitions: Partitions
    retention: str
    cleanup: Literal["delete", "compact"]
    max_bytes: int
    personal_data: Literal["none", "token", "masked", "sealed", "identity"]
    tombstones: str | None = None
    compacted_within: str | None = None
    input: Input | None = None

    def config(self, replication: int) -> dict[str, str]:
        """Kafka's topic settings. LogAppendTime: a document of 2018 sent today is not old to the broker."""
        settings = {
            "message.timestamp.type": "LogAppendTime",
            "cleanup.policy": self.cleanup,
            "max.message.bytes": str(self.max_bytes),
            "min.insync.replicas": str(max(1, replication - 1)),
            "unclean.leader.election.enable": "false",
            "retention.ms": _milliseconds(self.retention),
            "retention.bytes": "-1",
        }
        if self.tombstones is not None:
            settings["delete.retention.ms"] = _milliseconds(self.tombstones)
        if self.compacted_within is not None:
            settings["max.compaction.lag.ms"] = _milliseconds(self.compacted_within)
        return settings


class TopicSpec(NamedTuple):
    """One topic as it should stand on a broker."""

    name: str
    family: str
    channel: str | None  # or the partner whose topic it is
    partitions: int
    replication: int
    config: dict[str, str]
    records: tuple[str, ...]


class Catalogue:
    """Families by name, sectors, channels, partners and bodies by code, in file order. Frozen after ``load``."""

    def __init__(self, families: dict[str, Family], people: People) -> None:
        self.families = families
        self.sectors, self.channels, self.partners, self.bodies = people
        self._names = {
            (family.family, channel): family.topic.replace("{channel}", channel or "")
            for family in families.values()
            for channel in self.channels_of(family.family) or (None,)
        }
        self._owners = {name: owner for owner, name in self._names.items()}
        if len(self._owners) != len(self._names):  # a channel called portal would be one
            twice = next(name for name, count in Counter(self._names.values()).items() if count > 1)
            raise TopicFault(twice, "topic", "two families have a topic of this name; rename the channel or the family")

    @classmethod
    def load(cls, folder: Path | None = None) -> "Catalogue":
        """Read every ``*.yaml`` of ``folder``, by default the one ``chosen``. Raises TopicFault (file, key, cure)."""
        folder = folder or chosen()
        people = load_people(folder)
        families: dict[str, Family] = {}
        for file in sorted(folder.glob("*.yaml")):
            if file.name == "bodies.yaml":
                continue
            family = msgspec.convert(read(file, FOLDER / "family.schema.json"), Family)
            if family.family != file.stem:
                raise TopicFault(file.name, "family", f"is {family.family}; name the file {family.family}.yaml")
            families[family.family] = family
        return cls(families, people)

    def channels_of(self, family: str) -> tuple[str, ...]:
        """Codes of the channels, or partners, that have a topic of ``family``; () for a family without channels."""
        which = self.families[family].channels
        if which == "partners":
            return tuple(self.partners)
        return tuple(
            channel.code
            for channel in self.channels.values()
            if which == "all"
            or (which == "executing" and channel.executes)
            or (which == "deciding" and channel.decides)
        )

    def name(self, family: str, channel: str | None = None, prefix: str = "") -> str:
        """The topic's name. Raises KeyError for an unknown family or a channel that has no topic of it.

        >>> Catalogue.load().name("sanctions.current", "railway", prefix="run1.")
        'run1.sanctions.railway.current'
        """
        found = self._names.get((family, channel))
        if found is None:
            allowed = ", ".join(self.channels_of(family)) or "one"
            raise KeyError(f"family {family} has no topic for channel {channel}; it has: {allowed}")
        return prefix + found

    def owner_of(self, topic: str, prefix: str = "") -> tuple[str, str | None]:
        """Family and channel of a topic name: the topic proves the sender. KeyError for a name not of ours."""
        if not topic.startswith(prefix):
            raise KeyError(topic)
        return self._owners[topic.removeprefix(prefix)]

    def answered(self, topic: str) -> str:
        """The channel whose ``receipts`` answer the records of an input topic (without prefix): its own, or the office
        that runs the portal."""
        return self.owner_of(topic)[1] or PLATFORM

    def admitted(self, family: str) -> frozenset[str]:
        """Names of the records the family's topics may carry; empty = none."""
        return frozenset(self.families[family].records)

    def inputs(self, agent: str, prefix: str = "") -> tuple[str, ...]:
        """The agent's input topics, what is read first in front. All have the same partition count."""
        return tuple(self.name(family, channel, prefix) for _, family, channel in self._read_by(agent))

    def ranks(self, agent: str) -> tuple[int, ...]:
        """Beside ``inputs``: the priority of each. Topics that share one take turns."""
        return tuple(priority for priority, _, _ in self._read_by(agent))

    def _read_by(self, agent: str) -> Iterator[tuple[int, str, str | None]]:
        chosen = sorted(
            (family.input.priority, family.family)
            for family in self.families.values()
            if family.input is not None and family.input.agent == agent
        )
        for priority, family in chosen:
            for channel in self.channels_of(family) or (None,):
                yield priority, family, channel

    def topics(self, prefix: str = "", scale: Scale = "local", replication: int = 1) -> list[TopicSpec]:
        """Every topic that must exist, in order of family and channel."""
        specs = []
        for family in self.families.values():
            count = family.partitions.of(scale)
            for channel in self.channels_of(family.family) or (None,):
                name = self.name(family.family, channel, prefix)
                config = family.config(replication)
                specs.append(TopicSpec(name, family.family, channel, count, replication, config, family.records))
        return specs


def _milliseconds(period: str) -> str:
    return "-1" if period == "forever" else str(int(period.removesuffix("d")) * DAY_MS)
