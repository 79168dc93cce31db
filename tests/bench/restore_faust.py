"""A Faust table as its documentation writes it, restored from its changelog; time from the assignment to recovered."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import faust

RESULT = "restored.json"
bootstrap, app_id, partitions, folder = sys.argv[1:]
app = faust.App(
    app_id,
    broker=f"kafka://{bootstrap}",
    datadir=Path(folder),
    store="memory://",
    key_serializer="raw",
    value_serializer="raw",
    topic_partitions=int(partitions),
    topic_allow_declare=False,
    table_standby_replicas=0,
    web_enabled=False,
)
subjects = app.Table("subjects", partitions=int(partitions), key_type=bytes, value_type=bytes)
began: list[float] = []


@app.on_partitions_assigned.connect
async def assigned(*_: Any, **__: Any) -> None:
    began.append(time.monotonic())


@subjects.on_recover
async def recovered() -> None:
    said = {"subjects": len(subjects), "seconds": time.monotonic() - began[-1]}
    Path(folder, RESULT).write_text(json.dumps(said))  # noqa: ASYNC240 its last act; Faust keeps stdout to itself
    os._exit(0)  # what comes after is not of interest


@app.agent(app.topic(f"{app_id}-in", key_type=bytes, value_type=bytes))
async def counts(stream: Any) -> None:
    async for key, value in stream.items():
        subjects[key] = value


if __name__ == "__main__":
    sys.argv[1:] = ["worker", "-l", "warn", "--without-web"]
    app.main()
