"""How long a request over HTTP says its body is: for every server of ours, before anything of the body is read."""

import re
from collections.abc import Mapping

_LENGTH = re.compile(r"[0-9]{1,20}")  # as HTTP has it: no sign, no other script's digits; zeros in front count nothing


def declared(headers: Mapping[str, str]) -> int | None:
    """Bytes of the body; 0 where the request has none, None where it has one and does not say how long. ``headers``:
    by name in lower case.

    >>> declared({"content-length": "00000000016385"}), declared({})
    (16385, 0)
    >>> declared({"transfer-encoding": "chunked", "content-length": "5"}), declared({"content-length": "²"})
    (None, None)
    """
    said = headers.get("content-length", "0")
    return int(said) if "transfer-encoding" not in headers and _LENGTH.fullmatch(said) else None
