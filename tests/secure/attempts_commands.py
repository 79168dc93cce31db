"""Our own commands under the login they are meant for, and under another's."""

from tests.secure.attempts import ALLOWED, DENIED, Denied, Fate, attempt
from tests.secure.attempts_clickhouse import rows
from tests.secure.stand import CHANNEL, Stand

REFUSALS = ("AuthorizationFailed", "may not be read", "topics are not there", "is not on the broker")
LOOK = ("--officer", "officer-17", "--purpose", "audit")
COMMANDS: tuple[tuple[str, tuple[str, ...], Fate], ...] = (
    ("auditor", ("auditor",), ALLOWED),
    ("oracle", ("verify",), ALLOWED),
    ("oracle", ("rerun",), ALLOWED),
    ("operators", ("obligations",), ALLOWED),
    ("operators", ("review",), ALLOWED),
    ("channel.railway", ("rebuild", "--dept", "railway", "--out", "view.jsonl"), ALLOWED),
    ("explain", ("explain", "A_DECISION", *LOOK), ALLOWED),
    ("auditor", ("explain", "A_DECISION", *LOOK), DENIED),
    ("channel.tax", ("receipts", "--channel", CHANNEL), DENIED),
    ("channel.tax", ("publish", "copied.xlsx", "--channel", CHANNEL), DENIED),
    ("channel.court", ("rebuild", "--dept", "railway", "--out", "stolen.jsonl"), DENIED),
    ("channel.court", ("auditor",), DENIED),
    ("sink", ("verify",), DENIED),
    ("sink", ("topics", "apply"), DENIED),
    ("channel.court", ("topics", "rights"), DENIED),
    ("admin", ("topics", "rights", "--apply", "--logins", "logins", "--ca", "kafka/tls/ca.pem"), ALLOWED),
)


def _commands(account: str, words: tuple[str, ...], expected: Fate) -> None:
    @attempt(account, f"chengxin {' '.join(words)}", expected)
    def _(stand: Stand) -> None:
        named = [_decision(stand) if word == "A_DECISION" else word for word in words]
        code, said = stand.run(account, *named)
        if code and (refusal := [line for line in said.splitlines() if any(one in line for one in REFUSALS)]):
            raise Denied(refusal[0][:120])
        assert code == 0, f"exit code {code}: {said[-1_000:]}"


def _decision(stand: Stand) -> str:
    return str(rows(stand, "auditor", "SELECT min(decision_id) FROM decisions")[0][0])


for _one in COMMANDS:
    _commands(*_one)
