"""Prometheus over the processes of a data folder: its configuration with our alerts, and one run of it on loopback."""

import contextlib
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import yaml

from monitoring import discovery
from streams.local import ports
from streams.local.errors import server_not_up
from streams.local.processes import die_with_parent
from streams.local.progress import Reporter
from streams.local.prometheus import find_prometheus

HERE = Path(__file__).parent
ALERTS = HERE / "alerts.yaml"
DASHBOARDS = HERE / "dashboards"
SCRAPE_S = 15
_KEPT = "30d"
_UP_S, _GRACE_S = 60.0, 20.0


def write(folder: Path, data_dir: Path, scrape_s: int = SCRAPE_S) -> Path:
    """Configuration, alerts and Grafana's dashboards in ``folder``; the path of the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ALERTS, folder)
    shutil.copytree(DASHBOARDS, folder / "dashboards", dirs_exist_ok=True)
    files = str(data_dir.absolute() / discovery.FOLDER / "*.json")
    config = {
        "global": {"scrape_interval": f"{scrape_s}s", "evaluation_interval": f"{scrape_s}s"},
        "rule_files": [ALERTS.name],
        "scrape_configs": [
            {
                "job_name": discovery.JOB,
                "file_sd_configs": [{"files": [files], "refresh_interval": f"{scrape_s}s"}],
            }
        ],
    }
    written = folder / "prometheus.yaml"
    written.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return written


@contextlib.contextmanager
def running(
    data_dir: Path, report: Reporter, port: int | None = None, scrape_s: int = SCRAPE_S
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Prometheus of the data folder for the length of a block: its address and its process. It dies with us.

    Raises LocalStackError when it cannot be had or does not come up.
    """
    program = find_prometheus(report).server
    folder = data_dir.absolute() / "prometheus"
    config = write(folder, data_dir, scrape_s)
    listen = f"{ports.LOOPBACK}:{port or ports.any_free()}"
    own_log = folder / "server.log"
    command = [
        str(program), f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
        f"--storage.tsdb.retention.time={_KEPT}", f"--web.listen-address={listen}",
    ]  # fmt: skip
    with own_log.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509 one prctl, before exec
        )  # fmt: skip
    try:
        _wait(process, f"http://{listen}", own_log)
        yield f"http://{listen}", process
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, own_log: Path) -> None:
    deadline = time.monotonic() + _UP_S
    while process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{address}/-/ready", timeout=2),  # noqa: S310 - loopback, our own process
        ):
            return
        if time.monotonic() > deadline:
            why = (f"{_UP_S:.0f} 秒内没有应答", f"no answer within {_UP_S:.0f} s")
            raise server_not_up("Prometheus", *why, own_log)
        time.sleep(0.1)
    raise server_not_up("Prometheus", "进程已退出", "its process ended", own_log)
