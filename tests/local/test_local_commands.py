"""The commands a person types, on a real server."""

import socket
from pathlib import Path

import pytest
import typer
from clickhouse_driver import Client
from typer.testing import CliRunner

from streams.cli.stack import down, status, up

pytestmark = pytest.mark.servers


@pytest.fixture
def app() -> typer.Typer:
    commands = typer.Typer()
    for function in (up, down, status):
        commands.command()(function)
    return commands


def test_up_status_down(app: typer.Typer, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*words, "--data-dir", str(tmp_path)])
        return done.exit_code, done.stdout

    assert run("status")[0] == 1
    code, said = run("up", "--no-kafka")
    try:
        assert code == 0
        assert said.startswith("export CLICKHOUSE_URL=clickhouse://")
        with Client.from_url(said.partition("=")[2].strip()) as client:
            assert client.execute("SELECT currentUser()") == [("chengxin",)]
        code, said = run("status")
        assert (code, "ready" in said, "native" in said) == (0, True, True)
    finally:
        assert "stopped: clickhouse" in run("down")[1]
    assert run("status")[0] == 1


def test_up_explains_itself_without_a_stack_trace(app: typer.Typer, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        done = CliRunner().invoke(app, ["up", "--no-kafka", "--clickhouse-port", port, "--data-dir", str(tmp_path)])
    assert done.exit_code == 2
    assert "PORT_TAKEN" in done.stderr
    assert "Traceback" not in done.output
