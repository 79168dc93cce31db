"""Faust's side of the engine: the app, its agents, and what happens to tasks when partitions come and go.

An agent only carries batches from Faust's stream to the inbox of their task; it never waits and never raises. The
stream is ``noack()`` on topics with acks off: Faust itself never commits anything.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

import faust

from streams.engine.assignment import tasks_of
from streams.engine.batches import BatchScheduler, PassThrough
from streams.engine.config import EngineConfig
from streams.engine.ports import AgentSpec, Observer
from streams.engine.task import Task
from streams.engine.transport import BatchConsumer, BatchTransport

log = logging.getLogger(__name__)

EX_SOFTWARE = 70  # a bug stopped the process before commit
MANY = 1 << 20  # messages: Faust's own queue never fills, the inbox pauses fetching instead


def credentials(security: Mapping[str, Any]) -> faust.SASLCredentials | None:
    """Faust's word for the same login."""
    if not security:
        return None
    return faust.SASLCredentials(
        username=security["sasl_plain_username"],
        password=security["sasl_plain_password"],
        mechanism=security["sasl_mechanism"],
        ssl_context=security["ssl_context"],
    )


class EngineApp(faust.App):
    """A Faust app whose crash ends the process: crashed but alive it would hold its partitions and do nothing."""

    engine: "Engine"

    async def crash(self, reason: BaseException) -> None:
        await super().crash(reason)
        if not self.should_stop:
            self.engine.die(reason)


class Engine:
    """The tasks of one worker and the app that feeds them."""

    task_type: type[Task] = Task

    def __init__(self, config: EngineConfig, agents: Iterable[AgentSpec], observer: Observer) -> None:
        self.config = config
        self.agents = tuple(agents)
        self.observer = observer
        self.tasks: dict[tuple[str, int], Task] = {}
        self.exit: Callable[[int], Any] = os._exit
        self._floor = asyncio.Lock()
        self._dying = False
        self._loop: asyncio.AbstractEventLoop | None = None  # the main one; Faust's consumer has its own
        names = [agent.name for agent in self.agents]
        topics = [topic for agent in self.agents for topic in agent.topics]
        if len(set(names)) < len(names) or len(set(topics)) < len(topics):
            raise ValueError("agent names must differ, and a topic may have one agent only: it commits the offsets")

    # --- the app ----------------------------------------------------------------------------------------------------

    def settings(self) -> dict[str, Any]:
        config = self.config
        return {
            "broker": "kafka://" + config.bootstrap.replace(",", ";kafka://"),
            "broker_credentials": credentials(config.security),
            "datadir": config.data_dir / "faust",
            "store": "memory://",
            "web_enabled": False,  # it would listen on all interfaces and serve data
            "autodiscover": False,
            "topic_allow_declare": False,
            "topic_disable_leader": True,
            "table_standby_replicas": 1,  # > 0, or Faust silently takes round robin instead of its own assignor
            "ConsumerScheduler": BatchScheduler,
            "broker_max_poll_records": config.batch_records,
            "consumer_max_fetch_size": config.fetch_bytes,
            "consumer_auto_offset_reset": "earliest",
            "stream_buffer_maxsize": MANY,
            "stream_wait_empty": False,
            "broker_session_timeout": config.session_timeout_s,
            "broker_heartbeat_interval": config.session_timeout_s / 4,
            "broker_rebalance_timeout": 3 * config.session_timeout_s,
            "broker_request_timeout": config.request_timeout_s,
            "producer_request_timeout": config.request_timeout_s,
            "worker_redirect_stdouts": False,
        }

    def build(self) -> EngineApp:
        app = EngineApp(self.config.app_id, **self.settings())
        app.engine = self
        app.transport = BatchTransport(app.conf.broker_consumer, app)
        for agent in self.agents:
            app.agent(self.channel(app, agent), name=agent.name)(self.relay(agent))
        app.on_partitions_assigned.connect(self.on_assigned)
        app.on_partitions_revoked.connect(self.on_revoked)
        app.on_before_shutdown.connect(self.on_shutdown)
        return app

    def channel(self, app: EngineApp, agent: AgentSpec) -> Any:
        return app.topic(*agent.topics, schema=PassThrough(), acks=False)

    def relay(self, agent: AgentSpec) -> Callable[[Any], Any]:
        """The agent function: from the stream to the inboxes."""
        name = agent.name

        async def carry(stream: Any) -> None:
            async for event in self.events(stream):
                message = event.message
                task = self.tasks.get((name, message.partition))
                if task is not None:
                    task.deliver(message.topic, event.value)

        return carry

    def events(self, stream: Any) -> AsyncIterator[Any]:
        found: AsyncIterator[Any] = stream.noack().events()
        return found

    # --- partitions come and go -------------------------------------------------------------------------------------

    def plan(self, assigned: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        return tasks_of(self.agents, assigned)

    async def on_assigned(self, app: EngineApp, assigned: set[Any], **_: Any) -> None:
        """Start the tasks; they bring themselves up in the background, for the group hears no heartbeat meanwhile."""
        self._loop = asyncio.get_running_loop()
        try:
            wanted = self.plan(assigned)
        except Exception as error:
            self.die(error)
            return
        await self._stop_tasks()
        feed: BatchConsumer = app.consumer
        for agent in self.agents:
            numbers = sorted(number for name, number in wanted if name == agent.name)
            self.observer.assigned(agent.name, len(numbers))
            for number in numbers:
                task = self.task_type(
                    self.config,
                    agent,
                    number,
                    feed=feed,
                    observer=self.observer,
                    on_bug=self.die,
                    floor=self._floor,
                )
                self.tasks[agent.name, number] = task
                task.start()

    async def on_revoked(self, app: EngineApp, revoked: set[Any], **_: Any) -> None:
        """Hand over in order: when this returns, no producer and no state of ours is left."""
        await self._stop_tasks()

    async def on_shutdown(self, app: EngineApp, **_: Any) -> None:
        await self._stop_tasks()

    async def _stop_tasks(self) -> None:
        tasks, self.tasks = list(self.tasks.values()), {}
        await asyncio.gather(*[task.stop(self.config.stop_grace_s) for task in tasks])

    # --- the end ----------------------------------------------------------------------------------------------------

    def die(self, error: BaseException) -> None:
        """Stop the process with exit code 70 once the other tasks have finished their transactions.

        From any thread. Faust would acknowledge the message of an agent that raises, so nothing is raised to it.
        """
        if self._dying:
            return
        self._dying = True
        log.critical("the worker stops: %s", error, exc_info=error)
        if self._loop is None:
            self._exit()
        else:
            asyncio.run_coroutine_threadsafe(self._die(), self._loop)

    async def _die(self) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._stop_tasks(), 2 * self.config.stop_grace_s)
        self._exit()

    def _exit(self) -> None:
        logging.shutdown()
        self.exit(EX_SOFTWARE)
