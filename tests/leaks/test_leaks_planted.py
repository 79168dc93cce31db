"""A leak planted in each kind of output is found there: a scan that finds nothing has looked."""

import base64
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition

from schemas.codec import Codec
from tests.leaks.leak_needles import Needles
from tests.leaks.leak_outputs import (
    ALLOWED,
    Output,
    allowed,
    commands,
    files,
    groups,
    leaks,
    metrics,
    pages,
    processes,
    tables,
    topics,
)

NUMBER, NAME = "990000192001010019", "植入之名"  # nobody of the sample, so that no other scan finds what servers keep
NEEDLES = Needles({NUMBER: "number"}, {NAME: "name"})
CODEC = Codec.load()


def create(bootstrap: str, *names: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1} for name in names})
    admin.wait_for_topics(list(names))
    admin.close()


def found(outputs: Iterator[Output]) -> set[tuple[str, str]]:
    return {(leak.where, leak.what) for leak in leaks(outputs, NEEDLES)}


def sealed(ciphertext: bytes) -> bytes:
    fields = {"key_version": 1, "wrapped_key": b"\x01" * 40, "nonce": b"\x02" * 12, "sealed_on": date(2026, 3, 1)}
    return CODEC.encode("SealedIdentity", {**fields, "ciphertext": ciphertext})


@pytest.mark.servers
def test_in_a_topic_by_value_key_header_or_a_field_of_bytes(kafka_bootstrap: str, prefix: str) -> None:
    names = ("notices", "decisions", "accepted", "identities", "displays", "events.court")
    create(kafka_bootstrap, *(prefix + name for name in names))
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    text = NUMBER.encode()
    producer.send(f"{prefix}notices", value=b"for " + text)
    producer.send(f"{prefix}decisions", key=text, value=b"")
    producer.send(f"{prefix}accepted", value=b"", headers=[("trace", base64.b64encode(NAME.encode()))])
    producer.send(f"{prefix}identities", value=sealed(b"\xff" + text))
    producer.send(f"{prefix}displays", value=sealed(b"a secret"))
    producer.send(f"{prefix}events.court", value=text)
    producer.close()
    assert found(topics({"bootstrap_servers": kafka_bootstrap}, prefix, CODEC)) == {
        ("topic notices", "number"),
        ("topic decisions", "number"),
        ("topic accepted", "name"),
        ("topic identities", "number"),
    }


@pytest.mark.servers
def test_in_what_a_group_commits_beside_its_offsets(kafka_bootstrap: str, prefix: str) -> None:
    create(kafka_bootstrap, f"{prefix}notices")
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    producer.send(f"{prefix}notices", value=b"x").get(timeout=30)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=kafka_bootstrap, group_id=f"{prefix}sink", enable_auto_commit=False)
    place = TopicPartition(f"{prefix}notices", 0)
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(1, f"plan {NUMBER}", -1)})
    consumer.close()
    assert found(groups({"bootstrap_servers": kafka_bootstrap}, prefix)) == {("group sink", "number")}


@pytest.mark.servers
def test_in_a_table_a_view_and_in_what_the_server_remembers_of_errors(clickhouse_url: str, database: str) -> None:
    url = clickhouse_url.rpartition("/")[0] if clickhouse_url.count("/") > 2 else clickhouse_url
    with Client.from_url(f"{url}/{database}") as client:
        client.execute("CREATE TABLE notes (who String) ENGINE = MergeTree ORDER BY who")
        client.execute("INSERT INTO notes VALUES", [(NUMBER,)])
        client.execute("CREATE VIEW shown AS SELECT base64Encode(who) AS who FROM notes")
        client.execute("CREATE TABLE clean (who String) ENGINE = MergeTree ORDER BY who")
        with pytest.raises(ServerException):
            client.execute(f"SELECT throwIf(1, '{NAME}')")
        assert found(tables(client)) == {
            ("table notes", "number"),
            ("table shown", "number"),
            ("system table errors", "name"),
        }


def test_in_a_file_of_any_kind_or_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "sink.log").write_text(f"Traceback ...\nValueError: {NUMBER}\n")
    (tmp_path / "page.html").write_text(f"<p>&#x{ord(NAME[0]):x};{NAME[1:]}</p>")
    (tmp_path / f"{NUMBER}.json").write_text("{}")
    book = openpyxl.Workbook()
    book.create_sheet("hidden").sheet_state = "hidden"
    book["hidden"]["Z99"] = NAME
    book.save(tmp_path / "sheet.xlsx")
    (tmp_path / "clean.txt").write_text("nobody")
    assert found(files(tmp_path)) == {
        ("file logs/sink.log", "number"),
        ("file page.html", "name"),
        (f"file {NUMBER}.json", "number"),
        ("file sheet.xlsx", "name"),
    }


def test_in_metrics_and_in_a_page() -> None:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f'chengxin_events_total{{who="{NUMBER}"}} 1.0\n'.encode())

        def log_message(self, format: str, *args: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/metrics"
        assert found(metrics({"worker-1": address})) == {("metrics worker-1", "number")}
        assert found(pages(address.removesuffix("/metrics"), ["/exposure"])) == {("page /exposure", "number")}
        server.shutdown()


def test_in_the_process_list_and_in_what_a_command_says() -> None:
    command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", NUMBER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env={"WHO": NAME}) as process:
        assert process.stdout is not None and process.stdout.readline() == b"\n", "until then it is a copy of us"
        assert found(processes({"worker-1": process.pid})) == {
            ("process worker-1 cmdline", "number"),
            ("process worker-1 environ", "name"),
        }
        process.communicate()
    assert found(commands({"explain": f"no decision {NUMBER}", "status": "ok"})) == {("command explain", "number")}


def test_the_allowed_places_are_few_and_each_says_why() -> None:
    assert len(ALLOWED) == 6 and all(len(why) > 30 for why in ALLOWED.values())
    for where in (
        "topic events.court",
        "topic cases.city-jinan",
        "topic quarantine",
        "file kafka/data/events.court-0/0.log",
    ):
        assert allowed(where)
    for where in (
        "topic receipts.court",
        "topic notices",
        "topic identities",
        "file logs/worker-1.log",
        "table decisions",
    ):
        assert not allowed(where)
