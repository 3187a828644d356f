"""`tocsin feed`: the sent alerts of a run over HTTP, until it is stopped."""

import socket
from pathlib import Path

import uvicorn
from rich.console import Console

from tocsin.model.errors import BadSettings
from tocsin.record.run_folder import RunFolder
from tocsin.share.feed import FEED, app

CONNECTIONS_MAX = 1_000
IDLE_S = 5


def feed(run: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
    """Serve the sent alerts of a run folder; it may be one that is still being written.

    Args:
        run: the run folder.
        host: address to listen on; others than this machine's own need a proxy with TLS before it.
        port: 0 takes a free one and says which.

    Raises:
        BadStorage: there is no run.
        BadSettings: the address cannot be listened on.
    """
    folder = RunFolder.open(run)
    with listening(host, port) as door:
        _announce(folder, door)
        server(folder.sent).run(sockets=[door])


def server(sent: Path) -> uvicorn.Server:
    """Return the server of a folder of sent alerts."""
    return uvicorn.Server(
        uvicorn.Config(
            app(sent),
            access_log=False,
            log_level="warning",
            limit_concurrency=CONNECTIONS_MAX,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=2,
            server_header=False,
            lifespan="off",
            ws="none",
        )
    )


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that its port is known before anybody is told.

    Raises:
        BadSettings: the address is taken, not of this machine, or not to be had.
    """
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
        )
    except (OSError, OverflowError) as wrong:
        raise BadSettings(
            f"cannot listen there ({wrong})",
            where=f"{host}:{port}",
            remedy="Name an address of this machine and a free port; 0 finds one.",
        ) from wrong


def _announce(folder: RunFolder, door: socket.socket) -> None:
    host, port = door.getsockname()[:2]
    named = f"[{host}]" if ":" in host else host
    number = len(list(folder.sent.glob("*.xml")))
    told = Console()
    told.print(f"http://{named}:{port}/{FEED}", highlight=False)
    told.print(f"{number or 'No'} sent alerts in {folder.sent}. Stop with Ctrl+C.", highlight=False)
