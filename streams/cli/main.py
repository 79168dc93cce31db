"""The command ``chengxin``. A group imports what it needs when it runs, so that ``--help`` is quick."""

import sys

import typer

from streams.cli import (
    agents,
    assessment,
    audit,
    auditor,
    backup,
    cases,
    chaos,
    console,
    correcting,
    datapack,
    department,
    law,
    load,
    migrate,
    monitoring,
    obligations,
    people,
    pipeline,
    portal,
    registry,
    review,
    sample,
    sending,
    stack,
    subscriber,
    topics,
    whatif,
)

app = typer.Typer(
    help="诚信: credit events in, explained proposals out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(rich_help_panel="local")(stack.up)
app.command(rich_help_panel="local")(stack.down)
app.command(rich_help_panel="local")(stack.status)
app.command(rich_help_panel="local")(pipeline.run)
app.command(rich_help_panel="agents")(agents.worker)
app.command(rich_help_panel="agents")(agents.sink)
app.add_typer(agents.clock, name="clock", rich_help_panel="agents")
app.command(rich_help_panel="agents")(monitoring.exporter)
app.command(rich_help_panel="agents")(monitoring.prometheus)
app.command(rich_help_panel="agents")(console.console)
app.add_typer(law.app, name="law", rich_help_panel="law")
app.add_typer(cases.app, name="cases", rich_help_panel="law")
app.add_typer(topics.app, name="topics", rich_help_panel="data")
app.command(rich_help_panel="data")(backup.backup)
app.command(rich_help_panel="data")(backup.restore)
app.command(rich_help_panel="data")(backup.rebuild)
app.add_typer(backup.keys, name="keys", rich_help_panel="data")
app.command(rich_help_panel="data")(registry.registry)
app.command(rich_help_panel="data")(portal.portal)
app.add_typer(portal.token, name="token", rich_help_panel="data")
app.add_typer(migrate.app, name="migrate", rich_help_panel="data")
app.add_typer(sample.app, name="sample", rich_help_panel="data")
app.command(rich_help_panel="departments")(department.kit)
app.command(rich_help_panel="departments")(department.template)
app.command(rich_help_panel="departments")(department.validate)
app.command(rich_help_panel="departments")(subscriber.contract)
app.command(rich_help_panel="departments")(sending.publish)
app.command(rich_help_panel="departments")(sending.receipts)
app.command(rich_help_panel="departments")(correcting.redrive)
app.command("return", rich_help_panel="departments")(correcting.monthly_return)
app.command("what-if", rich_help_panel="law")(whatif.what_if)
app.command(rich_help_panel="office")(assessment.bulletin)
app.add_typer(assessment.app, name="assess", rich_help_panel="office")
app.command(rich_help_panel="office")(datapack.datapack)
app.command(rich_help_panel="checks")(obligations.obligations)
app.command(rich_help_panel="checks")(review.review)
app.command(rich_help_panel="checks")(people.explain)
app.command(rich_help_panel="checks")(people.standing)
app.command(rich_help_panel="checks")(pipeline.verify)
app.command(rich_help_panel="checks")(pipeline.rerun)
app.command(rich_help_panel="checks")(load.load)
app.command(rich_help_panel="checks")(chaos.chaos)
app.add_typer(auditor.app, name="auditor", rich_help_panel="checks")
app.add_typer(audit.app, name="audit", rich_help_panel="checks")


def main() -> None:
    """Entry point: a user's mistake gets one clear line and exit code 2, never a traceback."""
    from streams.cli.mistakes import MISTAKES

    try:
        app()
    except MISTAKES as mistake:
        print(_plain(str(mistake)), file=sys.stderr)
        raise SystemExit(2) from None


def _plain(text: str) -> str:
    """What a terminal may be given: a file's name can hold its commands, or what looks like another line of ours."""
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text)


if __name__ == "__main__":
    main()
