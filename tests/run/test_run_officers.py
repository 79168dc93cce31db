"""Which proposals a run's officers answer: several departments know one subject, one of them answers."""

from streams.core.events import FeedbackState
from streams.run.officers import Answer, Proposal, chosen


def _proposal(subject: str, number: int, decision: str | None = None, incentive: bool = False) -> Proposal:
    """Every proposal rests on another document; only the subject says whom two departments have in common."""
    return {
        "subject": subject,
        "decision_id": decision or f"decision {subject} {number}",
        "document_no": f"document {number}",
        "item": "ITEM",
        "incentive": incentive,
        "obligation_id": f"obligation {number}",
    }


def _proposed() -> dict[str, list[Proposal]]:
    """``aviation`` and ``railway`` know the same six subjects by other documents; ``tax`` has one of its own too."""
    people = ["a", "b", "c", "d", "e", "f"]
    return {
        "aviation": [_proposal(who, number, "shared" if who == "a" else None) for number, who in enumerate(people)],
        "railway": [_proposal(who, 10 + number, "shared" if who == "a" else None) for number, who in enumerate(people)],
        "tax": [_proposal("f", 20, incentive=True), _proposal("g", 21, incentive=True)],
    }


def _who(answers: list[Answer]) -> list[tuple[str, str, str]]:
    return [(one.channel, one.own["subject"], one.expected.code or "right") for one in answers]


def test_one_answer_about_each_subject_whatever_the_document_and_the_department() -> None:
    assert _who(list(chosen(_proposed()))) == [
        ("railway", "a", "NOT_OWN_OBLIGATION"),
        ("aviation", "b", "FEEDBACK_OUT_OF_ORDER"),
        ("aviation", "c", "right"),
        ("aviation", "d", "right"),
        ("aviation", "e", "right"),
        ("railway", "f", "right"),
        ("tax", "g", "right"),
    ]


def test_the_answers_are_the_same_every_time_and_of_both_kinds() -> None:
    answers = list(chosen(_proposed()))
    assert answers == list(chosen(_proposed()))
    states = [one.state for one in answers if one.channel == "aviation" and one.expected.code is None]
    assert states == [FeedbackState.CONFIRMED, FeedbackState.REFUSED, FeedbackState.CONFIRMED]
    assert answers[0].about["obligation_id"] == "obligation 0" and answers[0].own["obligation_id"] == "obligation 10"
