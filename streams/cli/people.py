"""``chengxin explain``, ``standing``: about a person. Each is put on the query log before anything is shown."""

from datetime import datetime
from typing import Annotated

import typer

from streams.cli.screen import Json, answer, screen
from topics.catalogue import PLATFORM

Officer = Annotated[str, typer.Option(help="your staff reference; goes on the query log, the person can read it")]
Purpose = Annotated[str, typer.Option(help="code of the application catalogue that allows every record, e.g. audit")]
Department = Annotated[str, typer.Option(help="whose officer you are: a channel of the application catalogue")]


def explain(
    decision_id: Annotated[
        str, typer.Argument(metavar="ID", help="a decision id, or the receipt id of a record: 32 characters")
    ],
    officer: Officer,
    purpose: Purpose,
    department: Department = PLATFORM,
    json: Json = False,
) -> None:
    """Print a decision, or those a record led to, as pages one could contest; the query is put on record first."""
    from sinks.portal import shell
    from sinks.portal.applications import Applications
    from streams import addresses, querylog
    from streams.explain import find, page, told
    from streams.law import loader
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    found = addresses.find(settings)
    reader = Reader(settings, found.kafka)
    query = querylog.Query(officer, purpose, "explain", decision_id, decision_id=decision_id)
    shell.record(reader, query, department, Applications.load(loader.load(), reader.catalogue))
    console, decisions = screen(plain=True, json=json), find(reader, found.clickhouse, decision_id)
    for decision in decisions:
        console.print(page(decision, reader.shelf.get(decision.law_digest)))
    if json:
        answer([told(decision, reader.shelf.get(decision.law_digest)) for decision in decisions])


def standing(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="the subject's token: 32 characters")],
    *,
    at: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the day the question is about (valid time)")],
    known: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="as known by then (transaction time: ticks of decisions)")
    ],
    officer: Officer,
    purpose: Purpose,
    department: Department = PLATFORM,
    json: Json = False,
) -> None:
    """Print what was true about a subject on one day, as it was known on another; the query is put on record first."""
    from sinks.portal import shell
    from sinks.portal.applications import Applications
    from streams import addresses, querylog
    from streams.asof import find, fold, page
    from streams.law import loader
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    reader = Reader(settings, addresses.find_kafka(settings))
    content = f"at {at.date()} known {known.date()}"
    query = querylog.Query(officer, purpose, "standing", content, subject=token)
    shell.record(reader, query, department, Applications.load(loader.load(), reader.catalogue))
    decisions, events = find.found(reader, token)
    seen = fold.fold(token, decisions, events, reader.shelf.get, at=at.date(), known=known.date())
    if json:
        answer({**seen._asdict(), "entries": [one._asdict() for one in seen.entries]})
        return
    screen(plain=True).print(page.page(seen, None if seen.law is None else reader.shelf.get(seen.law)))
