"""``chengxin backup``, ``restore``, ``rebuild``, ``keys``: what a disaster takes, brought back (docs/backup.md)."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.screen import screen

if TYPE_CHECKING:
    from streams.keychecks import KeyChecks
    from streams.reader import Reader

File = Annotated[Path, typer.Argument(metavar="FILE", help="the backup")]
Passphrase = Annotated[
    Path | None,
    typer.Option(help="file that holds the passphrase, readable by its owner alone; asked for if none is named"),
]
keys = typer.Typer(help="Master keys: renew and retire them.", no_args_is_help=True)


def backup(file: File, passphrase_file: Passphrase = None) -> None:
    """Write keys and law books to a new, encrypted FILE, and read it again. Keep the passphrase somewhere else."""
    from streams.backup import bundle, keep
    from streams.clock import today_here

    reader, secret = _reader(), _passphrase(passphrase_file, confirm=True)
    taken = keep.take(reader, today_here())
    bundle.write(file, taken, secret)
    if bundle.read(file, secret) != taken:
        raise bundle.BackupFault(f"{file}: 写入后读回不符 / does not read as it was written: do not rely on it")
    typer.echo(f"{file}: {len(taken.keys)} 个密钥，{len(taken.books)} 本法律簿 / keys and law books")


def restore(
    file: File,
    passphrase_file: Passphrase = None,
    check: Annotated[bool, typer.Option("--check", help="only say what would be done")] = False,
) -> None:
    """Bring back the keys that are missing and the law books that are. Replaces nothing; a wrong, partial or outdated
    backup is refused before anything is written. Last line: JSON."""
    from streams.backup import bundle, keep

    reader = _reader()
    held = bundle.read(file, _passphrase(passphrase_file, confirm=False))
    done = keep.restore(reader, held, write=not check)
    for name in done.retired:
        typer.echo(f"{name}: 已销毁的主密钥，不恢复 / a retired master key stays away", err=True)
    figures = {"keys_restored": len(done.written), "keys_kept": len(done.kept), "keys_retired": len(done.retired)}
    typer.echo(json.dumps({"made_on": f"{held.made_on}", **figures, "law_books_restored": len(done.published)}))


def rebuild(
    replace: Annotated[bool, typer.Option("--replace", help="drop the database though it holds rows")] = False,
    lose_expired: Annotated[
        bool, typer.Option("--lose-expired", help="even rows whose records Kafka has no longer")
    ] = False,
    dept: Annotated[
        str | None, typer.Option(metavar="CHANNEL", help="not ClickHouse: this department's current view instead")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="with --dept: its changes decided on this day or later, not the view"),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="with --dept: lines of JSON")] = None,
) -> None:
    """Make ClickHouse again from Kafka, and compare every row's place with the topics; with --dept a department's view
    from its snapshot and the changes after it. Exit 1 where something differs or is missing."""
    if dept is not None:
        from streams.cli import subscriber

        if replace or lose_expired:
            raise typer.BadParameter("--replace, --lose-expired: ClickHouse only", param_hint="--dept")
        subscriber.rebuild(dept, None if since is None else since.date(), out)
        return
    if since is not None or out is not None:
        raise typer.BadParameter("--since, --out: only with --dept", param_hint="--dept")
    from streams import addresses
    from streams.backup.rebuild import rebuild as again
    from streams.settings import Settings

    console, settings = screen(), Settings()
    found = addresses.find(settings)
    reports = again(settings, found, replace=replace, lose_expired=lose_expired, say=console.print)
    for report in reports:
        typer.echo(f"{report.table}: {report.rows} rows, {report.missing} missing, {report.duplicates} duplicates")
    if not all(report.good and not report.waiting for report in reports):
        raise typer.Exit(1)


@keys.command("renew")
def renew() -> None:
    """Make the next master key. Copy the folder to every host of a worker, back it up, restart the workers."""
    from streams.backup import masters

    reader = _reader()
    typer.echo(f"master.v{masters.renew(reader, _checks(reader))}: 已生成，请备份 / made; back it up now")


@keys.command("retire")
def retire(version: Annotated[int, typer.Argument(min=1, help="version of the master key")]) -> None:
    """Destroy a master key that seals nobody any more: copies of what it sealed stay unreadable for ever."""
    from streams.app import groups
    from streams.backup import masters

    reader = _reader()
    masters.retire(reader, _checks(reader), version, groups(reader.settings)[0])
    typer.echo(f"master.v{version}: 已销毁 / destroyed. Destroy the backups that hold it, and its file on other hosts")


def _reader() -> "Reader":
    from streams import addresses
    from streams.reader import Reader
    from streams.settings import Settings

    screen()
    settings = Settings()
    return Reader(settings, addresses.find_kafka(settings))


def _checks(reader: "Reader") -> "KeyChecks":
    from streams.keychecks import KeyChecks

    return KeyChecks(reader.settings, reader.bootstrap, reader.catalogue, reader.codec)


def _passphrase(file: Path | None, confirm: bool) -> str:
    from streams.backup.bundle import BackupFault

    if file is None:
        return str(typer.prompt("口令 / passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
    if os.stat(file).st_mode & 0o077:  # noqa: PTH116 one look, before a byte is read
        raise BackupFault(f"{file}: 他人可读 / others may read this passphrase. Run: chmod 600 {file}")
    return file.read_text(encoding="utf-8").strip()
