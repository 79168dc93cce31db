"""The officers' door of the console, asked anything: no answer is a fault of ours, and who is not known reads nothing.

The console publishes no OpenAPI document, so its forms are written down here as one.
"""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from console_stand import OfTest, Stand
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.schemas import BaseSchema

from monitoring.console.explaining import COOKIE
from tests.portal.portal_stand import Door

pytestmark = pytest.mark.check
TEXT = {"type": "string"}
FORMS = {
    "/explain": {"decision_id": TEXT, "purpose": TEXT, "matter": TEXT},
    "/explain/sign-in": {"token": TEXT},
    "/explain/sign-out": {},
}


def _posted(fields: dict[str, Any]) -> dict[str, Any]:
    form = {"schema": {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}}
    body = {"required": True, "content": {"application/x-www-form-urlencoded": form}}
    return {"requestBody": body, "responses": {"default": {"description": "a page"}}}


PATHS = {path: {"post": _posted(fields)} for path, fields in FORMS.items()}
PATHS["/explain"]["get"] = {
    "parameters": [{"name": "lang", "in": "query", "schema": TEXT}, {"name": COOKIE, "in": "cookie", "schema": TEXT}],
    "responses": {"default": {"description": "a page"}},
}
ASKED = [(path, method, mode) for path, methods in PATHS.items() for method in methods for mode in GenerationMode]


class Known:
    def __init__(self, folder: Path) -> None:
        self.door = Door(folder / "portal", per_minute=1_000_000)
        self.door.food(1)
        self.decision = self.door.stand.read("decisions")[-1]["decision_id"]
        self.stand = Stand(folder, OfTest(self.door.client))
        document = {"openapi": "3.1.0", "info": {"title": "console", "version": "1"}, "paths": PATHS}
        self.api: BaseSchema = schemathesis.openapi.from_dict(document)
        self.api.app = self.stand.browser.app


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return Known(tmp_path_factory.mktemp("console"))


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_no_question_is_answered_with_a_fault_of_ours(
    path: str, method: str, mode: GenerationMode, signed_in: bool, known: Known
) -> None:
    cookies = {COOKIE: known.door.officer("credit", "audit")} if signed_in else {}

    @given(case=known.api[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(cookies=cookies, allow_redirects=False)
        case.validate_response(answer, checks=(CHECKS.get_one("not_a_server_error"),))
        assert known.decision not in answer.text

    ask()
