"""The page of one decision as data: what ``chengxin explain --json`` prints, in the shape of the portal's answer."""

from typing import Any

from streams.core.decisions import Decision
from streams.core.law import LawBook
from streams.explain.parts import parts


def told(decision: Decision, law: LawBook) -> dict[str, Any]:
    """The parts of the page and nothing else; ``law`` is the book the decision names. Of a part: ``rows`` are names and
    values, or a table if there are ``columns``; ``text`` is a sentence."""
    empty = {"title": None, "columns": (), "rows": (), "text": None}
    return {
        "decision_id": decision.decision_id,
        "kind": decision.kind.value,
        "parts": [{**empty, **part._asdict()} for part in parts(decision, law)],
    }
