"""All dashboards, and their JSON as Grafana imports it."""

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from monitoring.grafana import flow, rights

BOARDS = (
    flow.LIVE_FLOW,
    flow.CHANNEL_QUALITY,
    rights.OBLIGATION_LOOP,
    rights.CASES_AND_CLOCKS,
    rights.QUERIES,
    flow.ENGINE,
)


def rendered() -> dict[str, str]:
    """File name -> JSON of each dashboard."""
    return {
        f"{board.name}.json": json.dumps(
            board.build().build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False
        )
        + "\n"
        for board in BOARDS
    }


def write(folder: Path) -> None:
    """Write every dashboard to ``folder``; what is there and is none of ours any more is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    files = rendered()
    for stale in folder.glob("*.json"):
        if stale.name not in files:
            stale.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
