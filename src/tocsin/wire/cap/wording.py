"""Are the words fit to be read, spoken and shown; is each language what it says it is?"""

import re
from collections.abc import Iterator

from lxml import etree

from tocsin.wire.cap.elements import PROSE, REFERRING
from tocsin.wire.cap.findings import Fault
from tocsin.wire.cap.languages import DEFAULT, is_language, primary
from tocsin.wire.cap.tree import elements, flat, local, text_of

_TAG = re.compile(
    r"</?(?:a|b|body|br|center|div|em|font|h[1-6]|html|hr|i|img|li|ol|p|pre|script|span|strong|"
    r"style|sub|sup|table|td|th|tr|u|ul)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffd\ue000-\uf8ff]"
)
"""Control and format characters: they hide text, turn it round, or are spoken as nothing."""

LONGEST = {
    "identifier": 250, "sender": 250, "source": 500, "restriction": 1000, "addresses": 5000,
    "note": 5000, "event": 200, "headline": 300, "senderName": 250, "audience": 500,
    "description": 20_000, "instruction": 20_000, "contact": 1000, "areaDesc": 5000,
    "resourceDesc": 1000, "valueName": 200, "web": 2000, "uri": 2000,
}  # fmt: skip
"""Characters. Generous: beyond them a text is an accident or bad will, not a warning."""

_BODY = ("headline", "description", "instruction")


def check_wording(root: etree._Element) -> Iterator[Fault]:
    """Yield what is wrong with texts and languages."""
    yield from _languages(root)
    yield from _same_texts(root)
    for node in root.iter("*"):
        if not len(node) and node.text and node.tag.startswith(root.tag[: -len("alert")]):
            yield from _text(node, node.text)
    if text_of(root, "msgType") not in REFERRING - {"Update"}:
        for info in elements(root, "info"):
            missing = [name for name in _BODY if not text_of(info, name)]
            if missing:
                yield Fault("text-missing", info, ", ".join(missing))


def _text(node: etree._Element, text: str) -> Iterator[Fault]:
    if found := _TAG.search(text):
        yield Fault("html-tags", node, repr(found.group()[:40]))
    if found := _ENTITY.search(text):
        yield Fault("html-entities", node, repr(found.group()))
    if found := _UNSEEN.search(text):
        yield Fault("control-characters", node, f"U+{ord(found.group()):04X}")
    most = LONGEST.get(local(node))
    if most is not None and len(text) > most:
        yield Fault("too-long", node, f"{len(text)} characters, at most {most}")


def language_of(info: etree._Element) -> str:
    """Return the language of a block; the standard has a default."""
    return text_of(info, "language") or DEFAULT


def _languages(root: etree._Element) -> Iterator[Fault]:
    seen: set[str] = set()
    for info in elements(root, "info"):
        node = next(elements(info, "language"), info)
        language = language_of(info)
        if not is_language(language):
            yield Fault("bad-language", node, repr(language[:40]))
        if language.lower() in seen:
            yield Fault("duplicate-language", node, language[:40])
        seen.add(language.lower())


def _same_texts(root: etree._Element) -> Iterator[Fault]:
    """Yield texts that stand under two languages (`en-US` and `en-GB` are one)."""
    first: dict[tuple[str, str], str] = {}
    for info in elements(root, "info"):
        language = primary(language_of(info))
        for name in PROSE:
            node = next(elements(info, name), None)
            if node is None or not flat(node):
                continue
            known = first.setdefault((name, flat(node)), language)
            if known != language:
                yield Fault("same-text", node, f"{name} in {known} and {language}")


__all__ = ["check_wording", "language_of"]
