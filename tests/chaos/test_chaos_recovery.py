"""Recovery and lateness from the times of records: the slowest task counts, and only what was published afterwards."""

from streams.chaos.recovery import Passage, lateness_s, recoveries_s

BEFORE = Passage(900, 5_000, ("intake 0", "casework 0"))  # on its way when the fault came: shows nothing


def test_the_slowest_task_is_the_recovery() -> None:
    passages = [
        BEFORE,
        Passage(1_000, 1_200, ("intake 0", "casework 0")),
        Passage(1_100, 9_000, ("intake 0", "casework 1")),
        Passage(2_000, 8_000, ("intake 1", "casework 1")),
    ]
    assert recoveries_s([1_000], passages) == [7.0]  # intake 1 and casework 1 moved again at 8,000


def test_a_record_published_at_the_fault_counts_and_one_before_does_not() -> None:
    assert recoveries_s([900, 901], [BEFORE]) == [4.1, None]


def test_an_answer_to_a_later_record_shows_that_a_task_moves() -> None:
    assert recoveries_s([1_000], [Passage(1_000, 9_000, ("a",)), Passage(3_000, 4_000, ("a",))]) == [3.0]


def test_lateness_is_the_longest_wait() -> None:
    assert lateness_s([BEFORE, Passage(1_000, 1_010, ())]) == 4.1
    assert lateness_s([]) == 0
