"""The engine's front door."""

from collections.abc import Iterable

from streams.engine.config import EngineConfig
from streams.engine.ports import AgentSpec, Observer
from streams.engine.runtime import Engine, EngineApp


def build(config: EngineConfig, agents: Iterable[AgentSpec], observer: Observer) -> EngineApp:
    """A Faust app that runs these agents exactly once. Nothing is contacted before ``worker.run``.

    Raises ValueError when two agents share a name or a topic.
    """
    return Engine(config, agents, observer).build()
