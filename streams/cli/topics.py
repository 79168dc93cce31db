"""``chengxin topics``: the catalogue for people, and a cluster brought to it, compared with it, changed to it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.table import Column, Table

from streams.cli.screen import Json, answer, screen

if TYPE_CHECKING:
    from streams.security.granting import Difference
    from streams.settings import Settings
    from topics.admin import Drift
    from topics.catalogue import Catalogue, TopicSpec

app = typer.Typer(help="Topics: what they are, create, compare and change them on a cluster.", no_args_is_help=True)


class _Cluster(NamedTuple):
    """The broker of the settings, else the local stack's, and what should stand on it."""

    settings: "Settings"
    bootstrap: str
    catalogue: "Catalogue"
    specs: "list[TopicSpec]"


@app.command("list")
def list_(json: Json = False) -> None:
    """Print every topic family: topics, partitions, retention, what personal data it holds, who writes and reads."""
    from streams.settings import Settings
    from topics.catalogue import Catalogue

    scale, catalogue = Settings().scale, Catalogue.load()
    table = Table(_whole("family"), _whole("topics"), _whole("kept"), _whole("holds"), "writers > readers")
    table.caption = "topics: how many x partitions each; holds: personal data"
    for family in catalogue.families.values():
        table.add_row(
            family.topic,
            f"{len(catalogue.channels_of(family.family)) or 1} x {family.partitions.of(scale)}",
            "last per key" if family.cleanup == "compact" else family.retention,
            family.personal_data,
            f"{', '.join(family.writers)} > {', '.join(family.readers)}",
        )
    screen(json=json).print(table)
    if json:
        answer(list(catalogue.families.values()))


@app.command()
def docs(folder: Annotated[Path, typer.Argument(help="folder to write to")] = Path("docs")) -> None:
    """Write what is generated for readers outside: AsyncAPI, the catalogue as a page, OpenAPI of the registry."""
    from streams.publicdocs import generated

    for name, text in generated().items():
        (folder / name).write_text(text, encoding="utf-8")
        typer.echo(str(folder / name))


@app.command()
def bodies(
    channel: Annotated[str | None, typer.Option(help="those that report through this channel")] = None,
    region: Annotated[str | None, typer.Option(help="those whose region code begins so, e.g. 3701")] = None,
    json: Json = False,
) -> None:
    """Print the bodies behind the channels: code, name, level, channel, line of work."""
    from topics.catalogue import Catalogue

    catalogue = Catalogue.load()
    found = [
        body
        for body in catalogue.bodies.values()
        if channel in (None, body.channel) and body.region.startswith(region or "")
    ]
    table = Table(_whole("code"), "name", _whole("level"), _whole("channel"), _whole("sector"))
    for body in found:
        table.add_row(body.code, body.name, body.level, body.channel, body.sector)
    screen(json=json).print(table)
    if json:
        answer(found)
        return
    typer.echo(f"{len(found)} 个单位 / of {len(catalogue.bodies)} bodies in {len(catalogue.channels)} channels")


@app.command()
def apply(
    new_key: Annotated[list[str] | None, typer.Option(help="make the key of this channel, which never had one")] = None,
    json: Json = False,
) -> None:
    """Create what is missing, then compare as ``verify`` does; changes no topic that stands. Harmless to repeat.

    Running workers see a new channel after a restart: stop them all, then start them. Exit 1 where something differs.
    """
    from schemas.codec import Codec
    from streams.keychecks import KeyChecks
    from topics import admin

    cluster = _cluster()
    _make_keys(cluster, new_key or [])
    checks = KeyChecks(cluster.settings, cluster.bootstrap, cluster.catalogue, Codec.load())
    has_keys = cluster.settings.profile == "development" or cluster.settings.keys_dir.exists()
    ring = checks.keyring() if has_keys else None  # in production they are where intake runs, not everywhere
    made = admin.create(cluster.bootstrap, cluster.specs)
    if ring is not None:
        checks.record(ring)
    if json:
        _compare(cluster, json, {"created": made})
    typer.echo(f"新建主题 {len(made)} 个 / {len(made)} topics created, {len(cluster.specs) - len(made)} stood already")
    if made:
        typer.echo("运行中的工作进程须全部停止再启动 / running workers: stop them all, then start them")
    _compare(cluster)


@app.command()
def verify(json: Json = False) -> None:
    """Compare the cluster with the catalogue; print each difference. Exit 1 where there is one."""
    _compare(_cluster(), json)


