"""The dashboards as committed are what the generator makes, on metrics and columns that exist."""

import json
import re
import subprocess
from itertools import pairwise

import pytest
from test_alerts import SERIES

from monitoring import prometheus
from monitoring.grafana.boards import BOARDS, rendered
from sinks.clickhouse.rights import CURRENT
from sinks.clickhouse.tables import OBLIGATIONS, TABLES
from streams.local.progress import OnTerminal
from streams.local.prometheus import find_prometheus

# What the account of dashboards may read; of ``obligations`` the same columns and the id.
VIEWS = {f"impersonal_{name}" for name in (*(table.name for table in TABLES), CURRENT)}


def test_what_is_committed_is_what_is_generated() -> None:
    committed = {file.name: file.read_text("utf-8") for file in prometheus.DASHBOARDS.glob("*.json")}
    assert committed == rendered(), "run: python -m monitoring.grafana"


@pytest.mark.parametrize("name", sorted(rendered()))
def test_a_dashboard_reads_metrics_and_tables_that_exist(name: str) -> None:
    board = json.loads(rendered()[name])
    assert board["uid"] == f"chengxin-{name.removesuffix('.json')}"
    variables = {"${" + variable["name"] + "}" for variable in board["templating"]["list"]}
    for panel in board["panels"]:
        assert panel["datasource"]["uid"] in variables
        assert panel["description"] and re.search(r"[一-鿿].* / ", panel["title"])
        for target in panel["targets"]:
            series = set(re.findall(r"\b(?:chengxin|process)_\w+", target.get("expr", "")))
            assert series <= SERIES, series - SERIES
            tables = set(re.findall(r"FROM (\w+)", target.get("rawSql", "")))
            assert tables <= VIEWS | {OBLIGATIONS.name}


def test_panels_do_not_overlap() -> None:
    for text in rendered().values():
        places = [panel["gridPos"] for panel in json.loads(text)["panels"]]
        assert all(place["x"] + place["w"] <= 24 for place in places)
        for left, right in pairwise(places):
            same_line = left["y"] == right["y"]
            assert right["x"] >= left["x"] + left["w"] if same_line else right["y"] >= left["y"] + left["h"]


def test_the_six_dashboards_of_the_office() -> None:
    names = ["live-flow", "channel-quality", "obligation-loop", "cases-and-clocks", "queries", "engine"]
    assert [board.name for board in BOARDS] == names


def test_promtool_takes_the_configuration_we_write(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("monitoring")
    config = prometheus.write(folder, folder / "data")
    promtool = find_prometheus(OnTerminal()).promtool
    done = subprocess.run([promtool, "check", "config", config], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(file.name for file in folder.iterdir()) == ["alerts.yaml", "dashboards", "prometheus.yaml"]
