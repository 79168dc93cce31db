"""``chengxin rebuild --dept`` and ``contract``: a subscribing department's view, and the kit for its own CI."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def rebuild(channel: str, since: date | None, out: Path | None) -> None:
    """The view of ``channel``, or its changes since a day, as lines of JSON to ``out``; figures as the last line. Exit
    code 1 where something was missed."""
    from streams import addresses, registries
    from streams.reader import Reader
    from streams.settings import Settings
    from streams.subscriber.department import Department, digest, lines, ordered

    settings = Settings()
    registries.require_same(settings)
    reader = Reader(settings, addresses.find_kafka(settings))
    if channel not in reader.catalogue.channels_of("sanctions"):
        raise typer.BadParameter(f"{channel}: 不是执行部门的通道 / no executing channel", param_hint="--dept")
    department = Department(reader, channel)
    if since is None:
        view = department.view()
        values, missed = ordered(view), len(view.gaps)
        figures: dict[str, object] = {"obligations": len(values), "open": view.open, "gaps": missed}
        for gap in view.gaps:
            typer.echo(f"{gap.obligation_id}: {gap.known} -> {gap.version}, 缺 {gap.previous} / is missing", err=True)
    else:
        replay = department.since(since)
        values, missed = replay.changes, int(not replay.whole)
        figures = {"since": f"{since}", "changes": len(values), "erased": replay.erased, "whole": replay.whole}
        if not replay.whole:
            typer.echo(f"{since} 起的变更已部分过期 / some changes since then have expired: take the view", err=True)
    written = list(lines(values))
    if out is not None:
        _write(out, written)
    typer.echo(json.dumps({"dept": channel, **figures, "digest": digest(written)}))
    if missed:
        raise typer.Exit(1)


def _write(out: Path, written: list[str]) -> None:
    """Readable by its owner alone: a token and a case reference are still about a person."""
    out.touch(mode=0o600)
    os.chmod(out, 0o600)  # noqa: PTH101 before a byte is in it, also where the file was there
    out.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")


def contract(folder: Annotated[Path, typer.Argument(metavar="DIR", help="a new folder")]) -> None:
    """Write a contract-test kit for a subscriber's own CI: schemas, records on the wire with what they say, a test."""
    from streams.subscriber import kit

    typer.echo(f"{folder}: {kit.write(folder)} 条样例 / records. Run: python -m pytest -q {folder}/test_contract.py")
