"""The weights by which the sample draws, read from ``mix.yaml``."""

from pathlib import Path

import msgspec
import yaml


class Mix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights by list; see the file for what each means."""

    fields: dict[str, int]
    outside: int
    items: dict[str, int]
    grounds: dict[str, dict[str, int]]
    levels: dict[str, int]
    regions: dict[str, int]
    other_regions: int
    months: tuple[int, int, int, int, int, int, int, int, int, int, int, int]
    month_end: int
    subjects: dict[str, int]
    through_a_role: int

    def field(self, code: str | None) -> int:
        """Weight of a field; of no field that of what lies outside them."""
        return self.outside if code is None else self.fields[code]

    def item(self, code: str) -> int:
        """Weight within its field."""
        return self.items.get(code, 1)

    def ground(self, item: str, ground: str) -> int:
        return self.grounds[item][ground] if item in self.grounds else 1

    def region(self, code: str) -> int:
        return self.regions.get(code[:4], self.other_regions)


def load() -> Mix:
    """Raises msgspec.ValidationError where the file has another shape."""
    text = Path(__file__).with_name("mix.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Mix)
