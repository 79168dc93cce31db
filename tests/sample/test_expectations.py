"""Every fate the stories promise is the fate that intake and casework give."""

import pytest

from schemas.codec import Codec
from streams.cli.pipeline import RECORDS
from streams.core.decisions import DecisionKind, Outcome
from streams.core.events import SubjectKind
from streams.core.law import LawBook
from streams.core.lifting import standing as is_standing
from streams.examine import Examiner
from streams.run.pipeline import SEED
from streams.sample import Sample, build
from tests.sample.pipeline import Pipeline, leading_code
from topics.catalogue import Catalogue


@pytest.fixture(scope="module")
def done(sample: Sample, examiner: Examiner, law: LawBook) -> Pipeline:
    return Pipeline(examiner, law).run(sample.days)


def test_every_expected_outcome_and_code_comes_out(done: Pipeline, sample: Sample) -> None:
    assert len(done.handled) == sum(len(day.records) for day in sample.days)
    assert done.differences() == []


def test_expectations_hold_for_the_sample_that_a_run_makes(
    examiner: Examiner, codec: Codec, law: LawBook, catalogue: Catalogue
) -> None:
    """What takes years and a hundred days of publication is in the large one only."""
    done = Pipeline(examiner, law).run(build(SEED, RECORDS, codec, law, catalogue).days)
    assert done.differences() == []


@pytest.mark.parametrize("seed", [2, 3, 20])
def test_expectations_hold_for_other_seeds(
    seed: int, examiner: Examiner, codec: Codec, law: LawBook, catalogue: Catalogue
) -> None:
    done = Pipeline(examiner, law).run(build(seed, 600, codec, law, catalogue).days)
    assert done.differences() == []


def test_the_order_between_partitions_changes_no_decision(
    done: Pipeline, sample: Sample, examiner: Examiner, law: LawBook
) -> None:
    other = Pipeline(examiner, law, backwards=True).run(sample.days)
    assert other.standings == done.standings
    assert sorted(d.decision_id for d in other.decisions) == sorted(d.decision_id for d in done.decisions)
    assert {d.decision_id: d for d in other.decisions} == {d.decision_id: d for d in done.decisions}


def test_the_due_index_names_every_subject_a_tick_moves(done: Pipeline) -> None:
    assert done.missed == []


def test_every_kind_of_decision_happens(done: Pipeline) -> None:
    """Answers need obligation ids that exist only once casework has decided."""
    assert {decision.kind for decision in done.decisions} == set(DecisionKind) - {DecisionKind.ANSWERED}


def test_cases_take_effect_in_every_way(done: Pipeline) -> None:
    """Each matter is opened and upheld, and every step of an objection is taken."""
    cases = {(one.case.matter.value, one.case.state.value) for one in done.decisions if one.case is not None}
    assert {("objection", step) for step in ("opened", "upheld", "amended", "rejected", "withdrawn")} <= cases
    assert {("repair", step) for step in ("opened", "upheld", "rejected")} <= cases
    assert ("lawsuit", "upheld") in cases or ("reconsideration", "upheld") in cases


def test_nothing_outlives_its_ground(done: Pipeline) -> None:
    assert done.today is not None
    for standing in done.standings.values():
        for key, obligations in standing.obligations.items():
            live = [obligation for obligation in obligations if is_standing(obligation)]
            assert not live or standing.entries[key].ended_on is None
            assert all(obligation.ends_on is None or obligation.ends_on >= done.today for obligation in live)


def test_only_persons_with_a_checked_number_are_reached(done: Pipeline) -> None:
    for standing in done.standings.values():
        for key, obligations in standing.obligations.items():
            assert not obligations or standing.entries[key].subject_kind is SubjectKind.PERSON


def test_what_waits_settles_or_goes_to_review(done: Pipeline) -> None:
    held = sum(
        receipt.outcome is Outcome.HELD and leading_code(receipt) == "TARGET_NOT_SEEN" for _, receipt in done.handled
    )
    ended = sum(decision.settles is not None for decision in done.decisions)
    assert held == ended > 0
    assert any(decision.code == "TARGET_NEVER_SEEN" for decision in done.decisions)
