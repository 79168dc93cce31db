"""What the tests of the departments' kit share: the release's kit, a channel's checker, rows of a sound record."""

import re
import shlex
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from streams.kit import folder, reading
from streams.kit.checking import Checked, check
from streams.kit.offline import Checker
from streams.kit.rows import Maker

DAY = date(2026, 11, 20)
GUIDE = Path(__file__).parents[2] / "docs" / "department.md"
KEY = bytes(32)
SOUND = {
    "event_id": "L-1",
    "subject.kind": "person",
    "subject.id_type": "citizen",
    "subject.id_number": "990000198001010020",
    "subject.name": "测试甲",
    "item": "COURT_DEFAULTER_LISTING",
    "body": "SD-COURT",
    "document_no": "(2026)鲁执测1号",
    "document_date": "2026-11-01",
    "effect_date": "2026-11-02",
    "document_digest": "ab" * 32,
    "basis": "J-LIST",
    "ground": "1",
    "prior_notice": "是",
    "hearing": "true",
}


@cache
def kit() -> folder.Kit:
    return folder.of_release(DAY)


def checked(path: Path, channel: str = "court", record: str | None = "CreditDetermination") -> list[Checked]:
    """Every row of a file with its fate."""
    drafts = Maker(kit(), channel, record, KEY).make(reading.read(path))
    return check(drafts, Checker(kit(), channel, DAY), kit().book)


def csv(path: Path, *rows: dict[str, Any], encoding: str = "utf-8", between: str = ",") -> Path:
    """A CSV whose headings are those of the first row."""
    headings = list(rows[0])
    lines = [between.join(headings), *(between.join(str(row.get(name, "")) for name in headings) for row in rows)]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def commands() -> list[list[str]]:
    """The commands of docs/department.md in their order, without the name."""
    blocks = re.findall(r"^```\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]
