"""Our own commands under the login they are meant for, and under another's."""

import json

from tests.secure.attempts import ALLOWED, DENIED, Denied, Fate, attempt
from tests.secure.attempts_clickhouse import rows
from tests.secure.stand import CHANNEL, Stand

REFUSALS = (
    "AuthorizationFailed", "may not be read", "topics are not there", "is not on the broker", "Not enough privileges",
    "TransactionalIdAuthorization",
)  # fmt: skip
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
        command(stand, account, *[_decision(stand) if word == "A_DECISION" else word for word in words])


def command(stand: Stand, account: str, *words: str) -> str:
    """What a command says that is let through. Raises Denied."""
    code, said = stand.run(account, *words)
    if code and (refusal := [line for line in said.splitlines() if any(one in line for one in REFUSALS)]):
        raise Denied(refusal[0][:120])
    assert code == 0, f"exit code {code}: {said[-1_000:]}"
    return said


def _decision(stand: Stand) -> str:
    return str(rows(stand, "auditor", "SELECT min(decision_id) FROM decisions")[0][0])


@attempt("channel.court", "chengxin receipts --sheet --arrived: every record of its own topics has a receipt", ALLOWED)
def _arrived(stand: Stand) -> None:
    sheet = stand.folder / "arrived.json"
    # 1: not every row was accepted
    stand.chengxin("channel.court", "receipts", "--channel", CHANNEL, "--sheet", str(sheet), "--arrived", codes=(0, 1))
    fates = {one["outcome"]: one["rows"] for one in json.loads(sheet.read_text())["totals"]}
    assert fates.get("accepted") and not fates.get("missing"), fates


for _one in COMMANDS:
    _commands(*_one)