@app.command()
def change(
    apply: Annotated[bool, typer.Option("--apply", help="do it; without, only say what would be done")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="also what deletes older records, for ever")] = False,
    json: Json = False,
) -> None:
    """Bring changeable settings (retention, sizes) of topics that stand to the catalogue; say what cannot be changed.

    A shorter retention deletes records: that is done with ``--apply --delete`` only. Exit 0: nothing is left to do.
    1: something is, or cannot be done in place.
    """
    from topics import admin
    from topics import change as changes

    cluster = _cluster()
    steps = changes.plan(admin.verify(cluster.bootstrap, cluster.specs), delete)
    done = changes.carry_out(cluster.bootstrap, steps) if apply else []
    left = len(steps) - len(done)
    if json:
        settings = [{**step.drift._asdict(), "deletes": step.deletes, "refused": step.refused} for step in steps]
        answer({"changed": len(done), "left": left, "settings": settings})
        raise typer.Exit(1 if left else 0)
    table = _table()
    for step in steps:
        todo = step.refused or ("已修改 / changed" if apply else "将修改 / would be changed")
        deletes = "较早的记录将被删除 / deletes older records: " if step.deletes else ""
        table.add_row(*_row(step.drift), deletes + todo)
    if steps:
        screen().print(table)
    typer.echo(f"已修改 {len(done)} 项，余 {left} 项 / {len(done)} settings changed, {left} differences left")
    if steps and not apply and any(step.refused is None for step in steps):
        command = "chengxin topics change --apply" + (" --delete" if delete else "")
        typer.echo(f"执行：{command} / to do it: {command}")
    raise typer.Exit(1 if left else 0)


@app.command()
def rights(
    apply: Annotated[bool, typer.Option("--apply", help="do it; without, only say what would be done")] = False,
    logins: Annotated[
        Path | None, typer.Option(help="folder for login files: accounts that have none there are made, with --apply")
    ] = None,
    ca: Annotated[Path | None, typer.Option(help="the certificate by which clients know the brokers")] = None,
    known: Annotated[
        list[str] | None, typer.Option(help="an account besides ours that has rights of its own, as brokers have")
    ] = None,
) -> None:
    """Bring who may do what on the cluster to the catalogue: rights that are missing are given, those of our accounts
    that no topic family gives are taken away, those of others and of everybody are told. As an administrator, by
    CHENGXIN_KAFKA_LOGIN (docs/security.md).

    Exit 0: nothing is left to do. 1: something is.
    """
    from streams.security import granting, users
    from streams.security import rights as wanted
    from topics.access import AccessFault, reach

    cluster = _cluster()
    given = wanted.rights(cluster.catalogue, cluster.settings.prefix)
    difference = granting.compare(reach(cluster.bootstrap), given, known or ())
    _told(difference)
    if apply and logins is not None:
        if ca is None:
            raise AccessFault(
                "--logins 须同时给出 --ca / needs --ca, the brokers' authority: every login file names it"
            )
        made = users.create(reach(cluster.bootstrap), wanted.accounts(cluster.catalogue), logins, ca)
        typer.echo(f"新建账号 {len(made)} 个 / {len(made)} accounts made")
    if apply:
        granting.bring(reach(cluster.bootstrap), difference)
        difference = granting.compare(reach(cluster.bootstrap), given, known or ())
    left = sum(map(len, difference))
    typer.echo(f"权限 {len(given)} 项，差异 {left} 处 / {len(given)} rights, {left} differences")
    raise typer.Exit(1 if left else 0)


def _told(difference: "Difference") -> None:
    """Each right that is not as the catalogue has it."""
    from streams.security import granting

    for right in difference.missing:
        typer.echo(f"缺 / missing: {right.account} {right.operation} {right.resource} {right.name}")
    for acl in difference.strange:
        typer.echo(f"多 / not in the catalogue: {granting.told(acl)}")
    for acl in difference.foreign:
        typer.echo(f"外 / not an account of ours, take it away by hand or name it (--known): {granting.told(acl)}")


