"""``python -m tests.attacks``: the table of docs/security.md, "Attacks tried", counted from the tests there are.

``--write`` puts it into the page; a test compares. Counts are of cases that ``make check`` runs.
"""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- attacks: python -m tests.attacks --write -->", "<!-- end of attacks -->"


class Attack(NamedTuple):
    """``tests``: beginnings of node ids; the first attack that claims a case has it."""

    tried: str
    held: str
    tests: tuple[str, ...]


ATTACKS = (
    Attack(
        "Avro bombs: counts and lengths that lie, depth, trailing and missing bytes, other schemas",
        "refused with a code; memory in proportion to the bytes sent",
        ("tests/schemas/test_schemas_hostile.py",),
    ),
    Attack(
        "any bytes, and sound Avro with values no law knows, at the gate",
        "one receipt, a rejection; never a stop",
        (
            "tests/flow/test_flow_hostile.py",
            "tests/flow/test_flow_hostile_records.py",
            "tests/end_to_end/test_end_to_end_poison.py",
        ),
    ),
    Attack(
        "newlines, ANSI, direction marks in every field and file name: forged log lines, a terminal's commands",
        "refused at the gate, nothing of it in any output; printed escaped",
        (
            "tests/attacks/test_attacks_records.py::test_no_control_character",
            "tests/attacks/test_attacks_files.py::test_a_files_name",
            "tests/attacks/test_attacks_files.py::test_and_none_is_printed",
        ),
    ),
    Attack(
        "keys and headers: identities, forged senders and days, megabytes, names that are no UTF-8",
        "the same bytes follow as from an honest record; every reader reads on",
        ("tests/attacks/test_attacks_records.py", "tests/engine/test_engine_headers.py"),
    ),
    Attack(
        "formulas in cells, headings, values shown again (CSV, XLSX)",
        "no cell of ours computes",
        ("tests/attacks/test_attacks_sheets.py",),
    ),
    Attack(
        "archives that unpack to gigabytes or lie about it, entities, endless nesting, links, names with a way out",
        "refused before anything is read, or written",
        ("tests/attacks/test_attacks_files.py",),
    ),
    Attack(
        "SQL in every text that ends in ClickHouse or in a question to it",
        "stored as it is, equal to nothing",
        ("tests/attacks/test_attacks_sql.py",),
    ),
    Attack(
        "signed tokens: none, unsigned, another's algorithm, issuer, audience or key, expired, of a future day",
        "refused",
        tuple(
            f"tests/portal/test_portal_tokens.py::test_{name}"
            for name in ("a_claim", "a_forged", "an_identity", "a_key", "only_keys", "keys_come")
        ),
    ),
    Attack(
        "forms of a person's page from another site, without or with another login's mark, tokens of officers, a login "
        "from a stranger's page",
        "refused, nothing filed",
        tuple(
            f"tests/portal/test_portal_own_page.py::test_{name}"
            for name in ("a_form", "the_mark", "a_token", "who_has_not", "signing_out", "behind_tls")
        ),
    ),
    Attack(
        "bodies longer than they may be: zeros before the length, in pieces, no length at all",
        "refused before they are read",
        ("tests/portal/test_portal_lengths.py",),
    ),
    Attack(
        "schemathesis on every address in the portal's OpenAPI document, in which pages and forms are not, and what it "
        "forbids",
        "no 5xx, the answers its document names",
        ("tests/portal/test_portal_schemathesis.py",),
    ),
    Attack(
        "secrets in the repository, in the process list; packages without a digest, other than locked",
        "none",
        ("tests/attacks/test_attacks_secrets.py", "tests/end_to_end/test_end_to_end_leaks.py::test_no_secret"),
    ),
    Attack(
        "records of the logs changed, dropped, moved, doubled, cut off, signed anew",
        "found by `chengxin audit verify`",
        ("tests/audit/", "tests/end_to_end/test_end_to_end_audit.py"),
    ),
    Attack(
        "numbers and names of the sample, plain or wrapped up, in every output; tokens joined; erased people opened",
        "found where planted, none where not",
        ("tests/leaks/", "tests/end_to_end/test_end_to_end_leaks.py"),
    ),
)


def collected() -> list[str]:
    """Node ids of all cases that some attack claims."""
    files = sorted({test.partition("::")[0] for attack in ATTACKS for test in attack.tests})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        *(name for name in files if (ROOT / name).exists()),
    ]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [line for line in said.stdout.splitlines() if "::" in line]


def counted(cases: list[str]) -> list[int]:
    """How many cases each attack has."""
    numbers = [0] * len(ATTACKS)
    for case in cases:
        for number, attack in enumerate(ATTACKS):
            if case.startswith(attack.tests):
                numbers[number] += 1
                break
    return numbers


def table(numbers: list[int]) -> str:
    """The table in Markdown, its sum below."""
    lines = ["| tried | cases | what comes of it | tests |", "| --- | --- | --- | --- |"]
    for attack, number in zip(ATTACKS, numbers, strict=True):
        tests = ", ".join(f"`{name}`" for name in sorted({test.partition("::")[0] for test in attack.tests}))
        lines.append(f"| {attack.tried} | {number} | {attack.held} | {tests} |")
    return "\n".join([*lines, "", f"Together {sum(numbers)} cases."])


def with_table(page: str, made: str) -> str:
    """The page with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    found = table(counted(collected()))
    if "--write" in sys.argv:
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(found)
