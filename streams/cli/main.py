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
from streams.cli.grouped import Grouped

_EXITS = """退出码 / exit codes: 0 all is well. 1 it ran, and what it looked at is not as it should be: faults,
differences, rows refused. 2 a mistake in the call, a file that cannot be read, no servers; said in one message. 3 of a
department's commands: not all was acknowledged, or a receipt is missing. 130 interrupted."""

app = typer.Typer(
    cls=Grouped,
    help="诚信: credit events in, explained proposals out.",
    epilog=_EXITS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
LOCAL, AGENTS = "本机 / on this machine", "进程 / processes"
DEPARTMENTS, SUBSCRIBERS = "部门 / departments that report", "订阅方 / departments that execute"
LAW, PEOPLE, OFFICE = "法律簿 / the law book", "个人 / about a person, on record first", "主管单位 / the office"
CHECKS, UPKEEP, TRIALS = "核查 / is all of it right", "运维 / upkeep", "演练 / under load and faults"

for panel, commands in (
    (LOCAL, (pipeline.run, stack.up, stack.down, stack.status, console.console)),
    (DEPARTMENTS, (department.kit, department.template, department.validate, sending.publish, sending.receipts)),
    (DEPARTMENTS, (correcting.redrive,)),
    (SUBSCRIBERS, (subscriber.contract, registry.registry)),
    (PEOPLE, (people.explain, people.standing, portal.portal)),
    (LAW, (whatif.what_if,)),
    (OFFICE, (obligations.obligations, review.review, assessment.bulletin, datapack.datapack)),
    (CHECKS, (pipeline.verify, pipeline.rerun)),
    (AGENTS, (agents.worker, agents.sink, monitoring.exporter, monitoring.prometheus)),
    (UPKEEP, (backup.backup, backup.restore, backup.rebuild)),
    (TRIALS, (load.load, chaos.chaos)),
):
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.command("return", rich_help_panel=DEPARTMENTS)(correcting.monthly_return)
for panel, name, group in (
    (LAW, "law", law.app),
    (LAW, "cases", cases.app),
    (OFFICE, "assess", assessment.app),
    (PEOPLE, "token", portal.token),
    (CHECKS, "auditor", auditor.app),
    (CHECKS, "audit", audit.app),
    (AGENTS, "clock", agents.clock),
    (UPKEEP, "topics", topics.app),
    (UPKEEP, "keys", backup.keys),
    (UPKEEP, "migrate", migrate.app),
    (TRIALS, "sample", sample.app),
):
    app.add_typer(group, name=name, rich_help_panel=panel)


def main() -> None:
    """Entry point: a user's mistake gets one clear line and exit code 2, never a traceback."""
    try:
        app()
    except Exception as mistake:
        from streams.cli.mistakes import MISTAKES, told  # it knows every part of the project: no command waits for that

        if not isinstance(mistake, MISTAKES):
            raise
        print(_plain(told(mistake)), file=sys.stderr)
        raise SystemExit(2) from None


def _plain(text: str) -> str:
    """What a terminal may be given: a file's name can hold its commands, or what looks like another line of ours."""
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text)


if __name__ == "__main__":
    main()
