"""Officers' tokens go to the portal that was named: over https, or on this machine, and nowhere else."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from monitoring.console.asking import OverHttp, PortalAway
from streams.settings import SettingsFault


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8090",
        "http://127.8.8.8:8090/",
        "http://[::1]:8090",
        "http://localhost:8090",
        "https://portal.example:8443",
        "https://10.0.0.7",
    ],
)
def test_an_address_that_keeps_a_token(address: str) -> None:
    OverHttp(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://portal.example:8090",
        "http://10.0.0.7:8090",
        "http://127.0.0.1.example:8090",
        "http://localhost.example",
        "http://127.0.0.1@portal.example",
        "http://[::2]:8090",
        "http://0.0.0.0:8090",
        "ftp://127.0.0.1",
        "127.0.0.1:8090",
        "https://",
        "",
    ],
)
def test_an_address_that_does_not(address: str) -> None:
    with pytest.raises(SettingsFault, match="https"):
        OverHttp(address)


@contextmanager
def portal(status: int, **headers: str) -> Iterator[tuple[str, list[str | None]]]:
    """Somebody who answers so, and the tokens that came."""
    came: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.headers["authorization"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps({"code": "X"}).encode())

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", came
        finally:
            server.shutdown()


def test_a_token_follows_no_redirection() -> None:
    with portal(200) as (elsewhere, stolen), portal(302, location=f"{elsewhere}/officer") as (address, came):
        try:
            answer = OverHttp(address).officer("t")
            assert answer.status == 302
        except PortalAway:
            pass
    assert (came, stolen) == (["Bearer t"], [])


def test_a_token_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with portal(200) as (proxy, stolen), portal(200) as (address, came):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        assert OverHttp(address).officer("t").good
    assert (came, stolen) == (["Bearer t"], [])
