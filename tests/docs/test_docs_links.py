"""Nothing in the documents points to what is not there: files, headings, tests."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.doc_pages import PAGES, ROOT, read

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TEST = re.compile(r"`(test_[a-z0-9_]+)::(test_[a-z0-9_]+)`")
_OUTSIDE = re.compile(r"^[a-z]+://")


@cache
def anchors(page: Path) -> frozenset[str]:
    """What a heading is called in an address, as the usual viewers make it."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in _LINK.findall(read(page)):
        if _OUTSIDE.match(link):
            continue
        place, _, anchor = link.partition("#")
        target = (ROOT / page).parent / place if place else ROOT / page
        assert target.exists(), (page, link)
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), (page, link)


@pytest.mark.parametrize("page", [page for page in PAGES if _TEST.search(read(page))])
def test_every_test_that_is_named_is_there(page: str) -> None:
    for module, name in _TEST.findall(read(page)):
        (file,) = (ROOT / "tests").rglob(f"{module}.py")
        assert re.search(rf"^(async )?def {name}\(", file.read_text(encoding="utf-8"), re.MULTILINE), (page, name)


def test_every_document_is_in_the_index() -> None:
    index = read("docs/README.md")
    there = {page.removeprefix("docs/") for page in PAGES if re.fullmatch(r"docs/[a-z-]+\.md", page)}
    assert {name for name in there if f"({name}" not in index} == set()
