"""The secure stack for attempts: servers, worker and sink under their own logins, one department's records through."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clickhouse_driver import Client
from kafka import KafkaProducer

from streams.addresses import Addresses
from streams.kit import reading
from streams.local import stack
from streams.local.errors import tail
from streams.local.progress import Reporter
from streams.run.children import Children
from streams.security import local as locks
from streams.settings import Settings
from topics.access import SETTING, Login, secret
from topics.catalogue import Catalogue

CHANNEL, ITEM = "court", "COURT_DEFAULTER_LISTING"
PATIENCE_S = 120


class Stand:
    """Addresses and logins of a secure stack on which ``persons`` have been reported.

    ``outputs``: by name, what anybody was shown: command output, logs, answers. ``persons``: every number and name
    that was sent. ``children``: its processes; what is started among them ends with the stack.
    """

    children: Children

    def __init__(self, settings: Settings, addresses: Addresses) -> None:
        self.settings = settings
        self.addresses = addresses
        self.catalogue = Catalogue.load()
        self.folder = settings.data_dir.absolute()
        self.outputs: dict[str, str] = {}
        self.persons: list[str] = []

    def login(self, account: str) -> Path:
        return locks.login(self.folder, account)

    def kafka(self, account: str) -> dict[str, Any]:
        """For kafka-python and aiokafka."""
        return {"bootstrap_servers": self.addresses.kafka, **Login.load(self.login(account)).options()}

    def confluent(self, account: str, **more: Any) -> dict[str, Any]:
        """For confluent-kafka, which knows every line of a login file."""
        lines = (line.split("=", 1) for line in self.login(account).read_text().splitlines())
        return {"bootstrap.servers": self.addresses.kafka, **dict(lines), **more}

    def clickhouse(self, account: str) -> str:
        """The address with the account's login."""
        return secret(locks.url_file(self.folder, account)).strip()

    def environment(self, account: str) -> dict[str, str]:
        """What a process of the account is started with; no word of it is a secret."""
        file = locks.url_file(self.folder, account)
        return {
            **os.environ,
            **({"CLICKHOUSE_URL_FILE": str(file)} if file.exists() else {}),
            "CHENGXIN_DATA_DIR": str(self.folder),
            "KAFKA_BOOTSTRAP": self.addresses.kafka,
            SETTING: str(self.login(account)),
        }

    def run(self, account: str, *words: str) -> tuple[int, str]:
        """Exit code and output of a command run as the account; the output is kept."""
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli.main", *words],
            env=self.environment(account), cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = self.outputs[f"{account}: chengxin {' '.join(words)}"] = done.stdout + done.stderr
        return done.returncode, said

    def chengxin(self, account: str, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """The same where it must end with one of ``codes``; raises AssertionError with what was said."""
        code, said = self.run(account, *words)
        assert code in codes, f"chengxin {' '.join(words)} as {account} ended with {code}:\n{said}"
        return said


@contextlib.contextmanager
def secure_stand(folder: Path, report: Reporter) -> Iterator[Stand]:
    """The stack, up and with a record through; everything ends with the block."""
    settings = Settings().model_copy(update={"data_dir": folder, "kafka_bootstrap": None, "clickhouse_url": None})
    locks.prepare(settings, Catalogue.load())
    with stack.running(folder, progress=report, secure=True) as here:
        assert here.kafka_bootstrap is not None and here.clickhouse_url is not None
        stand = Stand(settings, Addresses(here.kafka_bootstrap, here.clickhouse_url))
        report.say("账号、权限、主题、数据表 / accounts, rights, topics, tables")
        ready(stand)
        with Children(settings, stand.addresses) as children:
            stand.children = children
            for name in ("worker", "sink"):
                children.start(name, "streams.cli.main", name)
            report.say("一个部门的记录走完全程 / a department's records go all the way")
            try:
                flow(stand)
            finally:
                for name in ("worker", "sink"):
                    stand.outputs[f"log of the {name}"] = children.log(name).read_text()
                    if children.ended():
                        report.say(f"{name}:\n{tail(children.log(name))}")
            yield stand


def ready(stand: Stand) -> None:
    """What ``chengxin up --secure`` does once the servers answer."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", "up", "--secure", "--no-console"],
        env={k: v for k, v in os.environ.items() if k not in ("KAFKA_BOOTSTRAP", "CLICKHOUSE_URL", SETTING)}
        | {"CHENGXIN_DATA_DIR": str(stand.folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def flow(stand: Stand) -> None:
    """A channel publishes under its own login; worker and sink take it to receipts and rows under theirs."""
    account, rows = f"channel.{CHANNEL}", stand.folder / "rows.xlsx"
    stand.chengxin(account, "template", ITEM, "--example", "--out", str(rows))
    shutil.copy(rows, stand.folder / "copied.xlsx")  # of which no journal says that it was sent
    stand.persons += sorted(_persons(rows))
    stand.chengxin(account, "publish", str(rows), "--channel", CHANNEL)
    sheet, journal = stand.folder / "sheet.json", stand.folder / "rows.xlsx.journal.jsonl"
    words = ("--wait", str(PATIENCE_S), "--sheet", str(sheet), "--journal", str(journal))
    # 1: a row was not accepted; the example's ending may overtake what it ends, and is then held
    stand.chengxin(account, "receipts", "--channel", CHANNEL, *words, codes=(0, 1))
    stand.outputs["reconciliation sheet"] = sheet.read_text()
    fates = {one["outcome"]: one["rows"] for one in json.loads(sheet.read_text())["totals"]}
    assert not fates.get("missing") and fates.get("accepted"), fates
    # another department's record, though nobody can read it, has a receipt: one that this department must not see
    producer = KafkaProducer(**stand.kafka("channel.railway"), acks="all")
    producer.send("feedback.railway", key=b"attempt", value=b"\x00attempt").get(timeout=PATIENCE_S)
    producer.close()
    _until_stored(stand, sum(fates.values()) + 1)


def _persons(rows: Path) -> set[str]:
    """Every number and name of a filled template."""
    cells = (cell for sheet in reading.read(rows).sheets for row in sheet.rows for cell in row.cells.items())
    return {str(said) for heading, said in cells if said and heading.endswith(("subject.id_number", "subject.name"))}


def _until_stored(stand: Stand, sent: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    query = f"SELECT count() FROM {stand.settings.database}.receipts"
    with Client.from_url(stand.addresses.clickhouse) as client:
        while (found := client.execute(query)[0][0]) < sent:
            assert time.monotonic() < deadline, f"{found} of {sent} receipts in ClickHouse"
            time.sleep(0.5)
