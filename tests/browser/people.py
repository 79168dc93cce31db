"""Somebody of a run's sample, for the pages behind a sign-in: found in the tables, unsealed with the run's own keys."""

from typing import NamedTuple

from sinks.clickhouse.connection import connect
from streams.addresses import Addresses
from streams.identity import Sealed, unseal
from streams.keychecks import KeyChecks
from streams.oracle import history
from streams.reader import Reader
from streams.settings import Settings

_TOLD = """
    SELECT subject, argMaxIf(decision_id, length(raised), notEmpty(considered_rules)) FROM decisions GROUP BY subject
    HAVING NOT max(erased) AND countIf(notEmpty(raised) AND notEmpty(considered_rules)) > 0 AND count() < 12
    ORDER BY uniqExact(kind) DESC, count(), subject LIMIT 100
"""  # people to whom different things happened, of a length that can be looked at


class Somebody(NamedTuple):
    """Somebody who does not exist. ``decision``: one about them that raised measures, and left rules aside."""

    number: str
    name: str
    decision: str


def somebody(settings: Settings, addresses: Addresses) -> Somebody:
    """The same one for the same run."""
    with connect(addresses.clickhouse, settings.database) as client:
        decisions = dict(client.execute(_TOLD))
    reader = Reader(settings, addresses.kafka)
    masters = KeyChecks(settings, addresses.kafka, reader.catalogue, reader.codec).keyring(channels=()).masters
    people = {}
    for record in history.each(addresses.kafka, ["identities"], settings.prefix):
        subject = (record.key or b"").decode().partition(":")[0]
        if record.value is None or subject not in decisions:
            continue
        said = reader.codec.decode(record.value, frozenset({"SealedIdentity"})).value
        said.pop("sealed_on")
        found = unseal(masters, subject, Sealed(**said))
        if found.kind == "citizen":
            people[subject] = found
    subject = next(one for one in decisions if one in people)
    return Somebody(people[subject].number, people[subject].name, decisions[subject])
