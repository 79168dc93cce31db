"""The portal put together from settings; nothing here decides anything."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI
from joserfc.jwk import ECKey
from kafka import TopicPartition

from monitoring import discovery, endpoint
from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from sinks.portal import board, http, keys
from sinks.portal.applications import Applications
from sinks.portal.asking import Desk
from sinks.portal.figures import Tables
from sinks.portal.filings import Cases, last_day
from sinks.portal.inbox import Stored, answering
from sinks.portal.issuer import ISSUER as TEST_ISSUER
from sinks.portal.issuer import Issuer, opener_file
from sinks.portal.limits import STEP_S, Even, Limiter, Wide
from sinks.portal.pages.logins import Logins
from sinks.portal.people import People
from sinks.portal.places import Places
from sinks.portal.tokens import Tokens, Trust
from sinks.portal.watch import Watch, china_now
from streams.addresses import Addresses
from streams.core.decisions import Decision
from streams.explain import find
from streams.keychecks import KeyChecks
from streams.law import loader
from streams.laws import read_to_end
from streams.querylog import QueryLog
from streams.reader import Reader
from streams.settings import Settings

FAMILIES = ("decisions", "identities", "querylog")  # indexed before the first question


class Portal(NamedTuple):
    """``metrics_port``: on loopback."""

    app: FastAPI
    metrics_port: int


@contextmanager
def opened(settings: Settings, addresses: Addresses) -> Iterator[Portal]:
    """The portal of a deployment, its index at the ends of the topics, for the length of a block.

    :raises SettingsFault, IssuerFault: a production profile that takes test persons, or has no issuer.
    """
    settings.require_safe()
    trust, bootstrap = trusted(settings), addresses.kafka
    reader = Reader(settings, bootstrap)
    keyring = KeyChecks(settings, bootstrap, reader.catalogue, reader.codec).keyring(channels=())
    book = loader.load()
    applications = Applications.load(book, reader.catalogue)
    opener = keys.kept(opener_file(settings))
    meters = Meters(Vocabulary())
    with ExitStack() as stack:
        places, shown = _indexed(stack, reader, settings.data_dir / "portal")
        people = People(places, reader.codec, keyring, reader.shelf.get)
        log = stack.enter_context(QueryLog(reader))
        watch = stack.enter_context(closing(Watch(reader, Wide(settings.portal_persons_a_day), meters)))
        metrics = stack.enter_context(endpoint.Endpoint(meters, settings.metrics_port))
        stack.enter_context(discovery.registered(settings.data_dir, "portal", metrics.port))
        desk = Desk(
            tokens=Tokens(trust, opener, reader.catalogue.channels, settings.allow_synthetic),
            applications=applications,
            channels=reader.catalogue,
            book=book,
            people=people,
            log=log,
            cases=stack.enter_context(closing(Cases(reader))),
            inbox=Stored(addresses.clickhouse, settings.database, people),
            find=lambda wanted: _found(reader, addresses.clickhouse, wanted),
            clock=lambda: last_day(read_to_end(bootstrap, TopicPartition(reader.topic("clock"), 0)), reader.codec),
            limiter=Limiter(settings.portal_per_minute, time.monotonic),
            even=Even(STEP_S, time.monotonic, time.sleep),
            meters=meters,
            today=lambda: china_now().date(),
            board=shown,
            figures=Tables(addresses.clickhouse, settings.database),
        )
        watch.start()
        yield Portal(_application(desk, opener, trust, secure=settings.profile == "production"), metrics.port)


def _indexed(stack: ExitStack, reader: Reader, folder: Path) -> tuple[Places, board.Topics]:
    """What topics hold, read to their ends: about persons, and of the public lists."""
    places = stack.enter_context(closing(Places(reader, folder)))
    places.warm(FAMILIES)
    shown = stack.enter_context(closing(board.Topics(reader, folder)))
    shown.warm(china_now().date())
    return places, shown


def _application(desk: Desk, opener: ECKey, trust: Trust, *, secure: bool) -> FastAPI:
    public = {"keys": [{**opener.as_dict(private=False), "use": "enc"}]}
    logins = Logins(desk.tokens, opener.as_bytes(private=True), trust.issuer, secure=secure)
    return http.build(desk, public, logins)


def _found(reader: Reader, clickhouse_url: str, wanted: str) -> list[Decision]:
    with answering():
        return find(reader, clickhouse_url, wanted)


def trusted(settings: Settings) -> Trust:
    """The issuer of the settings; in development, where none is named, the one of this data folder."""
    named = (settings.portal_issuer, settings.portal_jwks)
    if settings.portal_issuer is None or settings.portal_jwks is None:
        if any(named) or settings.profile == "production":
            raise keys.IssuerFault(
                "缺少凭证签发方 / no issuer of tokens: set CHENGXIN_PORTAL_ISSUER (its iss) and CHENGXIN_PORTAL_JWKS "
                "(its key set: a file, or an https address)"
            )
        place = keys.IssuerKeys(str(Issuer(settings).key_set), "ES256")
        return Trust(TEST_ISSUER, settings.portal_audience, "ES256", place.get)
    place = keys.IssuerKeys(settings.portal_jwks, settings.portal_algorithm)
    return Trust(settings.portal_issuer, settings.portal_audience, settings.portal_algorithm, place.get)
