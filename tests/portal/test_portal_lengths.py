"""What a request says of its length is what it is taken at, however it is written."""

import pytest
from portal_stand import Door

from sinks.portal.http import LIMIT_BYTES


@pytest.mark.parametrize("zeros", [0, 1, 9, 10])
def test_zeros_before_a_length_do_not_make_it_shorter(door: Door, zeros: int) -> None:
    assert sent(door, "0" * zeros + str(LIMIT_BYTES)) == 401  # read, and asked who it is
    assert sent(door, "0" * zeros + str(LIMIT_BYTES + 1)) == 413


@pytest.mark.parametrize("length", ["", "-1", "+5", "5, 5", "0x10", "\u00b2", "9" * 21, "9" * 5_000])
def test_what_is_no_length_is_none(door: Door, length: str) -> None:
    assert sent(door, length) == 411


def test_a_length_beside_a_body_in_pieces_is_none(door: Door) -> None:
    answer = door.client.post("/filings", headers={"transfer-encoding": "chunked", "content-length": "5"})
    assert answer.status_code == 411


def sent(door: Door, length: str) -> int:
    headers = {b"content-type": b"application/json", b"content-length": length.encode("latin-1")}
    return door.client.post("/filings", content=b'{"matter": "x"}', headers=headers).status_code
