"""``chengxin audit`` over a whole run: what was looked up, decided and delivered is sealed, and stands."""

import json
from typing import Any

import pytest
from deployment import Played

pytestmark = pytest.mark.servers


def verified(played: Played) -> dict[str, Any]:
    answer = played.here.chengxin("audit", "verify")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    said: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return said


def test_a_run_is_sealed_verified_and_sealed_again(played: Played) -> None:
    first = played.here.chengxin("audit", "seal")
    assert first.returncode == 0 and first.stdout.startswith("seal "), first.stderr
    said = verified(played)
    line = json.loads(played.outcome.as_json())
    decided = line["decisions"] + line["receipts"]
    assert (said["findings"], said["unsealed"], said["set_aside"]) == (0, 0, 0)
    assert said["records"] > decided + line["notices"] + line["clickhouse_obligations"]
    assert said["rows"] >= decided + line["clickhouse_obligations"] > 500
    look = played.here.chengxin("explain", "ab" * 16, "--officer", "officer-17", "--purpose", "audit")
    assert look.returncode == 2, "no such decision, but the question is on record"
    again = verified(played)
    assert (again["unsealed"], again["records"]) == (1, said["records"])
    assert played.here.chengxin("audit", "seal").returncode == 0
    last = verified(played)
    assert (last["seals"], last["unsealed"], last["records"]) == (said["seals"] + 1, 0, said["records"] + 1)
