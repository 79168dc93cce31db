"""``chengxin registry``: schemas and their ids for standard clients."""

import socket
from typing import Annotated

import typer

HOST = "127.0.0.1"
PORT = 8081


def registry(
    host: Annotated[str, typer.Option(help="address to listen on")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 = a free one, printed")] = PORT,
    check: Annotated[
        str | None, typer.Option(metavar="URL", help="serve nothing: compare an external registry with ours")
    ] = None,
) -> None:
    """Serve the read endpoints of the Confluent Schema Registry API over schemas/ until Ctrl-C."""
    if check is not None:
        from schemas.registry.external import require_same

        typer.echo(f"{require_same(check)} 个编号一致 / ids are the same")
        return
    import uvicorn

    from streams import registries
    from streams.settings import Settings

    app = registries.ours(Settings())
    with socket.create_server((host, port)) as listener:
        typer.echo(f"export SCHEMA_REGISTRY_URL=http://{host}:{listener.getsockname()[1]}")
        uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listener])
