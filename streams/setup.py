"""Make ready: topics, tables, the law book and the first tick, in that order, before any channel may write.

Every step is harmless when repeated.
"""

from collections.abc import Callable, Sequence
from datetime import date

from sinks.clickhouse import migrate
from sinks.clickhouse.connection import connect
from streams import clock
from streams.addresses import Addresses
from streams.app import Parts
from streams.core.law import LawBook
from streams.reader import Reader
from topics import admin


class Drifted(Exception):
    """Topics on the broker differ from the catalogue. Nothing of ours runs on them until a person has looked."""

    def __init__(self, drifts: Sequence[admin.Drift]) -> None:
        lines = "\n".join(f"  {drift}" for drift in drifts)
        super().__init__(f"主题与目录不符 / topics differ from topics/*.yaml:\n{lines}")


def clock_log(reader: Reader) -> clock.ClockLog:
    """Where the clock of this deployment stands."""
    return clock.ClockLog(reader.bootstrap, reader.topic("clock"), reader.partitions)


async def prepare(
    parts: Parts, addresses: Addresses, book: LawBook, first_day: date, say: Callable[[str], None]
) -> date:
    """Bring servers to where agents can work, with ``book`` published, and in force if there was none; returns the
    clock's day.

    ``first_day``: the first tick, if the clock has never ticked.
    """
    settings = parts.settings
    say("主题 / topics")
    specs = parts.catalogue.topics(settings.prefix, settings.scale, settings.replication)
    admin.create(addresses.kafka, specs)
    if drifts := admin.verify(addresses.kafka, specs):
        raise Drifted(drifts)
    parts.keychecks.record(parts.keyring)
    say("数据表 / tables")
    client = connect(addresses.clickhouse)
    try:
        migrate.apply(client, settings.database)
    finally:
        client.disconnect()
    say("法律簿 / law book")
    parts.shelf.publish(book)
    async with clock.opened(clock_log(parts), parts.codec, parts.shelf) as writer:
        reading = await writer.read()
        if not reading.laws:
            await writer.activate(book.digest, first_day)
        elif reading.laws[-1].digest != book.digest:
            say("现行法律簿不同 / another book is in force; compare first: chengxin what-if --law DIR, then")
            say(f"chengxin law activate {book.digest} --from DAY --what-if REPORT")
        if reading.day is None:
            await writer.tick_to(first_day)
        return reading.day or first_day
