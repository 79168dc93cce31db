"""A host of its own on this machine: a network namespace, in which nothing but its own loopback can be reached.

The one way out is a socket in the file system, which namespaces do not part: a relay inside listens where the broker
would be, a relay outside passes on to it. Stopping the one outside (SIGSTOP) is a cable that is pulled: connections
neither answer nor break. No device, route or address of the machine is touched.
"""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from streams.local.processes import die_with_parent

_INSIDE = 'ip link set lo up && {{ "{python}" "{here}" inside {port} "{socket}" & exec "{python}" -m {command}; }}'


def possible() -> bool:
    """Whether this machine lets us have network namespaces."""
    try:
        made = subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return made.returncode == 0


class Host:
    """A process behind a cable of its own. ``bootstrap`` is the broker's address, inside and outside alike."""

    def __init__(self, folder: Path, bootstrap: str, command: str, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port, socket = bootstrap.rpartition(":")[2], folder / "cable"
        here = Path(__file__).resolve()
        self.log = folder / "host.log"
        with self.log.open("ab") as log:
            self._cable = subprocess.Popen(
                [sys.executable, str(here), "outside", port, str(socket)], stdout=log, stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 one prctl, before exec
            )  # fmt: skip
            script = _INSIDE.format(python=sys.executable, here=here, port=port, socket=socket, command=command)
            self.process = subprocess.Popen(
                ["unshare", "-n", "--kill-child", "--fork", "--pid", "--mount-proc", "sh", "-c", script],
                stdout=log, stderr=log, env=dict(environment), start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 one prctl, before exec
            )  # fmt: skip

    def pull(self) -> None:
        self._cable.send_signal(signal.SIGSTOP)

    def plug(self) -> None:
        self._cable.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """With everything inside: the namespace of processes ends with its first."""
        self.plug()
        for process in (self.process, self._cable):
            process.kill()
            process.wait()


@contextlib.contextmanager
def hosts(*made: Host) -> Iterator[None]:
    try:
        yield
    finally:
        for host in made:
            host.end()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _relay(inside: bool, port: int, socket: str) -> None:
    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = asyncio.open_unix_connection(socket) if inside else asyncio.open_connection("127.0.0.1", port)
            far_reader, far_writer = await there
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    if inside:
        server: asyncio.Server = await asyncio.start_server(passed, "127.0.0.1", port)
    else:
        server = await asyncio.start_unix_server(passed, socket)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_relay(sys.argv[1] == "inside", int(sys.argv[2]), sys.argv[3]))
