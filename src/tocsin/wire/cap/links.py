"""Are addresses of pages and files usable, and is the content that an alert carries whole?"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from lxml import etree

from tocsin.wire.cap.findings import Fault
from tocsin.wire.cap.tree import elements, flat, text_of

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_ABSOLUTE = re.compile(r"(https?|ftp)://[^/?#\s]+\S*|(mailto|tel|urn|cid|geo):\S+", re.ASCII)
_URI = re.compile(r"(?:[!#$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~\x80-\U0010ffff]|%[0-9A-Fa-f]{2})+")
_MIME = re.compile(
    r"(application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9!#$&^_.+-]+"
    r"(\s*;.*)?"
)
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}", re.ASCII)


def check_links(root: etree._Element) -> Iterator[Fault]:
    """Yield what is wrong with `web` and with resources."""
    for info in elements(root, "info"):
        web = next(elements(info, "web"), None)
        if web is not None and flat(web) and not _is_absolute(flat(web)):
            yield Fault("bad-web", web, repr(flat(web)[:60]))
        for resource in elements(info, "resource"):
            yield from _resource(resource)


def _is_absolute(text: str) -> bool:
    return bool(_ABSOLUTE.fullmatch(text) and _URI.fullmatch(text))


def _resource(node: etree._Element) -> Iterator[Fault]:
    mime, uri, size, digest = (
        next(elements(node, name), None) for name in ("mimeType", "uri", "size", "digest")
    )
    if flat(mime) and not _MIME.fullmatch(flat(mime)):
        yield Fault("bad-mime-type", mime, repr(flat(mime)[:60]))
    if flat(uri):
        yield from _uri(node, uri, flat(uri))
    if flat(size) and not (flat(size).isascii() and flat(size).isdigit()):
        yield Fault("bad-size", size, repr(flat(size)[:40]))
    if flat(digest) and not _SHA1.fullmatch(flat(digest)):
        yield Fault("bad-digest", digest, repr(flat(digest)[:60]))
    yield from _content(node, flat(size), flat(digest))


def _uri(node: etree._Element, uri: etree._Element | None, text: str) -> Iterator[Fault]:
    if not _URI.fullmatch(text) or (_SCHEME.match(text) and not _is_absolute(text)):
        yield Fault("bad-uri", uri, repr(text[:60]))
    elif not _SCHEME.match(text) and not text_of(node, "derefUri"):
        yield Fault("relative-uri", uri, repr(text[:60]))


def _content(node: etree._Element, size: str, digest: str) -> Iterator[Fault]:
    """Check the content that stands in the alert itself against what is said of it."""
    deref = next(elements(node, "derefUri"), None)
    if deref is None or not flat(deref):
        return
    try:
        content = base64.b64decode("".join(flat(deref).split()), validate=True)
    except (binascii.Error, ValueError):
        yield Fault("bad-content", deref)
        return
    if size.isdigit() and int(size[:18]) != len(content):
        yield Fault("digest-mismatch", deref, f"{len(content)} bytes, size says {size[:18]}")
    right = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if _SHA1.fullmatch(digest) and digest.lower() != right:
        yield Fault("digest-mismatch", deref, "SHA-1 differs")
