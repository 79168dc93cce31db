"""docs/security.md counts the attacks that are really tried."""

from tests.attacks.__main__ import ATTACKS, PAGE, collected, counted, table, with_table


def test_the_page_says_how_many_there_are() -> None:
    numbers = counted(collected())
    assert all(numbers), dict(zip((attack.tried for attack in ATTACKS), numbers, strict=True))
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page, table(numbers)) == page, "run: python -m tests.attacks --write"
