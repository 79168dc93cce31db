"""The processes of a run: workers, the sink and what is beside them. They end with the run, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from streams.addresses import Addresses
from streams.local import ports
from streams.local.errors import tail
from streams.local.processes import die_with_parent
from streams.security import local as locks
from streams.settings import Settings

_ACCOUNTS = {"audit": "sealer"}  # of commands that are not called as their account is
_GRACE_S = 20
_RESTARTS = 10


class ChildDied(Exception):
    """A process of the run ended by itself. The message has the end of its log."""


class Children:
    """Started processes by name. ``with`` ends them all."""

    def __init__(self, settings: Settings, addresses: Addresses) -> None:
        self._settings = settings
        self._logs = settings.data_dir / "logs"
        self._env = {**os.environ, **environment(settings, addresses)}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._modules: dict[str, tuple[str, ...]] = {}
        self._more: dict[str, Mapping[str, str]] = {}
        self._restarts = 0
        self.metrics: dict[str, str] = {}  # name -> address of the metrics endpoint
        self.started: list[int] = []  # process ids of all that ever ran

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._running.values():
            child.send_signal(signal.SIGTERM)
        for child in self._running.values():
            try:
                child.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self, name: str, *module: str, environment: Mapping[str, str] | None = None) -> None:
        """Start ``python -m module...`` as ``name``, with ``environment`` over what all have; its output goes to
        ``logs/<name>.log``. On a secure folder a command comes under its own logins."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._modules[name], self._more[name] = module, environment or {}
        command = next(iter(module[1:]), "")
        logins = locks.own(self._settings, _ACCOUNTS.get(command, command))
        port = ports.any_free()
        self.metrics[name] = f"http://127.0.0.1:{port}/metrics"
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *module],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self._env, "CHENGXIN_METRICS_PORT": str(port), **logins, **self._more[name]},
                preexec_fn=die_with_parent,  # noqa: PLW1509 one prctl, before exec, no other thread holds a lock it needs
            )
        self.started.append(self._running[name].pid)

    def again(self, name: str) -> None:
        """Start what ended under ``name`` once more, as it was."""
        self.start(name, *self._modules[name], environment=self._more[name])

    def ended(self) -> dict[str, int]:
        """Exit code by name of those that do not run; below zero: the signal that killed it."""
        return {name: child.returncode for name, child in self._running.items() if child.poll() is not None}

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal; returns after a SIGKILL when the process is gone."""
        self._running[name].send_signal(number)
        if number is signal.SIGKILL:
            self._running[name].wait()

    def leave(self, name: str) -> None:
        """Forget a process that has ended for good."""
        self._running.pop(name).wait()

    @property
    def pids(self) -> dict[str, int]:
        """Process id by name, of those that were started last under it."""
        return {name: child.pid for name, child in self._running.items()}

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Start anew what was killed, as the supervisor of a real set-up would; a few times.

        :raises ChildDied: one of them ended by itself, or keeps being killed.
        """
        for name, child in list(self._running.items()):
            if child.poll() is None:
                continue
            if child.returncode >= 0 or self._restarts >= _RESTARTS:
                raise ChildDied(f"{name} 已退出 / ended with code {child.returncode}:\n{tail(self.log(name))}")
            self._restarts += 1
            self.again(name)


def environment(settings: Settings, addresses: Addresses) -> dict[str, str]:
    fields = {f"CHENGXIN_{name.upper()}": str(value) for name, value in settings.model_dump(exclude_none=True).items()}
    return {**fields, "KAFKA_BOOTSTRAP": addresses.kafka, "CLICKHOUSE_URL": addresses.clickhouse}
