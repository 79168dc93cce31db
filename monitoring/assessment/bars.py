"""The bars over which somebody is named: data of the office, with where they come from (``bars.yaml``)."""

from pathlib import Path

import msgspec
import yaml

from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.rates import RATES

FILE = Path(__file__).parent / "bars.yaml"


class Bar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of ``over`` and ``under``, a share (or days). ``least``: None is the file's."""

    rate: str
    over: float | None = None
    under: float | None = None
    least: int | None = None

    @property
    def limit(self) -> float:
        """The figure that ``passes`` compares with."""
        found = self.under if self.over is None else self.over
        assert found is not None
        return found

    def passes(self, value: float) -> bool:
        """Whether a value is on the wrong side; the bar itself is not.

        >>> bar = Bar("lateness", over=0.1)
        >>> bar.passes(0.1), bar.passes(0.11)
        (False, True)
        """
        return value < self.limit if self.over is None else value > self.limit


class Bars(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    set_by: str
    source: str
    least: int
    bars: tuple[Bar, ...]

    def least_of(self, bar: Bar) -> int:
        return self.least if bar.least is None else bar.least


def load(path: Path | None = None) -> Bars:
    """The bars of ``path``, by default the project's. Raises AssessmentFault, OSError."""
    path = path or FILE
    try:
        found = msgspec.convert(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader), Bars)
    except (UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise AssessmentFault(f"{path}: {error}; 写法见 / as in monitoring/assessment/bars.yaml") from None
    named = [bar.rate for bar in found.bars]
    for bar in found.bars:
        if bar.rate not in RATES or (bar.over is None) == (bar.under is None):
            raise AssessmentFault(
                f"{path}: {bar.rate}: 需为已有指标，over、under 只填一个 / one of {', '.join(RATES)}, over or under"
            )
        if named.count(bar.rate) > 1:
            raise AssessmentFault(f"{path}: {bar.rate}: 重复 / given twice, keep one of them")
    if found.least < 1 or any(found.least_of(bar) < 1 for bar in found.bars):
        raise AssessmentFault(f"{path}: least: 至少为 1 / at least 1")
    return found
