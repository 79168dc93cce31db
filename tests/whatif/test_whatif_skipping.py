"""Nobody who is left out would have been counted: every figure of a draft is the same when all are decided again."""

from random import Random
from typing import Any

import msgspec
import pytest
from whatif_history import answer, changed, sample_history

from streams.core.law import LawBook, Rule
from streams.oracle.history import Message
from streams.whatif.differ import differing
from streams.whatif.run import Asked
from tests.flow.flow_stand import BOOK

SEEDS = range(12)
RECORDS = 900


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Message], list[list[Message]]]:
    return sample_history(tmp_path_factory.mktemp("keys"), RECORDS)


def draft(seed: int) -> LawBook:
    """The book with a few rules, items or endings amended as a lawyer might."""
    dice = Random(seed)
    rules = {key: _amended(dice, BOOK.rules[key]) for key in dice.sample(sorted(BOOK.rules), 3)}
    items = {}
    for code in dice.sample(sorted(BOOK.items), 2):
        item = BOOK.items[code]
        grounds = {
            key: msgspec.structs.replace(ground, term_years=dice.randint(1, 5)) if ground.term_years else ground
            for key, ground in item.grounds.items()
        }
        items[code] = msgspec.structs.replace(item, grounds=grounds)
    dropped = {key: rule for key, rule in {**BOOK.rules, **rules}.items() if dice.random() > 0.01}
    return changed(BOOK, rules=dropped, items={**BOOK.items, **items})


def _amended(dice: Random, rule: Rule) -> Rule:
    change: dict[str, Any] = dice.choice(
        [
            {"in_force_to": None},
            {"active": False, "inactive_reason": "rule_inactive"},
            {"grounds": ("1",)},
            {"reach": "standing_cases"},
            {"items": rule.items[1:]},
        ]
    )
    return msgspec.structs.replace(rule, **change)


@pytest.mark.parametrize("seed", SEEDS)
def test_leaving_people_out_changes_no_figure(sample: tuple[list[Message], list[list[Message]]], seed: int) -> None:
    clock, partitions = sample
    asked = Asked(draft(seed), samples=5)
    books = {BOOK.digest: BOOK}.__getitem__
    some = answer(clock, partitions, books, asked)
    everybody = answer(clock, partitions, books, asked, everybody=True)
    assert some.report == everybody.report
    assert some.samples == everybody.samples
    assert some.redecided < everybody.redecided


def test_the_drafts_do_differ(sample: tuple[list[Message], list[list[Message]]]) -> None:
    """Else the test above would compare nothing with nothing."""
    clock, partitions = sample
    found = [answer(clock, partitions, {BOOK.digest: BOOK}.__getitem__, Asked(draft(seed))) for seed in SEEDS]
    assert sum(one.report.differs for one in found) > len(SEEDS) // 2


def test_what_concerns_no_single_item_concerns_all() -> None:
    """A field of the book that nobody named as words counts for everybody, also one that a later version adds."""
    ending = next(iter(BOOK.endings.values()))
    endings = {**BOOK.endings, ending.code: msgspec.structs.replace(ending, annuls=not ending.annuls)}
    assert differing(changed(BOOK, endings=endings), [BOOK], [BOOK]) is None
    assert differing(changed(BOOK, working_days={}), [BOOK], [BOOK]) is None
    assert differing(changed(BOOK, scales=BOOK.scales[:-1]), [BOOK], [BOOK]) is None
    assert differing(changed(BOOK, reasons={}), [BOOK], [BOOK]) == frozenset()


def test_an_item_counts_by_its_row_its_rules_and_their_measures() -> None:
    rule = BOOK.rules["M-141.v1/10"]
    measure = msgspec.structs.replace(BOOK.measures[rule.measure], binding=not BOOK.measures[rule.measure].binding)
    by_measure = differing(changed(BOOK, measures={**BOOK.measures, rule.measure: measure}), [BOOK], [BOOK])
    using = {item for one in BOOK.rules.values() if one.measure == rule.measure for item in one.items}
    assert by_measure == using
    without = changed(BOOK, rules={key: one for key, one in BOOK.rules.items() if key != rule.rule_id})
    assert differing(without, [BOOK], [BOOK]) == frozenset(rule.items)
    gone = changed(BOOK, items={code: item for code, item in BOOK.items.items() if code != rule.items[0]})
    assert differing(gone, [BOOK], [BOOK]) == frozenset({rule.items[0]})
