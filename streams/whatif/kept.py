"""Reports as files beside the keys.

A report is worked out without writing to any topic, so it is kept as a file: ``<digest>.json`` holds its canonical
bytes, and the name is their SHA-256. Its digest goes into the clock's record of the activation. Who loses the file
runs the same comparison again and gets the same digest.
"""

import hashlib
from pathlib import Path

import msgspec

from streams.whatif.report import Report, dump


class NotShown(Exception):
    """No report that supports this activation; the message says what is wrong and what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why}\n先推演 / first: chengxin what-if --law DIR; then chengxin law activate DIGEST --from DAY "
            "--what-if REPORT; or say why not: --without-what-if REASON, which is recorded"
        )


def folder(data_dir: Path) -> Path:
    """Where reports are kept unless somebody names another place."""
    return data_dir / "what-if"


def keep(report: Report, page: str, where: Path) -> tuple[Path, Path]:
    """Write the report and its page; returns both files."""
    where.mkdir(parents=True, exist_ok=True)
    data, html = where / f"{report.digest}.json", where / f"{report.digest}.html"
    data.write_bytes(dump(report))
    html.write_text(page, encoding="utf-8")
    return data, html


def find(digest: str, where: Path) -> Report:
    """The report of that digest.

    :raises NotShown: there is none, or it is not what was worked out.
    """
    path = where / f"{Path(digest).name}.json"
    try:
        data = path.read_bytes()
    except OSError:
        raise NotShown(f"没有这份推演报告 / no what-if report {digest} in {where}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise NotShown(f"报告被改动 / {path} is not the report of that digest: it was changed")
    return msgspec.json.decode(data, type=Report)
