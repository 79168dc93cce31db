"""The commands of the watcher's and the operator's guides, as they stand, on a real run."""

import json
import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from deployment import Played

from sinks.clickhouse.connection import connect
from streams.cli import main
from tests.docs.doc_pages import lines, read

pytestmark = [pytest.mark.servers, pytest.mark.check]
PATIENCE_S = 120
PAGES = ("docs/watcher.md", "docs/operator.md")
SERVE = {  # they stay until they are ended; who starts each, if anybody
    "chengxin worker": "this run",
    "chengxin sink": "this run",
    "chengxin clock run": "nobody: NOT_RUN of tests/docs/doc_pages.py says why",
    "chengxin exporter": "test_end_to_end_leaks and test_end_to_end_monitoring",
    "chengxin portal --port 0": "test_end_to_end_pages",
    "chengxin audit seal --follow": "the last test here",
}
ENDS_WITH = {  # where 0 is not what this run must give
    "chengxin status": {0, 1},  # the session's servers are not this folder's; the console that `up` started is
    "chengxin topics rights": {1, 2},  # a broker without logins has no rights to compare; tests/secure has one with
}


JSON = (
    "chengxin obligations",
    "chengxin review",
    "chengxin verify",
    "chengxin topics verify",
    "chengxin topics change",
    "chengxin receipts --channel court",
    "chengxin bulletin --month MONTH",
)
Called = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def called(
    played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Called:
    """Calls a line in an empty folder, in this process, with the run's settings: exit code, what it said, stderr."""
    monkeypatch.chdir(tmp_path)
    for name, value in played.here.settings.model_dump(exclude_none=True).items():
        monkeypatch.setenv(f"CHENGXIN_{name.upper()}", str(value))
    monkeypatch.setenv("KAFKA_BOOTSTRAP", played.here.addresses.kafka)
    monkeypatch.setenv("CLICKHOUSE_URL", played.here.addresses.clickhouse)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("words that are long enough\n")
    passphrase.chmod(0o600)

    def call(line: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        code = 0
        try:
            main.main()
        except SystemExit as end:
            code = int(end.code or 0)
        return (code, *capsys.readouterr())

    return call


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_guide_do_what_it_says(page: str, played: Played, called: Called) -> None:
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        ((decision,),) = client.execute("SELECT decision_id FROM decisions WHERE notEmpty(raised) LIMIT 1")
    told = [line for line in lines(read(page)) if line.startswith("chengxin ")]
    assert len(told) > 8
    for line in told:
        if line not in SERVE:
            code, said, wrong = called(line.replace(" ID ", f" {decision} "))
            assert code in ENDS_WITH.get(line, {0}), (line, said[-2_000:], wrong[-2_000:])


@pytest.mark.parametrize("line", JSON)
def test_json_is_json_and_nothing_else(line: str, played: Played, called: Called) -> None:
    month = f"{played.here.sample.days[-1].day:%Y-%m}"
    code, said, wrong = called(f"{line.replace('MONTH', month)} --json")
    assert code == 0, wrong
    rows = [json.loads(one) for one in said.splitlines()]
    assert rows and (len(rows) == 1 or "receipts" in line)


def test_the_sealer_that_stays_seals_at_once_and_ends_in_order(played: Played) -> None:
    """`chengxin audit seal --follow`."""
    children, name = played.children, "sealer"
    children.start(name, "streams.cli.main", "audit", "seal", "--follow")
    del children.metrics[name]  # it serves none
    deadline = time.monotonic() + PATIENCE_S
    while "seal " not in (said := children.log(name).read_text()):
        assert time.monotonic() < deadline and name not in children.ended(), said
        time.sleep(0.2)
    assert name not in children.ended()
    children.send(name, signal.SIGTERM)
    assert children.exit_of(name, PATIENCE_S) == 0, children.log(name).read_text()
    children.leave(name)
