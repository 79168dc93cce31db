"""Which tasks an assignment means, and the refusal of one that splits a task."""

from collections.abc import Iterable

from streams.engine.errors import SplitAssignment
from streams.engine.ports import AgentSpec


def tasks_of(agents: Iterable[AgentSpec], assigned: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """(agent, partition number) of every task in an assignment of (topic, partition) pairs.

    Raises SplitAssignment unless whoever owns number N of one topic owns N of all the agent's topics: a second
    owner would fence the first, and each would see half of the task's input.

    >>> spec = AgentSpec("a", ("x", "y"), "log", lambda partition: None)
    >>> tasks_of([spec], [("x", 1), ("y", 1)])
    {('a', 1)}
    """
    owned = set(assigned)
    found = set()
    for agent in agents:
        numbers = {number for topic, number in owned if topic in agent.topics}
        for number in numbers:
            missing = [topic for topic in agent.topics if (topic, number) not in owned]
            if missing:
                raise SplitAssignment(
                    f"agent {agent.name}: this worker owns partition {number} of {len(agent.topics) - len(missing)} "
                    f"topics, but not of {', '.join(missing[:5])}. Cure: every worker of the group needs the same "
                    "topics, so after a channel was added stop every worker, then start them; and all inputs of an "
                    "agent the same number of partitions (Faust's assignor, table_standby_replicas > 0)"
                )
            found.add((agent.name, number))
    return found
