"""The two kinds of panel our dashboards are made of: a query to Prometheus over time, a query to ClickHouse as a table.

Data sources are variables of the dashboard, so that a dashboard fits whatever an office has named its own.
"""

from typing import Any, NamedTuple, Self

from grafana_foundation_sdk.builders import dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog import builder as cog
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

METRICS = DataSourceRef(type_val="prometheus", uid="${prometheus}")
TABLES = DataSourceRef(type_val="grafana-clickhouse-datasource", uid="${clickhouse}")
_HEIGHT, _WIDE, _NARROW = 8, 12, 6
Panel = timeseries.Panel | stat.Panel | table.Panel


class Sql(Dataquery):
    """A query of Grafana's ClickHouse plugin, which the library has no model of."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def to_json(self) -> dict[str, Any]:
        return {
            "datasource": {"type": TABLES.type_val, "uid": TABLES.uid},
            "editorType": "sql",
            "format": 1,  # table
            "queryType": "table",
            "rawSql": self._sql,
            "refId": "A",
        }


class SqlBuilder(cog.Builder[Dataquery]):
    def __init__(self, sql: str) -> None:
        self._sql = sql

    def build(self) -> Dataquery:
        return Sql(self._sql)


class Board(NamedTuple):
    """One dashboard: ``name`` is its file and uid; titles are Chinese, then English."""

    name: str
    title: str
    about: str
    panels: tuple[Panel, ...]

    def build(self) -> dashboard.Dashboard:
        made = (
            dashboard.Dashboard(self.title)
            .uid(f"chengxin-{self.name}")
            .description(self.about)
            .tags(["chengxin"])
            .timezone("Asia/Shanghai")
            .time("now-6h", "now")
            .refresh("30s")
            .readonly()
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .with_variable(dashboard.DatasourceVariable("prometheus").label("Prometheus").type("prometheus"))
        )
        if any(isinstance(panel, table.Panel) for panel in self.panels):
            kind = "grafana-clickhouse-datasource"
            made.with_variable(dashboard.DatasourceVariable("clickhouse").label("ClickHouse").type(kind))
        for number, panel in enumerate(self.panels, start=1):
            made.with_panel(panel.id(number))
        return made


class Lines:
    """Queries drawn over time; ``line`` adds one, so that a panel reads as a sentence."""

    def __init__(self, title: str, why: str, unit: str = "short") -> None:
        self._panel = timeseries.Panel().title(title).description(why).unit(unit).min(0).datasource(METRICS)
        self._panel.height(_HEIGHT).span(_WIDE).fill_opacity(10)
        self._letters = iter("ABCDEF")

    def line(self, expression: str, legend: str) -> Self:
        query = prometheus.Dataquery().expr(expression).legend_format(legend).range().ref_id(next(self._letters))
        self._panel.with_target(query)
        return self

    @property
    def panel(self) -> Panel:
        return self._panel


def lines(title: str, why: str, expression: str, legend: str, unit: str = "short") -> Panel:
    """One query over time."""
    return Lines(title, why, unit).line(expression, legend).panel


def number(title: str, why: str, expression: str, unit: str = "short") -> Panel:
    """The newest value, large."""
    query = prometheus.Dataquery().expr(expression).instant().ref_id("A")
    made = stat.Panel().title(title).description(why).unit(unit).datasource(METRICS).with_target(query)
    return made.height(_HEIGHT).span(_NARROW)


def rows(title: str, why: str, sql: str) -> Panel:
    """A table from ClickHouse."""
    made = table.Panel().title(title).description(why).datasource(TABLES).with_target(SqlBuilder(sql))
    return made.height(_HEIGHT).span(_WIDE)
