"""The map names every family once: what the catalogue lets the agents write and read, the oracle compares."""

from streams.flow import AGENTS, SOURCES, WRITTEN
from streams.oracle.verify import _BY_CASEWORK, _READ
from tests.flow.flow_stand import CATALOGUE


def test_what_an_agent_writes_is_what_the_catalogue_lets_it_write() -> None:
    for agent in AGENTS:
        allowed = {name for name, one in CATALOGUE.families.items() if agent.name in one.writers}
        assert set(agent.writes) == allowed - {agent.changelog}
        assert len(set(agent.writes)) == len(agent.writes)


def test_what_departments_send_is_what_intake_reads_beside_the_clock() -> None:
    reads = {CATALOGUE.owner_of(topic)[0] for topic in CATALOGUE.inputs("intake")}
    assert reads == {*SOURCES, "clock"}


def test_the_oracle_reads_and_compares_all_of_it() -> None:
    assert set(_READ) == {*SOURCES, "clock", *WRITTEN}
    assert set(WRITTEN) - set(_BY_CASEWORK) == {"accepted", "identities", "displays"}
