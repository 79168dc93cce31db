"""The map: who reads what, who writes what. The agents are built from it, so it cannot lie about their inputs.

events.* feedback.* cases.* clock ──▶ intake ──▶ accepted ──▶ casework ──▶ decisions, sanctions.*, rewards.*,
                                        │                        │         their .current, supervision.*, notices,
                                        │                        │         publication, bureau, partners.*
                                        ├──▶ identities (sealed) ├──▶ receipts.*
                                        ├──▶ displays (masked)   └──▶ erasures, tombstones in identities, displays
                                        └──▶ receipts.* (rejected), quarantine
"""

from collections.abc import Callable
from typing import NamedTuple

from streams.engine.ports import AgentSpec, StepFactory
from topics.catalogue import Catalogue


class Agent(NamedTuple):
    """One agent of the flow: what it is for, and the families it writes. What it reads stands in ``topics/``."""

    name: str
    purpose: str
    writes: tuple[str, ...]
    changelog: str


AGENTS = (
    Agent(
        "intake",
        "check against the catalogue, replace the identity by a token, seal it",
        ("accepted", "identities", "displays", "receipts", "quarantine"),
        "intake-changelog",
    ),
    Agent(
        "casework",
        "decide severity, memoranda in force and deadlines; evolve the standing",
        (
            "decisions",
            "receipts",
            "sanctions",
            "sanctions.current",
            "rewards",
            "rewards.current",
            "supervision",
            "notices",
            "publication",
            "bureau",
            "partners",
            "erasures",
            "identities",
            "displays",
        ),
        "casework-changelog",
    ),
)
APP = (
    "chengxin"  # after the deployment's prefix: the workers' consumer group, and where their transactions' names begin
)
SOURCES = ("events", "feedback", "cases", "filings")  # what departments send, and people: each gets one receipt
# every family an agent writes, once, in the order in which the oracle compares them: casework's first
WRITTEN = tuple(dict.fromkeys(family for agent in reversed(AGENTS) for family in agent.writes))


def specs(catalogue: Catalogue, prefix: str, factory: Callable[[str], StepFactory]) -> list[AgentSpec]:
    """The agents as the engine wants them; ``factory`` gives the step factory of an agent name."""
    return [
        AgentSpec(
            agent.name,
            catalogue.inputs(agent.name, prefix),
            catalogue.name(agent.changelog, None, prefix),
            factory(agent.name),
            catalogue.ranks(agent.name),
        )
        for agent in AGENTS
    ]
