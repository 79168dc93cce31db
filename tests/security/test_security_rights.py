"""Rights come from the catalogue and the flow: no family is forgotten, and nobody gets more than a family gives."""

import re
from itertools import product

import msgspec
import pytest

from streams import flow
from streams.security.rights import (
    ADMIN,
    CLOCK,
    SEALER,
    SINK,
    WORKER,
    Right,
    accounts,
    of_channel,
    of_partner,
    rights,
)
from topics.catalogue import Catalogue

CATALOGUE = Catalogue.load()
ALL = rights(CATALOGUE, "")
ROOMS = ("streams", "topics", "sinks", "monitoring", "schemas")
TOPICS = CATALOGUE.topics()


_MAY: dict[tuple[str, str], set[str]] = {}
for _one in ALL:
    if _one.resource == "TOPIC":
        _MAY.setdefault((_one.operation, _one.name), set()).add(_one.account)


def may(operation: str, topic: str) -> set[str]:
    """The accounts that have the right on the topic."""
    return _MAY.get((operation, topic), set())


def test_every_topic_has_exactly_the_writers_and_readers_of_its_family() -> None:
    agents = {agent.name for agent in flow.AGENTS}
    for spec in TOPICS:
        family = CATALOGUE.families[spec.family]
        for operation, roles in (("WRITE", family.writers), ("READ", family.readers)):
            wanted = {
                WORKER if role in agents else f"{role}.{spec.channel}" if role in ("channel", "partner") else role
                for role in roles
            }
            assert may(operation, spec.name) == wanted, spec.name


def test_no_right_is_on_a_topic_that_is_not_there_or_on_many_at_once() -> None:
    known = {spec.name for spec in TOPICS}
    for right in ALL:
        if right.resource == "TOPIC":
            assert right.name in known and not right.prefixed


def test_the_workers_may_all_that_the_flow_does() -> None:
    for agent in flow.AGENTS:
        for topic in CATALOGUE.inputs(agent.name):
            assert WORKER in may("READ", topic)
        for family in (*agent.writes, agent.changelog):
            for channel in CATALOGUE.channels_of(family) or (None,):
                assert WORKER in may("WRITE", CATALOGUE.name(family, channel))
        assert WORKER in may("READ", CATALOGUE.name(agent.changelog))
        assert Right(WORKER, "WRITE", "TRANSACTIONAL_ID", f"chengxin.{agent.name}.", prefixed=True) in ALL


@pytest.mark.parametrize("family", flow.SOURCES)
def test_only_the_channel_itself_reports_and_only_intake_and_who_checks_it_read_it(family: str) -> None:
    for channel in CATALOGUE.channels_of(family):
        topic = CATALOGUE.name(family, channel)
        assert may("WRITE", topic) == {of_channel(channel)}
        assert may("READ", topic) == {WORKER, "oracle", "auditor"}
        assert SINK not in may("WRITE", topic)


def test_the_portal_speaks_for_no_department() -> None:
    """It writes what people file, where nobody else writes, and who looked; a leaked account of it decides no case."""
    written = {right.name for right in ALL if (right.account, right.operation) == ("portal", "WRITE")}
    assert written == {"cases.portal", "querylog"}
    assert may("WRITE", "cases.portal") == {"portal"}
    assert may("READ", "cases.portal") == {WORKER, "oracle", "auditor"}


def test_a_channel_gets_at_no_topic_of_another_and_at_none_that_is_nobodys() -> None:
    for channel, right in product(CATALOGUE.channels, ALL):
        if right.account == of_channel(channel) and right.resource == "TOPIC":
            assert CATALOGUE.owner_of(right.name)[1] == channel
    for partner, right in product(CATALOGUE.partners, ALL):
        if right.account == of_partner(partner) and right.resource == "TOPIC":
            assert (right.operation, right.name) == ("READ", f"partners.{partner}")


def test_identities_are_read_where_a_person_is_named_and_nowhere_else() -> None:
    personal = [spec.name for spec in TOPICS if CATALOGUE.families[spec.family].personal_data in ("identity", "sealed")]
    readers = {account for topic in personal for account in may("READ", topic)}
    assert readers == {WORKER, "oracle", "auditor", "operators", "portal"}


def test_groups_and_transactions_overlap_nowhere() -> None:
    """A prefix of one account is the beginning of no name of another, or one could push the other out."""
    for kind in ("GROUP", "TRANSACTIONAL_ID"):
        taken = [one for one in ALL if one.resource == kind and one.operation in ("READ", "WRITE")]
        assert taken
        for one, other in product(taken, taken):
            if one.account != other.account:
                assert one.name != other.name
                assert not (one.prefixed and other.name.startswith(one.name))


def test_every_transaction_that_is_opened_has_a_name_somebody_may_open(pytestconfig: pytest.Config) -> None:
    """A new transactional writer of ours is found here before it is refused in a deployment."""
    opened = {
        file.relative_to(pytestconfig.rootpath).as_posix()
        for room in ROOMS
        for file in (pytestconfig.rootpath / room).rglob("*.py")
        if "transactional_id=" in file.read_text(encoding="utf-8")
    }
    assert opened == {"streams/engine/producer.py", "streams/clock.py", "streams/audit/sealing.py"}
    names = {(one.account, one.name) for one in ALL if one.resource == "TRANSACTIONAL_ID"}
    assert {account for account, _ in names} == {WORKER, CLOCK, SEALER}


def test_every_client_takes_its_login_from_one_place(pytestconfig: pytest.Config) -> None:
    """Addresses are written to clients by ``reach`` alone; the engine has its own, filled from there."""
    own = {"topics/access.py", "streams/engine/config.py", "streams/local/kafka.py", "streams/local/tls.py"}
    straight = {
        file.relative_to(pytestconfig.rootpath).as_posix()
        for room in ROOMS
        for file in (pytestconfig.rootpath / room).rglob("*.py")
        if re.search(r"bootstrap_servers\W", file.read_text(encoding="utf-8"))
    }
    assert straight == own | {"streams/local/cluster.py"}  # three brokers for chaos: in plain text, on loopback


def test_nobody_may_change_the_cluster() -> None:
    operations = {(one.operation, one.account) for one in ALL if one.resource == "CLUSTER"}
    writers = {one.account for one in ALL if one.operation == "WRITE"}
    assert operations == {("DESCRIBE_CONFIGS", WORKER)} | {("IDEMPOTENT_WRITE", account) for account in writers}
    assert ADMIN not in accounts(CATALOGUE)


def test_a_prefix_is_before_every_name_that_the_deployment_owns() -> None:
    for right in rights(CATALOGUE, "run1."):
        if right.resource in ("TOPIC", "TRANSACTIONAL_ID") or right.account in (WORKER, SINK, CLOCK):
            assert right.name.startswith("run1.") or right.resource == "CLUSTER"


def test_a_role_for_the_owner_of_a_topic_without_one_is_refused() -> None:
    """A slip in a topic file must not become a right of everybody's or of nobody's."""
    for family, role in (("accepted", "channel"), ("decisions", "partner"), ("receipts", "partner")):
        slipped = msgspec.structs.replace(CATALOGUE.families[family], readers=(role,))
        catalogue = Catalogue.load()
        catalogue.families[family] = slipped
        with pytest.raises(ValueError, match=f"{family}.yaml"):
            rights(catalogue, "")


def test_accounts_of_channels_and_components_cannot_be_confused() -> None:
    for account in accounts(CATALOGUE):
        outside = account.startswith(("channel.", "partner."))
        assert outside or "." not in account
    assert {of_channel(code) for code in CATALOGUE.channels} < set(accounts(CATALOGUE))
