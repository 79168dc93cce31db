"""Persons and units that do not exist: region 990000, which no body ever issued, and names that say "test"."""

from datetime import date, timedelta
from typing import NamedTuple

from stdnum.cn import ric, uscc

from streams.identity import check_uscc
from streams.sample.dice import Dice

REGION = "990000"
NEVER_ISSUED = "980000"  # in no table of region codes, and not the test region either
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_TRADES = ("商贸", "建材", "物流", "置业", "餐饮")
_ORGANISATION = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_OLDEST, _YOUNGEST = date(1955, 1, 1), date(1994, 12, 31)


class Party(NamedTuple):
    """Whom a record is about, as the document writes it."""

    kind: str  # person | entity
    id_type: str  # citizen | uscc | none
    number: str | None
    name: str | None


class Cast:
    """Makes parties, each number once."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._numbers: set[str] = set()
        self._nameless = 0

    def person(self, born: date | None = None, region: str = REGION) -> Party:
        """An adult throughout the sample unless ``born`` says otherwise."""
        while True:
            birth = born or _OLDEST + timedelta(days=self._dice.between(0, (_YOUNGEST - _OLDEST).days))
            body = f"{region}{birth:%Y%m%d}{self._dice.between(1, 999):03d}"
            number = body + ric.calc_check_digit(body + "0")
            if self._is_new(number):
                return Party("person", "citizen", number, self._name())

    def unit(self, agreeing: bool = True) -> Party:
        """A company. ``agreeing`` False: its inner organisation code has a wrong check character of its own."""
        while True:
            organisation = "MA" + "".join(self._dice.one_of(_ORGANISATION) for _ in range(6))
            number = _unit_code(organisation, agreeing)
            if self._is_new(number):
                name = f"测试{self._dice.one_of(_STEMS)}{self._dice.one_of(_STEMS)}"
                return Party("entity", "uscc", number, f"{name}{self._dice.one_of(_TRADES)}有限公司")

    def name_alone(self) -> Party:
        """A person of whom only the name is known; no two of them share it."""
        self._nameless += 1
        return Party("person", "none", None, f"测试无号{self._nameless:03d}")

    def _name(self) -> str:
        second = self._dice.one_of(_STEMS) if self._dice.chance(70) else ""
        return f"测试{self._dice.one_of(_STEMS)}{second}"

    def _is_new(self, number: str) -> bool:
        if number in self._numbers:
            return False
        self._numbers.add(number)
        return True


def _unit_code(organisation: str, agreeing: bool) -> str:
    for check in "0123456789X":
        body = f"91{REGION}{organisation}{check}"
        code = body + str(uscc.calc_check_digit(body))
        if (not check_uscc(code).warnings) == agreeing:
            return code
    raise AssertionError("one of the eleven characters is the organisation code's check character")


def born_eighteen_before(day: date) -> date:
    """The latest birth date that is of age on ``day``; a 29 February is nobody's 18th birthday, so 28 is taken."""
    return day.replace(year=day.year - 18, day=min(day.day, 28) if day.month == 2 else day.day)
