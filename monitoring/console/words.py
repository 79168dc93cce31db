"""What the pages say, in Chinese and English, from words.yaml."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from monitoring.console.pages import LANGUAGES

FILE = Path(__file__).with_name("words.yaml")
TAGS = {"zh": "zh-CN", "en": "en"}


def read() -> dict[str, tuple[str, str]]:
    """Every key with its Chinese and its English text."""
    return {key: (zh, en) for key, (zh, en) in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()}


class Words:
    """The texts of one language. ``say("key", n=3)``; an unknown key is a fault of ours and raises KeyError."""

    def __init__(self, language: str, texts: dict[str, tuple[str, str]]) -> None:
        self.language = language
        self.tag = TAGS[language]
        self._texts = texts
        self._at = LANGUAGES.index(language)

    def __call__(self, key: str, **values: Any) -> str:
        return self._texts[key][self._at].format(**values)

    def known(self, key: str) -> bool:
        return key in self._texts

    def number(self, value: float | None, digits: int = 0) -> str:
        """A figure as it is read; one that is not there is said to be."""
        return self("no_figure") if value is None else f"{value:,.{digits}f}"

    def rate(self, value: float) -> str:
        """Per second, three figures that mean something."""
        return f"{value:,.0f}/s" if value >= 100 else f"{value:.1f}/s" if value >= 1 or value == 0 else f"{value:.2f}/s"

    def day(self, value: date | None) -> str:
        return "—" if value is None else value.isoformat()

    def age(self, seconds: float) -> str:
        """How long ago, in the greatest whole unit."""
        for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if seconds >= length:
                return self(f"ago_{unit}", n=int(seconds // length))
        return self("ago_seconds", n=max(0, int(seconds)))
