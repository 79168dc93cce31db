"""The department's keys: one it makes for itself, and the channel's, which the office gives it."""

from pathlib import Path

from streams.identity import keyfiles

_OWN = "event-id"


def own(folder: Path) -> bytes:
    """The key of event ids and journals, made when first asked for. Losing it costs nothing but repeats, which the
    server knows for what they are. Raises KeyringFault."""
    return keyfiles.key(folder, _OWN, create=True)


def of_channel(path: Path) -> bytes:
    """The channel's key, from the file the office gave. Raises KeyringFault, OSError."""
    return keyfiles.parse(str(path), _OWN, path.read_text(errors="replace").strip())
