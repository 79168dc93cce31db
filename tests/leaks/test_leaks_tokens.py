"""Departments' tokens of the same people share nothing, and no output that a department reads joins them but what the
law owes the person: the document itself."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse.columns import names
from sinks.clickhouse.tables import TABLES
from streams.identity import Keyring
from tests.flow.flow_stand import CATALOGUE, CODEC, Stand, listing, person

START = date(2019, 3, 4)
PEOPLE = 900
BITS = 128
MOST = 1 << 24
# What the records of two departments about one subject have in common, and why it has to be there (design rule 6: each
# measure names what it rests on, to the officer who confirms it and the person who contests it).
JOINS = {
    "document_no": "the officer's document and the person's: whoever was told of one document knows its number",
    "decision_id": "what the page of the reasons is found by; it says no more than the document's number does",
}


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.load(tmp_path_factory.mktemp("keys"), ["railway", "market"], create=True)


def columns_of_tokens(ring: Keyring) -> dict[str, list[str]]:
    """One line a person, in one order: two departments' tokens, the central one, a case reference."""
    numbers = [f"990000{1950 + n % 50}0101{n % 1000:03d}{n % 10}" for n in range(PEOPLE)]
    central = [ring.token("citizen", number) for number in numbers]
    return {
        "railway": [ring.department_token("railway", "citizen", number) for number in numbers],
        "market": [ring.department_token("market", "citizen", number) for number in numbers],
        "central": central,
        "reference": [ring.case_ref(token, "railway")[:32] for token in central],
    }


def agreeing(one: list[str], other: list[str]) -> list[int]:
    """Of each bit in how many lines both have the same."""
    differs = [int(a, 16) ^ int(b, 16) for a, b in zip(one, other, strict=True)]
    return [sum(not value >> bit & 1 for value in differs) for bit in range(BITS)]


def rank_correlation(one: list[str], other: list[str]) -> float:
    """Spearman's, of the order of the lines by one and by the other column."""
    ranks = []
    for column in (one, other):
        place = {line: rank for rank, line in enumerate(sorted(range(len(column)), key=column.__getitem__))}
        ranks.append([place[line] for line in range(len(column))])
    n = len(one)
    return 1 - 6 * sum((a - b) ** 2 for a, b in zip(*ranks, strict=True)) / (n * (n * n - 1))


def joined(one: list[str], other: list[str]) -> list[str]:
    """What tells that two columns are of the same people in the same order."""
    found, bound = [], 5.5 * (PEOPLE / 4) ** 0.5  # sigmas: by chance once in 200,000 runs
    if set(one) & set(other):
        found.append("equal tokens")
    if any(abs(count - PEOPLE / 2) > bound for count in agreeing(one, other)):
        found.append("bits that agree")
    if abs(rank_correlation(one, other)) > 5.5 / PEOPLE**0.5:
        found.append("the same order")
    parts = [{token[at : at + 12] for token in column for at in range(21)} for column in (one, other)]
    if parts[0] & parts[1]:  # by chance once in a million runs
        found.append("parts in common")
    return found


def test_two_departments_tokens_share_nothing(ring: Keyring) -> None:
    columns = columns_of_tokens(ring)
    for one, other in combinations(columns, 2):
        assert joined(columns[one], columns[other]) == [], (one, other)


def test_what_would_join_them_is_seen(ring: Keyring) -> None:
    tokens = columns_of_tokens(ring)["railway"]
    mixed = random.Random(1).sample(tokens, PEOPLE)
    assert not set(joined(tokens, mixed)) - {"equal tokens", "parts in common"}
    assert "equal tokens" in joined(tokens, tokens)
    key = int("5a" * 16, 16)
    assert "bits that agree" in joined(tokens, [f"{int(token, 16) ^ key:032x}" for token in tokens])
    assert "the same order" in joined(tokens, [f"{(int(token, 16) >> 3) + 12345:032x}" for token in tokens])
    assert "parts in common" in joined(tokens, [token[16:] + token[:16] for token in tokens])


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    stand = Stand(tmp_path_factory.mktemp("deployment") / "keys").begin(START)
    for number in range(1, 9):
        stand.send("events.court", listing(number, START))
    return stand


def values(node: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every value with its path."""
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from values(inner, f"{at}.{name}".lstrip("."))
    elif isinstance(node, list):
        for inner in node:
            yield from values(inner, at)
    elif node is not None:
        yield at, node.hex() if isinstance(node, bytes) else str(node)


def by_value(stand: Stand, topics: list[str], whom: dict[str, str]) -> dict[str, dict[str, set[str]]]:
    """Value -> path -> subjects; ``whom``: case reference -> subject, which we alone know."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for topic in topics:
        for key, raw in stand.topics[topic]:
            said = CODEC.decode(raw).value
            for path, value in (*values(said), ("key", (key or b"").decode())):
                found[value][path].add(whom[said["case_ref"]])
    return found


def test_two_departments_records_meet_in_the_document_and_in_nothing_else(played: Stand) -> None:
    departments: dict[str, list[str]] = defaultdict(list)
    for topic in played.topics:
        family, channel = CATALOGUE.owner_of(topic)
        if channel is not None and family.startswith(("sanctions", "rewards", "partners")):
            departments[channel].append(topic)
    assert len(departments) > 2
    subjects = {decision["subject"] for decision in played.read("decisions")}
    whom = {played.keyring.case_ref(s, channel): s for s in subjects for channel in departments}
    told = {channel: by_value(played, topics, whom) for channel, topics in departments.items()}
    meet: set[str] = set()
    for one, other in combinations(told, 2):
        for value in told[one].keys() & told[other].keys():
            for path, whose in told[one][value].items():
                for path_there, whose_there in told[other][value].items():
                    if len(whose) == 1 and whose == whose_there:
                        meet |= {path, path_there}
    assert meet == set(JOINS)


def test_no_output_outside_holds_two_departments_tokens_of_one_person(played: Stand) -> None:
    """``accepted`` carries them from intake to casework: agents, sink and checkers read it, no department."""
    channels = sorted(played.keyring.departments)
    tokens = {
        played.keyring.department_token(channel, "citizen", person(number)): (number, channel)
        for number in range(1, 9)
        for channel in channels
    }
    holding = set()
    for topic, records in played.topics.items():
        for _, raw in records:
            seen = [tokens[value] for _, value in values(CODEC.decode(raw, max_bytes=MOST).value) if value in tokens]
            if len({channel for _, channel in seen}) > 1:
                holding.add(topic)
    assert holding <= {"accepted", "decisions"} and "accepted" in holding
    for name in holding:
        readers = set(CATALOGUE.families[name].readers)
        assert not readers & {"channel", "partner", "bureau", "notifier"}, name
    assert not any("department_token" in column for table in TABLES for column in names(table))


def test_the_reasons_why_they_meet_are_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    for field in JOINS:
        assert f"`{field}`" in page
