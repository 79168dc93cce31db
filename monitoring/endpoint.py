"""The HTTP endpoint a Prometheus scrapes. Loopback only: reading it from elsewhere goes through the office's proxy."""

from types import TracebackType

from prometheus_client import start_http_server

from monitoring.meters import Meters


class Endpoint:
    """A running endpoint at ``http://127.0.0.1:<port>/metrics``; ``close()`` frees the port."""

    def __init__(self, meters: Meters, port: int = 0) -> None:
        """``port`` 0 takes a free one. Raises OSError when the port is taken."""
        self._server, self._thread = start_http_server(port, addr="127.0.0.1", registry=meters.registry)
        self.port: int = self._server.server_port

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> "Endpoint":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(meters: Meters, port: int = 0) -> int:
    """Serve ``meters`` on 127.0.0.1 for the life of the process; returns the port (0 = a free one)."""
    return Endpoint(meters, port).port
