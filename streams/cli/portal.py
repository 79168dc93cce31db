"""``chengxin portal``: officers' questions and the person's own access over HTTP; ``token``: whoever tries it out."""

import socket
import sys
from typing import Annotated

import typer

HOST = "127.0.0.1"
PORT = 8090
token = typer.Typer(help="Tokens of the development issuer, good for 15 minutes; production has its own issuer.")


def portal(
    host: Annotated[str, typer.Option(help="address to listen on")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 = a free one, printed")] = PORT,
) -> None:
    """Answer officers by the application catalogue, and a person about herself, until Ctrl-C (docs/portal.md)."""
    import logging

    import uvicorn

    from sinks.portal import composing
    from streams import addresses
    from streams.settings import Settings

    settings = Settings()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    with (
        composing.opened(settings, addresses.find(settings)) as served,
        socket.create_server((host, port)) as listener,
    ):
        typer.echo(f"metrics on http://127.0.0.1:{served.metrics_port}/metrics")
        typer.echo(f"export CHENGXIN_PORTAL=http://{host}:{listener.getsockname()[1]}")
        # no access log of uvicorn's: it would write addresses as strangers type them
        uvicorn.Server(
            uvicorn.Config(served.app, log_level="warning", access_log=False, lifespan="off", server_header=False)
        ).run(sockets=[listener])


@token.command()
def officer(
    channel: Annotated[str, typer.Option(help="the department, a code of topics/bodies.yaml")],
    officer: Annotated[str, typer.Option(help="staff reference; goes on the query log")],
    purpose: Annotated[list[str], typer.Option(help="code of the application catalogue; may be given several times")],
) -> None:
    """Print a token of an officer."""
    from sinks.portal.issuer import Issuer
    from streams.settings import Settings

    typer.echo(Issuer(Settings()).officer(officer, channel, purpose))


@token.command()
def person() -> None:
    """Print a token of a person who does not exist (region 990000). Number and name are read from standard input, one
    line each: a command line can be seen by everybody on the machine."""
    from sinks.portal.issuer import Issuer
    from streams.settings import Settings

    issuer = Issuer(Settings())
    number = _line("公民身份号码 / number")
    typer.echo(issuer.person(number, _line("姓名 / name")))


def _line(words: str) -> str:
    """A line of standard input. Not typer's prompt: that leaves a blank on standard output, before the token."""
    typer.echo(f"{words}: ", err=True, nl=False)
    return sys.stdin.readline().strip()
