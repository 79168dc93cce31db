"""Nobody who is left out would have been counted: every figure of a draft is the same when all are decided again."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from whatif_history import answer, changed, sample_history

from streams.core.law import LawBook, Rule
from streams.oracle.history import Message
from streams.whatif.differ import BY_ITEM, WHOLE, WORDS, WORDS_OF, differing, told
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
    lowered = {
        code: msgspec.structs.replace(BOOK.instruments[code], basis_grade="policy")
        for code in dice.sample(sorted(BOOK.instruments), 5)
    }
    return changed(BOOK, rules=dropped, items={**BOOK.items, **items}, instruments={**BOOK.instruments, **lowered})


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


def test_every_field_of_a_book_is_named_so_that_none_is_forgotten() -> None:
    """Whoever adds a field says in ``differ`` whether it is words, concerns items, or concerns everybody."""
    assert sorted((*WORDS, *BY_ITEM, *WHOLE)) == sorted(LawBook.__struct_fields__)


def rows(value: Any) -> Iterator[msgspec.Struct]:
    """Every row of a book, and the rows within it."""
    if isinstance(value, msgspec.Struct):
        yield value
        value = [getattr(value, name) for name in value.__struct_fields__]
    elif isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, tuple):
        return
    for one in value:
        yield from rows(one)


MOVING = {type(row) for field in (*BY_ITEM, *WHOLE) for row in rows(getattr(BOOK, field))}


def test_every_kind_of_row_that_has_words_is_known_by_the_words_it_has() -> None:
    assert WORDS_OF.keys() <= MOVING
    for kind, words in WORDS_OF.items():
        assert words < set(kind.__struct_fields__), kind


def reworded(value: Any) -> Any:
    """The same with other words in every row."""
    if isinstance(value, msgspec.Struct):
        words = WORDS_OF.get(type(value), frozenset())
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        told = {name: _other(one) if name in words else reworded(one) for name, one in fields.items()}
        return type(value)(**told)
    if isinstance(value, dict):
        return {key: reworded(one) for key, one in value.items()}
    return tuple(map(reworded, value)) if isinstance(value, tuple) else value


def _other(word: Any) -> Any:
    """Another word: a text, or a day; what is not there stays away."""
    if isinstance(word, date):
        return word - timedelta(days=1)
    return word if word is None else f"{word}（另）"


def in_other_words() -> LawBook:
    """The book with every word changed, and no meaning."""
    texts = ("fields", "conducts", "groups", "roles", "refusals", "purposes", "reasons", "repair_conditions")
    plain: dict[str, Any] = {
        name: {key: f"{text}（另）" for key, text in getattr(BOOK, name).items()} for name in texts
    }
    codes = {key: msgspec.structs.replace(code, zh="另", en="other") for key, code in BOOK.codes.items()}
    bodies = {key: msgspec.structs.replace(body, name="另") for key, body in BOOK.bodies.items()}
    moving = {name: reworded(getattr(BOOK, name)) for name in (*BY_ITEM, *WHOLE)}
    cut_over = BOOK.cut_over + timedelta(days=1)
    return changed(BOOK, title="另一部", **plain, **moving, codes=codes, bodies=bodies, cut_over=cut_over)


def test_other_words_reach_nobody_and_nobody_is_decided_again(
    sample: tuple[list[Message], list[list[Message]]],
) -> None:
    clock, partitions = sample
    asked, books = Asked(in_other_words()), {BOOK.digest: BOOK}.__getitem__
    some = answer(clock, partitions, books, asked)
    assert (some.redecided, some.report.differs) == (0, False)
    everybody = answer(clock, partitions, books, asked, everybody=True)
    assert everybody.redecided > RECORDS // 2
    assert everybody.report == some.report


@pytest.mark.parametrize("kind", sorted(MOVING, key=lambda kind: kind.__name__))
def test_whatever_else_a_row_says_is_a_difference(kind: type[msgspec.Struct]) -> None:
    for name in set(kind.__struct_fields__) - WORDS_OF.get(kind, frozenset()):
        row = next(row for field in (*BY_ITEM, *WHOLE) for row in rows(getattr(BOOK, field)) if type(row) is kind)
        assert told(msgspec.structs.replace(row, **{name: object()})) != told(row), name


def test_what_concerns_no_single_item_concerns_all() -> None:
    ending = next(iter(BOOK.endings.values()))
    endings = {**BOOK.endings, ending.code: msgspec.structs.replace(ending, annuls=not ending.annuls)}
    assert differing(changed(BOOK, endings=endings), [BOOK], [BOOK]) is None
    assert differing(changed(BOOK, working_days={}), [BOOK], [BOOK]) is None
    assert differing(changed(BOOK, scales=BOOK.scales[:-1]), [BOOK], [BOOK]) is None
    limited = BOOK.instruments[next(iter(BOOK.limits.values())).instrument]
    later = msgspec.structs.replace(limited, in_force_from=date(2030, 1, 1))
    assert differing(changed(BOOK, instruments={**BOOK.instruments, later.code: later}), [BOOK], [BOOK]) is None
    assert differing(changed(BOOK, reasons={}), [BOOK], [BOOK]) == frozenset()


def test_the_grade_of_an_instrument_concerns_what_rests_on_it_under_either_book() -> None:
    """What a repair leaves standing is told by the grade of what the obligation rests on."""
    rule = BOOK.rules["M-141.v1/10"]
    lowered = msgspec.structs.replace(BOOK.instruments[rule.basis[0]], basis_grade="policy")
    resting = {item for one in BOOK.rules.values() if lowered.code in one.basis for item in one.items}
    draft = changed(BOOK, instruments={**BOOK.instruments, lowered.code: lowered})
    assert differing(draft, [BOOK], [BOOK]) == resting and set(rule.items) <= resting
    before = changed(BOOK, rules={**BOOK.rules, rule.rule_id: msgspec.structs.replace(rule, basis=("J-LIST",))})
    court = msgspec.structs.replace(before.instruments["J-LIST"], basis_grade="law")
    draft = changed(BOOK, instruments={**BOOK.instruments, "J-LIST": court})
    assert set(rule.items) <= (differing(draft, [BOOK], [before, BOOK]) or set())


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
