"""The composition root of a worker: settings in, a running Faust app out. Nothing here decides anything."""

import logging
from typing import NoReturn

from monitoring import discovery, endpoint
from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from monitoring.observer import MetricsObserver
from sinks.clickhouse.tables import SINK_GROUP
from streams import flow, registries
from streams.casework import CaseworkStep
from streams.desk import Desk
from streams.engine import worker
from streams.engine.app import build
from streams.engine.config import EngineConfig
from streams.engine.ports import Step, StepFactory
from streams.engine.runtime import EngineApp
from streams.examine import Examiner
from streams.intake import IntakeStep
from streams.keychecks import KeyChecks
from streams.law import loader
from streams.messages import Messages
from streams.reader import Reader
from streams.settings import Settings
from topics import access

log = logging.getLogger(__name__)


class Parts(Reader):
    """What both agents share in one process."""

    def __init__(self, settings: Settings, bootstrap: str) -> None:
        settings.require_safe()
        super().__init__(settings, bootstrap)
        self.keychecks = KeyChecks(settings, bootstrap, self.catalogue, self.codec)
        self.keyring = self.keychecks.keyring()
        self.messages = Messages(self.codec, self.catalogue, settings.prefix, self.keyring)
        admitted = {family: self.catalogue.admitted(family) for family in self.catalogue.families}
        self.examiner = Examiner(self.codec, admitted, self.keyring, settings.allow_synthetic)

    def desk(self) -> Desk:
        return Desk(
            self.codec,
            self.catalogue,
            self.settings.prefix,
            self.partitions,
            self.settings.tick_chunk,
            self.messages,
            self.shelf.get,
        )


def engine_config(settings: Settings, bootstrap: str) -> EngineConfig:
    return EngineConfig(
        app_id=groups(settings)[0],
        bootstrap=bootstrap,
        session_timeout_s=settings.session_timeout_s,
        batch_records=settings.batch_records,
        transaction_timeout_ms=settings.transaction_timeout_ms,
        state=settings.state,
        data_dir=settings.data_dir,
        min_replication=settings.replication,
        accept_loss=settings.accept_loss,
        security=access.options(),
    )


def vocabulary(parts: Parts) -> Vocabulary:
    """The words metrics labels may use in this process."""
    prefix = parts.settings.prefix
    topics = {spec.name for spec in parts.catalogue.topics(prefix, parts.settings.scale)}
    words = {
        "agent": frozenset(a.name for a in flow.AGENTS),
        "topic": frozenset(topics),
        "channel": frozenset(parts.catalogue.channels),
        "code": frozenset(loader.load().codes),
    }
    return Vocabulary(words)


def groups(settings: Settings) -> tuple[str, str]:
    """The consumer groups whose lag matters: the workers' and the sink's; ``chengxin exporter`` asks for it."""
    return f"{settings.prefix}{flow.APP}", f"{settings.prefix}{SINK_GROUP}"


def compose(settings: Settings, bootstrap: str) -> tuple[EngineApp, int]:
    """The app of one worker and the port of its metrics endpoint."""
    registries.require_same(settings)
    parts = Parts(settings, bootstrap)
    parts.keychecks.record(parts.keyring)
    meters = Meters(vocabulary(parts))
    observer = MetricsObserver(meters)
    desk = parts.desk()

    def intake(partition: int) -> Step:
        return IntakeStep(partition, desk, parts.examiner, observer.counts("intake", partition))

    def casework(partition: int) -> Step:
        return CaseworkStep(partition, desk, observer.counts("casework", partition))

    factories: dict[str, StepFactory] = {"intake": intake, "casework": casework}
    agents = flow.specs(parts.catalogue, settings.prefix, factories.__getitem__)
    app = build(engine_config(settings, bootstrap), agents, observer)
    return app, endpoint.start(meters, settings.metrics_port)


def run(settings: Settings, bootstrap: str) -> NoReturn:
    """Run one worker until it is told to stop. Exit codes as in ``streams.engine.worker.run``."""
    app, port = compose(settings, bootstrap)
    with discovery.registered(settings.data_dir, "worker", port) as name:
        log.info("%s: metrics on http://127.0.0.1:%d/metrics", name, port)
        worker.run(app)
