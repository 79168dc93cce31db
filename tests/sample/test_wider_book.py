"""A law book with kinds of items that today's may or may not have: the sample takes them up by itself, lawfully."""

from collections import Counter
from datetime import date

import msgspec
import pytest

from schemas.codec import Codec, SchemaFault
from streams.core.law import Cap, Ground, Item, LawBook
from streams.examine import Examiner
from streams.law.canonical import digest, dump
from streams.sample import NOT_IN_SAMPLE, ONLY_IN_LARGE, Sample, build, cannot
from tests.sample.pipeline import Pipeline
from topics.catalogue import Catalogue

RECORDS = 900


def _item(law: LawBook, code: str, **fields: object) -> Item:
    """A made-up item, no law: like the consumption order, but for ``fields``."""
    plain = law.items["COURT_CONSUMPTION_ORDER"]
    made = {
        "code": code,
        "name": f"测试事项{code}",
        "roles": (),
        "endings": ("revoked",),
        "in_force_from": None,
        **fields,
    }
    return msgspec.structs.replace(plain, **made)


def _ground(code: str, **term: object) -> Ground:
    return Ground(code=code, name="测试情形", clause="测试", **term)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def wider(law: LawBook) -> LawBook:
    capped = {"providers": ("police",), "levels": ("city",), "cap": Cap("test", 5), "statutory_term": True}
    items = [
        _item(law, "T_STATED", grounds={"1": _ground("1", stated_months=(6, 24))}, providers=("market",)),
        _item(law, "T_EXACTLY", grounds={"1": _ground("1", stated_months=(12, 12), counts_from="document")}),
        _item(law, "T_CONDUCT", grounds={"1": _ground("1", term_years=1, counts_from="conduct")}, field="tax"),
        _item(law, "T_CAPPED", grounds={"1": _ground("1", term_years=2), "2": _ground("2", term_years=3)}, **capped),
        _item(law, "T_DAYS", grounds={"1": _ground("1", term_days=180)}, subjects=("person", "entity"), field=None),
        _item(law, "T_LIFE", grounds={"1": _ground("1", life=True)}, levels=("province",), statutory_term=True),
        _item(law, "T_OLD", in_force_to=date(2020, 12, 31), field="telecom"),
        _item(law, "T_NEW", in_force_from=date(2026, 4, 1), info_class="other", endings=()),
        _item(law, "T_ROLES", roles=("legal_representative",), subjects=("person", "entity"), providers=("tax",)),
        _item(law, "T_BRIEF", grounds={"1": _ground("1", term_months=1)}, providers=("health", "housing")),
    ]
    book = msgspec.structs.replace(law, items={**law.items, **{item.code: item for item in items}})
    return msgspec.structs.replace(book, digest=digest(dump(book)))


@pytest.fixture(scope="module")
def made(codec: Codec, wider: LawBook, catalogue: Catalogue) -> Sample:
    return build(4, RECORDS, codec, wider, catalogue)


def test_every_item_joins_in_every_way(made: Sample, codec: Codec, wider: LawBook) -> None:
    items, grounds, reasons = Counter[str](), set(), set()
    for day in made.days:
        for record in day.records:
            try:
                value = codec.decode(record.value).value
            except SchemaFault:
                continue
            if record.expected == "accepted" and "ground" in value:
                items[value["item"]] += 1
                grounds.add((value["item"], value["ground"]))
            elif record.expected == "accepted" and "target" in value and "reason" in value:
                reasons.add((value["target"]["item"], value["reason"]))
    assert set(items) == set(wider.items)
    assert grounds >= {(item.code, ground) for item in wider.items.values() for ground in item.grounds}
    brief = ("T_BRIEF", "CIVIL_SERVICE_EXAM_FRAUD")  # may last a month only: over before an ending could come
    assert reasons >= {(i.code, r) for i in wider.items.values() for r in i.endings if i.code not in brief}


def test_every_code_there_is_an_item_for_occurs(made: Sample, wider: LawBook) -> None:
    codes = {record.code for day in made.days for record in day.records}
    assert cannot(wider) == set()
    assert set(wider.codes) - codes == set(NOT_IN_SAMPLE) | set(ONLY_IN_LARGE)


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_what_the_stories_promise_comes_out(
    seed: int, codec: Codec, wider: LawBook, catalogue: Catalogue, examiner: Examiner
) -> None:
    done = Pipeline(examiner, wider).run(build(seed, RECORDS, codec, wider, catalogue).days)
    assert done.differences() == []
    assert done.missed == []
