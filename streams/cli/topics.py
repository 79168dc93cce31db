"""``chengxin topics``: the catalogue for people, and a cluster brought to it or compared with it."""

from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Column, Table

if TYPE_CHECKING:
    from topics.catalogue import TopicSpec

app = typer.Typer(help="Topics: what they are, create them, compare them with a cluster.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
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
    Console().print(table)


def _whole(name: str) -> Column:
    """A column never broken, because people copy from it."""
    return Column(name, no_wrap=True)


@app.command()
def create() -> None:
    """Create what is missing and wait for its leaders. Harmless to repeat; changes no topic that stands."""
    from topics import admin

    bootstrap, specs = _cluster()
    made = admin.create(bootstrap, specs)
    typer.echo(f"{len(made)} topics created, {len(specs) - len(made)} stood already")


@app.command()
def verify() -> None:
    """Compare the cluster with the catalogue; print each difference. Exit 1 where there is one."""
    from topics import admin

    bootstrap, specs = _cluster()
    drifts = admin.verify(bootstrap, specs)
    for drift in drifts:
        typer.echo(str(drift))
    typer.echo(f"{len(specs)} topics, {len(drifts)} differences")
    if drifts:
        raise typer.Exit(1)


def _cluster() -> tuple[str, "list[TopicSpec]"]:
    """The broker of the settings, else the local stack's, and what should stand on it."""
    from streams.addresses import NoServers
    from streams.local import stack
    from streams.settings import Settings
    from topics.catalogue import Catalogue

    settings = Settings()
    bootstrap = settings.kafka_bootstrap or stack.running_addresses(settings.data_dir).kafka_bootstrap
    if bootstrap is None:
        raise NoServers("没有可用的 Kafka / no Kafka: run `chengxin up`, or set KAFKA_BOOTSTRAP")
    return bootstrap, Catalogue.load().topics(settings.prefix, settings.scale, settings.replication)
