"""Files that hold a secret: readable by their owner from the first moment on."""

import os
from pathlib import Path


def private(file: Path, text: str) -> None:
    """Write ``file`` anew with mode 0600; whoever reads meanwhile sees the old one or the new one, whole."""
    partial = file.with_name(f".{file.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    partial.replace(file)


def private_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
