"""Every address of the portal, from its own OpenAPI document: no answer of 5xx, and each as the document promises."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from portal_stand import Door
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sinks.portal import http

pytestmark = pytest.mark.check
PATHS = http.document()["paths"]
ASKED = [  # as the document says, and as it says one must not
    (path, method, mode)
    for path, methods in PATHS.items()
    for method in methods
    for mode in ((GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if method == "post" else (GenerationMode.POSITIVE,))
]
AUDIT = {"purpose": "audit", "matter": "核2026-3"}
PROMISED = (
    CHECKS.get_one("not_a_server_error"),
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Door:
    door = Door(tmp_path_factory.mktemp("door"), per_minute=1_000_000)
    door.food(1)
    door.order(1)
    return door


@pytest.fixture(scope="module")
def api(known: Door) -> BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", known.client.app)


@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_no_question_is_answered_with_a_fault_of_ours(
    path: str, method: str, mode: GenerationMode, api: BaseSchema, known: Door
) -> None:
    token = known.person(1)
    if not path.startswith("/me/"):
        token = known.officer("market", "licensing", "confirmation", "objection")
    _asked(api, path, method, mode, token)


@pytest.mark.parametrize(("path", "method", "mode"), [one for one in ASKED if one[0] in ("/explain", "/officer")])
def test_who_may_see_every_record_is_answered_as_promised(
    path: str, method: str, mode: GenerationMode, api: BaseSchema, known: Door
) -> None:
    """About a decision that is there: the whole answer is made, whatever stands beside its id."""
    decision = known.stand.read("decisions")[-1]["decision_id"]
    answered = _asked(api, path, method, mode, known.officer("credit", "audit"), {"decision_id": decision, **AUDIT})
    assert 200 in answered or mode is GenerationMode.NEGATIVE


def _asked(
    api: BaseSchema, path: str, method: str, mode: GenerationMode, token: str, said: dict[str, str] | None = None
) -> set[int]:
    """The statuses that came. ``said``: put into every second body that has its fields."""
    found: set[int] = set()
    turn = iter(range(1_000_000))

    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        if said is not None and isinstance(case.body, dict) and next(turn) % 2:
            case.body = {**case.body, **said}
        answer = case.call(headers={"authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=PROMISED)
        found.add(answer.status_code)

    ask()
    return found
