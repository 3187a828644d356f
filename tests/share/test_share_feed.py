"""The feed over HTTP, by a real server on this machine."""

import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tocsin.commands.feed import listening, server
from tocsin.model.errors import BadSettings
from tocsin.share.feed import HEADERS, kept_file
from tocsin.share.whole import write_whole

XML = "<alert>Galați</alert>".encode()


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Return a folder of sent alerts, with a secret beside it."""
    folder = tmp_path / "alerts" / "sent"
    folder.mkdir(parents=True)
    (folder / "a-1.xml").write_bytes(XML)
    (folder / "a-1.ro-RO.txt").write_text("Dronă")
    (folder / "feed.atom").write_text("<feed/>")
    (folder / ".a-2.xml.tmp").write_text("half")
    (folder / "notes.html").write_text("mine")
    (folder.parent / "draft.xml").write_text("a draft, not for the public")
    return folder


@pytest.fixture
def client(sent: Path) -> Iterator[httpx.Client]:
    """Return a client of a running server."""
    door = listening("127.0.0.1", 0)
    running = server(sent)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        until_s = time.monotonic() + 5
        while not running.started and time.monotonic() < until_s:
            time.sleep(0.005)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{door.getsockname()[1]}", trust_env=False
        ) as one:
            yield one
    finally:
        running.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/a-1.xml", "application/cap+xml; charset=utf-8", XML),
        ("/feed.atom", "application/atom+xml; charset=utf-8", b"<feed/>"),
        ("/a-1.ro-RO.txt", "text/plain; charset=utf-8", "Dronă".encode()),
    ],
)
def test_files_are_served_as_what_they_are(client, path: str, kind: str, body: bytes) -> None:
    """A signature fails if a byte changes; a reader chooses its parser by the type."""
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.content == body
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]
    assert head.headers["content-length"] == str(len(body))


def test_who_has_it_already_is_told_so_without_the_file(client, sent: Path) -> None:
    """A thousand readers ask every few seconds; an alert that changed must reach them at once."""
    first = client.get("/a-1.xml")
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = client.get("/a-1.xml", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    for headers in (
        {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        assert client.get("/a-1.xml", headers=headers).status_code == 200
    write_whole(sent / "a-1.xml", b"<alert>changed within the second</alert>")
    headers = {"If-None-Match": first.headers["etag"]}
    assert client.get("/a-1.xml", headers=headers).content.startswith(b"<alert>changed")


@pytest.mark.parametrize(
    "path",
    [
        "/", "/b.xml", "/notes.html", "/.a-2.xml.tmp", "/../draft.xml", "/%2e%2e/draft.xml",
        "/..%2fdraft.xml", "/%2e%2e%2fdraft.xml", "/..%5cdraft.xml", "//draft.xml", "/sub/a-1.xml",
        "/a-1.xml%00.txt", "/%00", "/a-1.xml/..%2f..%2fdraft.xml", "/A" + "a" * 4000 + ".xml",
        "/%c0%ae%c0%ae/draft.xml", "/etc/passwd", "/schema", "/schema/openapi.json", "/link.xml",
        "/folder.xml", "/pipe.xml",
    ],
)  # fmt: skip
def test_nothing_else_is_served(client: httpx.Client, sent: Path, path: str) -> None:
    """Drafts lie one folder up; what is not approved must not be one odd path away."""
    (sent / "link.xml").symlink_to(sent.parent / "draft.xml")
    (sent / "folder.xml").mkdir()
    os.mkfifo(sent / "pipe.xml")
    raw = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=5)
    raw.putrequest("GET", path, skip_host=False, skip_accept_encoding=True)
    raw.endheaders()
    answer = raw.getresponse()
    body = answer.read()
    raw.close()
    assert answer.status in {400, 404}
    assert b"draft" not in body
    if answer.status == 404:
        assert body.decode() == "no such alert or text here. Ask for /feed.atom.\n"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nobody_can_write_to_it(client: httpx.Client, sent: Path, method: str) -> None:
    """It reads files; there is nothing to post to it."""
    answer = client.request(method, "/a-1.xml", content=b"<alert>false</alert>")
    assert answer.status_code == 405
    assert answer.text == "only GET and HEAD are answered. Ask for /feed.atom.\n"
    assert (sent / "a-1.xml").read_bytes() == XML


def test_an_alert_that_comes_later_is_served_without_a_restart(client, sent: Path) -> None:
    """The feed runs beside a run that is still being written."""
    assert client.get("/a-2.xml").status_code == 404
    write_whole(sent / "a-2.xml", XML)
    assert client.get("/a-2.xml").content == XML


def test_a_reader_never_meets_half_a_file(client, sent: Path) -> None:
    """Each answer is the old file or the new one, whole, with the tag of what it is."""
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            write_whole(sent / "feed.atom", bytes([48 + n % 10]) * 200_000)

    write_whole(sent / "feed.atom", b"0" * 200_000)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(40):
            body = client.get("/feed.atom").content
            assert len(body) == 200_000
            assert len(set(body)) == 1
    finally:
        stop.set()
        writer.join()


def test_a_run_without_a_sent_alert_has_a_door_all_the_same(tmp_path: Path) -> None:
    """The feed is started before the first alert."""
    assert kept_file(tmp_path / "absent", "feed.atom") is None


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    """The second most usual mistake."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(BadSettings) as told:
        listening("127.0.0.1", other.getsockname()[1])
    assert "cannot listen there" in str(told.value)
    with pytest.raises(BadSettings, match="cannot listen there"):
        listening("no such host", 0)
