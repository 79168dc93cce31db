"""Small cells are not told, and every way of subtracting leaves more than one answer."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.whatif.bands import LEAST, Table, band, total


@pytest.mark.parametrize(
    ("persons", "told"), [(0, None), (9, None), (10, 10), (11, 10), (19, 10), (20, 20), (129, 120)]
)
def test_a_band_begins_at_each_ten(persons: int, told: int | None) -> None:
    assert band(persons) == told


@pytest.mark.parametrize("persons", [24, 29, 30, 39, 40])
@pytest.mark.parametrize("shown", [10, 19, 20, 21])
def test_one_hidden_cell_beside_one_told_may_be_anything_from_one_to_nine(persons: int, shown: int) -> None:
    """Tried out: all pairs of numbers that would have led to what is told, where everybody stands in one cell."""
    hidden = persons - shown
    if not 0 < hidden < LEAST:
        return
    possible = {
        one
        for one, other in product(range(LEAST), range(LEAST, 60))
        if band(one + other) == band(persons) and band(other) == band(shown)
    }
    assert possible >= set(range(1, LEAST))
    assert total(persons, [Table([band(shown) or 0], 2)]) == band(persons)


def least_hidden(told: int, cells: list[int], hidden: int) -> int:
    """The least that one hidden cell can hold, by brute force over the most that all others can."""
    return max(0, told - sum(cell + LEAST - 1 for cell in cells) - (LEAST - 1) * (hidden - 1))


@given(st.lists(st.integers(0, 60), min_size=1, max_size=14), st.integers(0, 4))
def test_a_total_that_is_told_leaves_a_hidden_cell_nine_answers(cells: list[int], empty: int) -> None:
    told = [lower for cell in cells if (lower := band(cell)) is not None]
    whole = total(sum(cells), [Table(told, len(cells) + empty)])
    hidden = len(cells) + empty - len(told)
    if whole is not None and hidden:
        assert least_hidden(whole, told, hidden) <= 1


def test_a_total_that_would_tell_a_hidden_cell_is_not_told() -> None:
    """Nine cells at the top of their bands and one of nine persons: the band of the total would leave only nine."""
    assert total(9 * 19 + 9, [Table([10] * 9, 10)]) is None
    assert total(9 * 19 + 9, [Table([10] * 9, 11)]) == 180  # with one more value that may hold some
    assert total(9 * 19 + 9, [Table([10] * 9, 11), Table([10] * 9, 10)]) is None
    assert total(8 * 19, [Table([10] * 8, 8)]) == 150  # nothing is hidden
    assert total(9, []) is None
