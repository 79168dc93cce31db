"""Names of headers as bytes, where the client would encode text."""


class Raw(str):
    """A name that goes on the wire as ``raw``."""

    __slots__ = ("raw",)

    def __new__(cls, raw: bytes) -> "Raw":
        made = super().__new__(cls, "name")
        made.raw = raw
        return made

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self.raw
