"""A user's mistake, at every command there is, ends with a clear message and its exit code, and never with a traceback.

``called`` runs a command as the shell would, in this process: whatever is no exit is raised here.
"""

import socket
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError as WorkersKafkaError

from streams.cli import main
from tests.cli.cli_commands import COMMANDS, GOOD, OFFLINE, STARTS_SERVERS, Command, Said, called, empty

TYPED = (int, float, datetime)
_LONGEST = 25  # a folder that is no law book lacks a score of files, and each is told
BAD_PLACES = ("nothing-there", "a-folder", "bytes.bin", "a-file/below")
ASK_SERVERS = [one for one in COMMANDS if one.name not in OFFLINE | STARTS_SERVERS]


def name(one: object) -> str:
    return one.name if isinstance(one, Command) else str(getattr(one, "name", one))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty(tmp_path, monkeypatch)
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-file").write_text("x")
    (tmp_path / "bytes.bin").write_bytes(bytes(range(256)) * 8)


def mistaken(said: Said, *codes: int) -> None:
    """A short message on stderr, and one of the codes."""
    assert said.code in (codes or (2,)), said
    assert said.err.strip() and "Traceback" not in said.err + said.out, said
    assert len(said.err.splitlines()) <= _LONGEST, said


@pytest.mark.parametrize("command", COMMANDS, ids=name)
def test_an_option_that_is_not_there(command: Command, monkeypatch: Any, capsys: Any) -> None:
    said = called((*command.words, "--no-such-option"), monkeypatch, capsys)
    mistaken(said)
    assert "--no-such-option" in said.err


@pytest.mark.parametrize(
    ("command", "parameter"),
    [(one, p) for one in COMMANDS for p in one.parameters if p.type_descriptor.annotation in TYPED],
    ids=name,
)
def test_a_value_of_another_kind(command: Command, parameter: Any, monkeypatch: Any, capsys: Any) -> None:
    said = called(command.with_(parameter, "x7"), monkeypatch, capsys)
    mistaken(said)
    assert (parameter.metavar or parameter.opts[0]).lower() in said.err.lower()


@pytest.mark.parametrize(
    ("command", "parameter"), [(one, p) for one in COMMANDS for p in one.parameters if p.required], ids=name
)
def test_what_is_wanted_and_not_given(command: Command, parameter: Any, monkeypatch: Any, capsys: Any) -> None:
    said = called(command.without(parameter), monkeypatch, capsys)
    mistaken(said)
    named = parameter.metavar or parameter.opts[0].strip("-")
    assert "Missing" in said.err and named.lower() in said.err.lower()


@pytest.mark.parametrize("command", ASK_SERVERS, ids=name)
def test_no_servers(command: Command, monkeypatch: Any, capsys: Any) -> None:
    said = called(command.words, monkeypatch, capsys)
    mistaken(said)
    assert said.out == "" and ("chengxin up" in said.err or "no such file" in said.err or "file is missing" in said.err)


@pytest.mark.parametrize("command", ASK_SERVERS, ids=name)
def test_a_setting_that_cannot_be(command: Command, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("CHENGXIN_SCALE", "continent")
    said = called(command.words, monkeypatch, capsys)
    mistaken(said)
    if "no such file" not in said.err and "file is missing" not in said.err:
        assert "CHENGXIN_SCALE" in said.err and "continent" in said.err and "province" in said.err


@pytest.mark.parametrize("command", ASK_SERVERS, ids=name)
def test_a_data_folder_that_is_a_file(command: Command, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("CHENGXIN_DATA_DIR", "a-file")
    mistaken(called(command.words, monkeypatch, capsys))


@pytest.mark.parametrize("words", [("verify",), ("topics", "verify"), ("receipts", "--channel", "court")], ids=str)
@pytest.mark.parametrize("bootstrap", ["nowhere", "127.0.0.1:1"])
def test_servers_that_are_none(words: tuple[str, ...], bootstrap: str, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", bootstrap)
    monkeypatch.setenv("CLICKHOUSE_URL", "clickhouse://x:y@127.0.0.1:1")
    said = called(words, monkeypatch, capsys)
    mistaken(said)
    assert bootstrap in said.err


def test_a_port_that_is_taken(monkeypatch: Any, capsys: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = called(("registry", "--port", str(taken.getsockname()[1])), monkeypatch, capsys)
    mistaken(said)
    assert "taken" in said.err


@pytest.mark.check
@pytest.mark.parametrize("place", BAD_PLACES)
@pytest.mark.parametrize(
    ("command", "parameter"),
    [
        (one, p)
        for one in COMMANDS
        for p in one.parameters
        if p.type_descriptor.annotation is Path and one.name not in STARTS_SERVERS
    ],
    ids=name,
)
def test_a_file_or_folder_that_will_not_do(
    command: Command, parameter: Any, place: str, monkeypatch: Any, capsys: Any
) -> None:
    """Where it is to be written, or is not looked at before servers are, it may do; a traceback never."""
    said = called(command.with_(parameter, place), monkeypatch, capsys)
    if said.code != 0:
        mistaken(said, 1, 2)


def test_the_words_of_this_test_are_those_of_commands() -> None:
    names = {one.name for one in COMMANDS}
    assert set(GOOD) | OFFLINE | STARTS_SERVERS <= names and len(names) > 50


@pytest.mark.parametrize("fault", [WorkersKafkaError("away"), FileNotFoundError(2, "gone", "rows.csv")])
def test_a_mistake_met_late_is_told_and_nothing_else_is(fault: Exception, monkeypatch: Any, capsys: Any) -> None:
    def app() -> None:
        raise fault

    monkeypatch.setattr(main, "app", app)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
    fault = KeyError("a bug of ours")
    with pytest.raises(KeyError):
        main.main()
