"""The side file of a run: what whoever wrote a sample record expects of it, by the place where it came to stand."""

import json
from pathlib import Path

from streams.oracle.verify import Expectations, Expected


class SideFileFault(Exception):
    """The side file is not there or not whole; says which and how to go on."""


def note(file: Path, fates: Expectations) -> None:
    """Add what is expected of records just sent."""
    with file.open("a", encoding="utf-8") as lines:
        for place, fate in fates.items():
            lines.write(json.dumps((*place, *fate), ensure_ascii=False) + "\n")


def read(file: Path) -> Expectations:
    """Everything noted so far.

    :raises SideFileFault: the sample was sent and nobody can say any more what is expected of it.
    """
    found: Expectations = {}
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SideFileFault(f"样本预期文件缺失 / the side file is missing: {file}{_CURE}") from None
    for number, line in enumerate(text.splitlines(), 1):
        try:
            topic, partition, offset, *fate = json.loads(line)
            found[topic, partition, offset] = Expected(*fate)
        except (ValueError, TypeError):
            raise SideFileFault(f"样本预期文件第{number}行残缺 / line {number} is broken: {file}{_CURE}") from None
    return found


_CURE = "; 请恢复该文件或换用新的数据目录 / restore it, or run on a fresh folder (CHENGXIN_DATA_DIR)"
