"""The feed over HTTP: the files of sent alerts as they lie in the folder, and nothing else.

    GET /feed.atom         the alerts in force, one entry each, linked to their CAP files
    GET /<alert id>.xml    one alert, CAP 1.2, byte for byte as published
    GET /<alert id>.<language>.txt   its cell-broadcast text

Files only: whatever wrote them, this reads them. To read the feed says nothing of any phone.
"""

import hashlib
import logging
import os
import re
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, route
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath

MEDIA_TYPES = {
    ".xml": "application/cap+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".txt": "text/plain",  # the framework adds the charset to text
}
FEED = "feed.atom"
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""`no-cache`: a reader may keep an alert, but asks each time whether it is still the same."""
ANSWERS = {404: "no such alert or text here", 405: "only GET and HEAD are answered"}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.(xml|atom|txt)", re.ASCII)
"""One name in the one folder; a leading point would name a file that is still being written."""

Asked = Request[Any, Any, State]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is served."""

    data: bytes
    etag: str
    changed: datetime
    """To the second, as HTTP has it."""


def app(folder: Path) -> Litestar:
    """Return the web application that serves what lies in `folder`; it may be empty or absent."""

    @route("/{name:str}", http_method=["GET", "HEAD"], sync_to_thread=True)
    def file(request: Asked, name: FromPath[str]) -> Response[bytes]:
        kept = kept_file(folder, name)
        if kept is None:
            raise HTTPException(status_code=404)
        same = unchanged(request.headers, kept)
        return Response(
            b"" if same else kept.data,
            status_code=304 if same else 200,
            media_type=MEDIA_TYPES[Path(name).suffix],
            headers={
                "ETag": kept.etag,
                "Last-Modified": format_datetime(kept.changed, usegmt=True),
            },
        )

    return Litestar(
        [file],
        exception_handlers={HTTPException: _one_line, Exception: _our_fault},
        response_headers=HEADERS,
        openapi_config=None,
        logging_config=None,
    )


def kept_file(folder: Path, name: str) -> Kept | None:
    """Return a file of the folder, or None: no such name, no plain file, or a link."""
    if not _NAME.fullmatch(name):
        return None
    try:
        with os.fdopen(_opened(folder / name), "rb") as file:
            told = os.fstat(file.fileno())
            if not stat.S_ISREG(told.st_mode):
                return None
            data = file.read()
    except OSError:
        return None
    return Kept(
        data=data,
        etag=f'"{hashlib.sha256(data).hexdigest()[:32]}"',
        changed=datetime.fromtimestamp(int(told.st_mtime), UTC),
    )


def _opened(path: Path) -> int:
    """Open without following a link, and without waiting where it is a pipe."""
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def unchanged(headers: Mapping[str, str], kept: Kept) -> bool:
    """Say whether the reader has the file already (RFC 9110 section 13.2.2: the tag first)."""
    if (tags := headers.get("if-none-match")) is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(known & {kept.etag, "*"})
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and kept.changed <= since


def _one_line(_: Asked, wrong: HTTPException) -> Response[str]:
    status = wrong.status_code
    return _plain(status, f"{ANSWERS.get(status, 'refused')}. Ask for /{FEED}.")


def _our_fault(_: Asked, wrong: Exception) -> Response[str]:
    logging.getLogger("uvicorn.error").error("feed_failed", exc_info=wrong)
    return _plain(500, "the feed cannot answer now. Ask again later.")


def _plain(status: int, line: str) -> Response[str]:
    headers = HEADERS | ({"Allow": "GET, HEAD"} if status == 405 else {})
    return Response(
        f"{line}\n", status_code=status, media_type=MEDIA_TYPES[".txt"], headers=headers
    )