@app.command()
def grow(
    draft: Annotated[Path, typer.Argument(help="a copy of topics/ with the new names and partition counts")],
) -> None:
    """More partitions: replay what lies by subject into new topics, then let the inputs grow. Clock, workers and sinks
    are stopped before; after it the draft takes the place of topics/ (docs/growth.md). Last line: JSON."""
    from streams import growth
    from streams.app import groups
    from topics.catalogue import Catalogue

    cluster = _cluster()
    settings = cluster.settings
    todo = growth.plan(
        cluster.catalogue, Catalogue.load(draft), settings.prefix, settings.scale, replication=settings.replication
    )
    counts = growth.carry_out(cluster.bootstrap, todo, settings.prefix, groups(settings)[0], say=typer.echo)
    typer.echo(json.dumps({"partitions": todo.new, "grown_in_place": len(todo.grown), **counts}))


def _compare(cluster: _Cluster, json: bool = False, more: Mapping[str, object] = MappingProxyType({})) -> None:
    """Print every difference and every topic nobody knows; exit 1 where there is one. ``json``: as one line, with
    ``more``, and the command is over."""
    from topics import admin

    drifts = admin.verify(cluster.bootstrap, cluster.specs)
    strangers = admin.strangers(cluster.bootstrap, cluster.catalogue, cluster.settings.prefix)
    table = _table()
    for drift in drifts:
        table.add_row(*_row(drift), "")
    for name in strangers:
        table.add_row(name, "topic", "有 / there", "-", "目录中没有 / not in the catalogue: nobody reads it")
    if json:
        differences = [one._asdict() for one in drifts]
        answer({**more, "topics": len(cluster.specs), "differences": differences, "unknown": strangers})
        raise typer.Exit(1 if drifts or strangers else 0)
    if drifts or strangers:
        screen().print(table)
    known = f"{len(cluster.specs)} topics, {len(drifts)} differences, {len(strangers)} unknown topics"
    typer.echo(f"主题 {len(cluster.specs)} 个，差异 {len(drifts)} 处，未知主题 {len(strangers)} 个 / {known}")
    if drifts or strangers:
        raise typer.Exit(1)


def _make_keys(cluster: _Cluster, channels: Sequence[str]) -> None:
    """Keys for channels that never had one; refused where tokens under a lost key are out already."""
    from streams.identity import Keyring, KeyringFault
    from topics import admin

    for channel in channels:
        if channel not in cluster.catalogue.channels:
            raise KeyringFault(f"{channel}: 没有这个通道 / no such channel in topics/bodies.yaml")
        tokens = ("sanctions", "rewards")
        names = [s.name for s in cluster.specs if s.channel == channel and s.family.startswith(tokens)]
        held = admin.holding(cluster.bootstrap, names)
        if held := held[:1] or _with_token(cluster, channel):
            raise KeyringFault(
                f"{channel}: {held[0]} 已有用原密钥生成的记录，密钥须从备份恢复 / "
                "holds records made with its former key: restore that from the backup"
            )
        try:
            Keyring.add_department(cluster.settings.keys_dir, channel)
        except FileExistsError:
            raise KeyringFault(f"{channel}: 已有密钥，不得替换 / has a key; none is ever replaced") from None


def _with_token(cluster: _Cluster, channel: str) -> list[str]:
    """``accepted`` if a record in it carries a token of the channel.

    Intake makes the token with the record, long before anything may be proposed; decisions and standings have it from
    there, and ``accepted`` is kept for ever. Every record is looked at: it is rare that a channel gets a key.
    """
    from schemas.codec import Codec
    from streams.oracle import history
    from topics import admin

    prefix, topic = cluster.settings.prefix, cluster.catalogue.name("accepted", None)
    if not admin.holding(cluster.bootstrap, [prefix + topic]):
        return []
    codec = Codec.load()
    for message in history.each(cluster.bootstrap, [topic], prefix):
        if channel in codec.decode(message.value, frozenset({"Accepted"})).value["department_tokens"]:
            return [prefix + topic]
    return []


def _whole(name: str) -> Column:
    """A column never broken, because people copy from it."""
    return Column(name, no_wrap=True)


def _table() -> Table:
    columns = ("主题\ntopic", "设置\nsetting", "集群\non the broker", "目录\nin the catalogue")
    return Table(*map(_whole, columns), Column("处理\nwhat is done", overflow="fold"))


def _row(drift: "Drift") -> tuple[str, str, str, str]:
    return drift.topic, drift.key, drift.found, drift.expected


def _cluster() -> _Cluster:
    from streams.addresses import find_kafka
    from streams.settings import Settings
    from topics.catalogue import Catalogue

    settings, catalogue = Settings(), Catalogue.load()
    specs = catalogue.topics(settings.prefix, settings.scale, settings.replication)
    return _Cluster(settings, find_kafka(settings), catalogue, specs)
