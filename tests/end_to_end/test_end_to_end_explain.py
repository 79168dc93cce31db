"""``chengxin explain`` as an officer calls it: no log, no answer."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from deployment import Played

from schemas.codec import Codec
from sinks.clickhouse.connection import connect

pytestmark = pytest.mark.servers
LOOK = ("--officer", "officer-17", "--purpose", "audit")


@pytest.fixture
def decision_id(played: Played) -> str:
    """An order that raised something, by mappings of ours, while other rules were considered and did not apply."""
    query = (
        "SELECT min(decision_id) FROM decisions "
        "WHERE notEmpty(raised) AND notEmpty(considered_rules) AND item = 'COURT_CONSUMPTION_ORDER' AND NOT erased"
    )
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        return str(client.execute(query)[0][0])


def logged(played: Played) -> list[dict[str, Any]]:
    return [Codec.load().decode(record.value).value for record in played.here.read("querylog")]


def test_the_page_is_printed_and_the_look_is_on_record_before_it(played: Played, decision_id: str) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    before = len(logged(played))
    answer = played.here.chengxin("explain", decision_id, *LOOK)
    assert answer.returncode == 0, answer.stderr
    unfolded = re.sub(r"[│\s]", "", answer.stdout)
    for part in (decision_id, "本项目映射", "考虑过但未适用的规则", "个人信息保护法第二十四条"):
        assert part in unfolded
    (look,) = logged(played)[before:]
    assert (look["officer"], look["purpose"], look["command"]) == ("officer-17", "audit", "explain")
    assert look["decision_id"] == decision_id and look["channel"] is None
    assert look["content"] == f"命令行键入 'credit'，未证实 / typed on a shell, not proved: {decision_id}"
    assert began <= look["at"] <= datetime.now(UTC)


def test_what_is_erased_is_not_shown_though_the_topic_keeps_it_for_replay(played: Played) -> None:
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        ((stub, kept),) = client.execute("SELECT min(decision_id), count() FROM decisions WHERE erased")
    assert kept, "the sample erases somebody"
    answer = played.here.chengxin("explain", stub, *LOOK)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "期满删除" in answer.stderr
    assert [look["decision_id"] for look in logged(played)[-1:]] == [stub]


def test_what_is_not_found_was_asked_all_the_same(played: Played) -> None:
    before = len(logged(played))
    answer = played.here.chengxin("explain", "ab" * 16, *LOOK)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "no decision" in answer.stderr and "Traceback" not in answer.stderr
    assert [look["decision_id"] for look in logged(played)[before:]] == ["ab" * 16]


@pytest.mark.parametrize(
    ("look", "cure"),
    [
        (("--officer", "officer-17", "--purpose", "curiosity"), "none of: --purpose audit"),
        (("--officer", "officer-17", "--purpose", "objection"), "none of: --purpose audit"),
        (("--officer", " ", "--purpose", "audit"), "--officer is empty"),
    ],
)
def test_a_look_without_purpose_or_officer_is_refused_and_on_record(
    played: Played, decision_id: str, look: tuple[str, ...], cure: str
) -> None:
    before = len(logged(played))
    answer = played.here.chengxin("explain", decision_id, *look)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert cure in answer.stderr
    (refused,) = logged(played)[before:]
    assert (refused["officer"], refused["purpose"]) == (look[1], look[3])


def test_a_number_typed_for_an_id_is_not_kept(played: Played) -> None:
    before = len(logged(played))
    answer = played.here.chengxin("explain", "990000198001010001", *LOOK)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "32 hexadecimal" in answer.stderr and "990000198001010001" not in answer.stderr
    (look,) = logged(played)[before:]
    assert (look["content"], look["decision_id"]) == ("no id", None)
    assert b"990000198001010001" not in b"".join((r.key or b"") + r.value for r in played.here.read("querylog"))


def test_no_log_no_answer(played: Played, decision_id: str) -> None:
    """The decision can be found; only the log cannot be written: its topic is not there, or no broker answers."""
    whole = played.here.chengxin("explain", decision_id, *LOOK).stdout
    words = {word for word in whole.split() if len(word) > 5}
    assert decision_id in whole
    with socket.socket() as reserved, ThreadPoolExecutor() as both:  # bound, but nobody listens
        reserved.bind(("127.0.0.1", 0))
        dead = {"KAFKA_BOOTSTRAP": f"127.0.0.1:{reserved.getsockname()[1]}"}
        answers = both.map(
            lambda elsewhere: played.here.chengxin("explain", decision_id, *LOOK, **elsewhere),
            (dead, {"CHENGXIN_PREFIX": "nobody."}),
        )
    for answer, why in zip(answers, ("没有应答", "查询日志不可用"), strict=True):
        assert (answer.returncode, answer.stdout) == (2, ""), answer
        assert why in answer.stderr and "Traceback" not in answer.stderr
        assert not words & set(answer.stderr.split())
