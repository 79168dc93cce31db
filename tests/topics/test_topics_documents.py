"""AsyncAPI, the catalogue as a page, OpenAPI: as generated today, whole, and good to the AsyncAPI project's parser."""

import json
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from node_tools import FOLDER, node
from typer.testing import CliRunner

from schemas.files import sources
from streams.cli.main import app
from streams.publicdocs import generated
from topics.catalogue import Catalogue

DOCS = Path(__file__).parents[2] / "docs"
MADE = generated()


@pytest.mark.parametrize("name", MADE)
def test_what_stands_in_docs_is_what_is_generated(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == MADE[name], "run: chengxin topics docs"


def test_the_command_writes_the_files(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["topics", "docs", str(tmp_path)])
    assert said.exit_code == 0
    assert {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == MADE


@pytest.fixture
def asyncapi() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MADE["asyncapi.json"])
    return found


def test_every_topic_and_record_is_in_the_document(asyncapi: dict[str, Any]) -> None:
    catalogue = Catalogue.load()
    said = set()
    for name, channel in asyncapi["channels"].items():
        for code in channel.get("parameters", {}).get("channel", {}).get("enum", [None]):
            said.add((channel["address"].replace("{channel}", code or ""), *sorted(channel["messages"])))
        assert channel["x-personal-data"] == catalogue.families[name].personal_data
    assert said == {(spec.name, *sorted(spec.records)) for spec in catalogue.topics()}
    messages = asyncapi["components"]["messages"]
    for source in sources():
        newest = max(one.version for one in sources() if one.record == source.record)
        assert source.name in messages[source.record]["x-schema-ids"]
        if source.version == newest:
            assert messages[source.record]["payload"]["schema"] == source.schema


@pytest.mark.parametrize(
    ("family", "action"), [("events", "receive"), ("cases", "receive"), ("receipts", "send"), ("sanctions", "send")]
)
def test_whether_the_system_receives_or_sends(asyncapi: dict[str, Any], family: str, action: str) -> None:
    assert asyncapi["operations"][f"{action}.{family}"]["action"] == action


class Page(HTMLParser):
    """Elements that are open, anchors that are named, anchors that are meant."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href" and (value or "").startswith("#"):
                self.links.append((value or "")[1:])
            elif name in ("href", "src"):
                self.outside.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_beside_it() -> None:
    page, catalogue = Page(), Catalogue.load()
    page.feed(MADE["topics.html"])
    assert page.open == [] and page.outside == [] and "<script" not in MADE["topics.html"]
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids)
    assert {*catalogue.families, *(source.record for source in sources())} <= set(page.ids)
    for family in catalogue.families.values():
        assert escape(family.purpose) in MADE["topics.html"]
    for field in ("department_token", "due.state", "entry.determination.document_no"):
        assert f"<code>{field}</code>" in MADE["topics.html"]


def test_the_registry_says_what_it_serves() -> None:
    paths = json.loads(MADE["openapi-registry.json"])["paths"]
    assert set(paths["/subjects/{subject}"]) == {"post"}
    assert {method for path in paths.values() for method in path} == {"get", "post"}


def parsed(file: Path) -> dict[str, Any]:
    done = node(FOLDER / "asyncapi.mjs", str(file))
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.check
def test_the_asyncapi_projects_own_parser_takes_it(tmp_path: Path, asyncapi: dict[str, Any]) -> None:
    told = parsed(DOCS / "asyncapi.json")
    assert told["faults"] == []
    assert told["channels"] == [family.topic for family in Catalogue.load().families.values()]
    assert set(told["operations"]) == {"send", "receive"} and len(told["operations"]) == len(told["channels"])
    asyncapi["channels"]["events"]["messages"] = {}  # its operation still names them
    del asyncapi["components"]["messages"]["Receipt"]["payload"]["schema"]["fields"][0]["type"]
    (tmp_path / "bent.json").write_text(json.dumps(asyncapi), encoding="utf-8")
    assert any("receive.events" in fault or "Receipt" in fault for fault in parsed(tmp_path / "bent.json")["faults"])
