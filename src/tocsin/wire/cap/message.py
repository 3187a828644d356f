"""Is the envelope sound: who, to whom, about which earlier messages, with which status?"""

import re
from collections.abc import Iterator

from lxml import etree

from tocsin.wire.cap.elements import ACTING, REFERRING
from tocsin.wire.cap.findings import Fault
from tocsin.wire.cap.instants import instant_ns
from tocsin.wire.cap.old import renewed_time
from tocsin.wire.cap.records import Reference
from tocsin.wire.cap.tree import elements, flat, text_of

_ID = re.compile(r"[^\s,<&]+")
"""CAP 1.2 section 3.2.1: no spaces, commas or restricted characters (< and &)."""
_TRIPLE = re.compile(r"([^\s,<&]+),([^\s,<&]+),([^\s,]+)")

MOST_REFERENCES = 1000
"""References read; a list that is longer is bad from there on."""


def check_message(root: etree._Element) -> Iterator[Fault]:
    """Yield what is wrong with the alert block."""
    for name, code in (("identifier", "bad-identifier"), ("sender", "bad-sender")):
        node = next(elements(root, name), None)
        if node is not None and flat(node) and not _ID.fullmatch(flat(node)):
            yield Fault(code, node, repr(flat(node)[:60]))
    yield from _references(root)
    yield from _scope(root)
    yield from _status(root)
    yield from _responses(root)
    message = text_of(root, "msgType")
    if message in {"Alert", "Update"} and next(elements(root, "info"), None) is None:
        yield Fault("info-missing", root)
    if message == "Error" and not text_of(root, "note"):
        yield Fault("error-without-note", root)


def references_of(text: str) -> tuple[list[Reference], list[str]]:
    """Read `references`: those that can be read, and the words that cannot."""
    words = text.split(maxsplit=MOST_REFERENCES)
    found, bad = [], words[MOST_REFERENCES:]
    for word in words[:MOST_REFERENCES]:
        reference = _reference(word)
        if reference is None:
            bad.append(word)
        else:
            found.append(reference)
    return found, bad


def _reference(word: str) -> Reference | None:
    """Read one `sender,identifier,sent`."""
    match = _TRIPLE.fullmatch(word)
    sent_ns = _instant_ns(match.group(3)) if match else None
    if match is None or sent_ns is None:
        return None
    return Reference(sender=match.group(1), identifier=match.group(2), sent_ns=sent_ns)


def _references(root: etree._Element) -> Iterator[Fault]:
    node = next(elements(root, "references"), None)
    found, bad = references_of(flat(node))
    message = text_of(root, "msgType")
    if bad:
        yield Fault("bad-references", node, repr(bad[0][:80]))
    if not found and message in REFERRING:
        yield Fault("references-missing", root if node is None else node, message)
    if found and message == "Alert":
        yield Fault("references-on-alert", node)
    if len(set(found)) < len(found):
        yield Fault("duplicate-reference", node)
    yield from _in_time(root, node, found)


def _in_time(
    root: etree._Element, node: etree._Element | None, found: list[Reference]
) -> Iterator[Fault]:
    """Yield references to the message itself and to later ones."""
    itself = (text_of(root, "sender"), text_of(root, "identifier"))
    sent_ns = time_ns(next(elements(root, "sent"), None))
    for reference in found:
        if (reference.sender, reference.identifier) == itself:
            yield Fault("circular-reference", node, reference.identifier[:80])
        elif sent_ns is not None and reference.sent_ns > sent_ns:
            yield Fault("postdated-reference", node, reference.identifier[:80])


def time_ns(node: etree._Element | None) -> int | None:
    """Return an element's time, old forms too, or None where there is none that can be read."""
    return _instant_ns(flat(node))


def _instant_ns(text: str) -> int | None:
    try:
        return instant_ns(renewed_time(text))
    except ValueError:
        return None


def _scope(root: etree._Element) -> Iterator[Fault]:
    scope, restriction = text_of(root, "scope"), text_of(root, "restriction")
    if restriction and scope in {"Public", "Private"}:
        yield Fault("restriction-without-scope", next(elements(root, "restriction")), scope)
    if scope == "Restricted" and not restriction:
        yield Fault("restriction-missing", root)
    if scope == "Private" and not text_of(root, "addresses"):
        yield Fault("addresses-missing", root)


def _status(root: etree._Element) -> Iterator[Fault]:
    status = text_of(root, "status")
    if status == "Exercise" and not text_of(root, "note"):
        yield Fault("exercise-without-note", root)
    if status == "Draft" and text_of(root, "scope") == "Public":
        yield Fault("draft-public", root)
    if status == "Actual" and _synthetic(root):
        yield Fault("synthetic-actual", next(elements(root, "status")))


def _synthetic(root: etree._Element) -> bool:
    """Return whether a parameter says that the data were invented."""
    return any(
        text_of(parameter, "valueName") == "tocsin:synthetic"
        and text_of(parameter, "value") == "true"
        for info in elements(root, "info")
        for parameter in elements(info, "parameter")
    )


def _responses(root: etree._Element) -> Iterator[Fault]:
    """Yield responses that contradict the message type, or each other."""
    message = text_of(root, "msgType")
    for info in elements(root, "info"):
        responses = {flat(node) for node in elements(info, "responseType")}
        acting = sorted(responses & ACTING)
        if message == "Cancel" and acting:
            yield Fault("cancel-asks-action", info, acting[0])
        if "AllClear" in responses:
            yield from _all_clear(info, message, acting)


def _all_clear(info: etree._Element, message: str, acting: list[str]) -> Iterator[Fault]:
    if message == "Alert":
        yield Fault("all-clear-on-alert", info)
    if acting:
        yield Fault("all-clear-mixed", info, acting[0])
    urgency, severity = text_of(info, "urgency"), text_of(info, "severity")
    if urgency == "Immediate" or severity in {"Extreme", "Severe"}:
        yield Fault("all-clear-urgent", info, f"{urgency}, {severity}")
