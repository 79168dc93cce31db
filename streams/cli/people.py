"""``chengxin explain``: commands about a person. Each is put on the query log before anything is shown."""

from typing import Annotated

import typer

from streams.cli.screen import screen

Officer = Annotated[str, typer.Option(help="your staff reference; goes on the query log, the person can read it")]
Purpose = Annotated[str, typer.Option(help="code of the application catalogue, e.g. objection, audit, confirmation")]


def explain(
    decision_id: Annotated[
        str, typer.Argument(metavar="ID", help="a decision id, or the receipt id of a record: 32 characters")
    ],
    officer: Officer,
    purpose: Purpose,
) -> None:
    """Print a decision, or those a record led to, as pages one could contest; the query is put on record first."""
    from streams import addresses, querylog
    from streams.app import Parts
    from streams.explain import find, page
    from streams.law import loader
    from streams.settings import Settings

    settings = Settings()
    found = addresses.find(settings)
    parts = Parts(settings, found.kafka)
    query = querylog.Query(officer, purpose, "explain", decision_id, decision_id=decision_id)
    querylog.record(parts, query, loader.load().purposes)
    for decision in find(parts, found.clickhouse, decision_id):
        screen().print(page(decision, parts.shelf.get(decision.law_digest)))
