"""``chengxin console``: the operator's pages on loopback."""

from typing import Annotated

import typer

HOST = "127.0.0.1"
PORT = 8091
STOP_S = 2  # pages that are being sent updates are not waited for


def console(
    host: Annotated[str, typer.Option(help="address to listen on")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 = a free one, printed")] = PORT,
    portal: Annotated[
        str | None, typer.Option(envvar="CHENGXIN_PORTAL", help="address of chengxin portal, for explanations")
    ] = None,
) -> None:
    """Show flow, channels, obligations, law book and what-if reports in a browser, until Ctrl-C (docs/console.md)."""
    import socket

    import uvicorn

    from monitoring.console import composing
    from streams.settings import Settings

    with composing.opened(Settings(), portal) as app, socket.create_server((host, port)) as listener:
        typer.echo(f"export CHENGXIN_CONSOLE=http://{host}:{listener.getsockname()[1]}")
        # no access log: an address may hold what strangers type
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        uvicorn.Server(config).run(sockets=[listener])
