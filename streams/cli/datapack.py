"""``chengxin datapack``: tables and charts for 《信用知识读本》 and 《白皮书》."""

from pathlib import Path
from typing import Annotated

import typer


def datapack(
    out: Annotated[Path | None, typer.Option(help="folder; default: datapack in the data folder")] = None,
) -> None:
    """数据包: the public statistics by field, year and city, typical cases and the law's tables as CSV, XLSX and JSON,
    with charts. No person, and no number under 10."""
    from sinks.clickhouse.connection import connect
    from sinks.portal import datapack as pack
    from sinks.portal.figures import count
    from sinks.portal.statistics import statistics
    from sinks.portal.typical import cases
    from sinks.portal.watch import china_now
    from streams import addresses
    from streams.law import loader
    from streams.settings import Settings
    from topics.catalogue import Catalogue
    from topics.people import cities

    settings, book = Settings(), loader.load()
    with connect(addresses.find(settings).clickhouse, settings.database) as client:
        counts = count(client)
    figures = statistics(counts, book, cities())
    made = pack.Pack(figures, cases(counts, book, china_now().date()), book, Catalogue.load().sectors)
    for path in pack.write(made, out or settings.data_dir / "datapack"):
        typer.echo(f"{path}")
