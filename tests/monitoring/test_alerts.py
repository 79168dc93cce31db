"""The alerts: checked and unit-tested by the real promtool, each with a runbook section, on metrics that exist."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from monitoring.catalogue import CATALOGUE, GIVEN, Kind
from monitoring.prometheus import ALERTS
from streams.local.progress import OnTerminal
from streams.local.prometheus import find_prometheus

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("alerts*.test.yaml"))
RUNBOOK = ALERTS.parents[1] / "docs" / "runbook.md"
RULES = [rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]]
SERIES = GIVEN | {
    series
    for metric in CATALOGUE
    for series in {
        Kind.COUNTER: [f"{metric.name}_total"],
        Kind.GAUGE: [metric.name],
        Kind.HISTOGRAM: [f"{metric.name}_{part}" for part in ("bucket", "sum", "count")],
    }[metric.kind]
}
LABELS = {"job", "instance", "role", "le"} | {label.name for metric in CATALOGUE for label in metric.labels}


@pytest.fixture(scope="module")
def promtool() -> str:
    return str(find_prometheus(OnTerminal()).promtool)


def test_promtool_finds_no_fault_in_the_rules(promtool: str) -> None:
    done = subprocess.run([promtool, "check", "rules", str(ALERTS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


def test_promtool_agrees_when_each_alert_fires_and_when_not(promtool: str) -> None:
    done = subprocess.run(
        [promtool, "test", "rules", *(str(case) for case in CASES)],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_made_to_fire_by_a_case() -> None:
    cases = [case for file in CASES for case in yaml.safe_load(file.read_text("utf-8"))["tests"]]
    seen = [
        sample.get("labels", "") for case in cases for one in case["promql_expr_test"] for sample in one["exp_samples"]
    ]
    assert {name for one in seen for name in re.findall(r'alertname="(\w+)"', one)} == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_uses_metrics_of_the_catalogue_and_has_its_section(rule: dict) -> None:
    words = set(re.findall(r"\b[a-z][a-z_]*_(?:seconds|total|bytes|[a-z]+)\b", re.sub(r'"[^"]*"', '""', rule["expr"])))
    used = {word for word in words if word.startswith(("chengxin_", "process_"))}
    assert used <= SERIES, used - SERIES
    assert used or re.search(r"\bup\{", rule["expr"])
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
    assert "/" in rule["annotations"]["summary"]  # Chinese / English
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= LABELS
    assert (
        len(
            re.findall(
                rf"^### {rule['alert']}$\n\*\*{rule['labels']['severity']}\.\*\*", RUNBOOK.read_text("utf-8"), re.M
            )
        )
        == 1
    )


def test_the_runbook_has_no_section_of_an_alert_that_is_gone() -> None:
    assert set(re.findall(r"^### (\w+)$", RUNBOOK.read_text("utf-8"), re.M)) == {rule["alert"] for rule in RULES}
