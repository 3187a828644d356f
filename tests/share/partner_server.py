"""A partner's server on this machine, for tests: it keeps every request and answers as told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class PartnerServer:
    """What was asked, and what to answer: a status, seconds to be slow, or `hang up`."""

    answers: list[int | float | str] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/alerts"

    @property
    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _ in self.requests]


@contextmanager
def partner_server(*answers: int | float | str, port: int = 0) -> Iterator[PartnerServer]:
    """Run a server; after the last of `answers` it says 200."""
    told = PartnerServer(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.at_s.append(time.monotonic())
            told.requests.append((dict(self.headers), body))
            answer = told.answers.pop(0) if told.answers else 200
            if answer == "hang up":
                self.close_connection = True
                return
            if isinstance(answer, float):
                time.sleep(answer)
                answer = 200
            self.send_response(int(answer))
            self.send_header("Content-Length", "0")
            self.send_header("Location", told.url)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return

    server = Server(("127.0.0.1", port), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
