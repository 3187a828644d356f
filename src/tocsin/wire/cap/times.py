"""Are the times readable, in CAP's form, and in an order that makes sense?"""

import re
from collections.abc import Iterator

from lxml import etree

from tocsin.model.units import DAY_NS, S_NS
from tocsin.wire.cap.elements import REFERRING
from tocsin.wire.cap.findings import Fault
from tocsin.wire.cap.message import time_ns
from tocsin.wire.cap.old import TIMES
from tocsin.wire.cap.tree import elements, flat, local, text_of

AHEAD_NS = 300 * S_NS
"""Clocks of partners differ by so much before anybody is told."""

_FRACTION = re.compile(r":\d\d\.\d+", re.ASCII)

_ORDER = (
    ("expires", "effective", "expires-before-effective"),
    ("expires", "onset", "expires-before-onset"),
    ("onset", "effective", "onset-before-effective"),
)


def check_times(root: etree._Element, t_ns: int | None = None) -> Iterator[Fault]:
    """Yield what is wrong with the times; `t_ns` is the time of checking, where it is known."""
    yield from _forms(root)
    sent = next(elements(root, "sent"), None)
    sent_ns = time_ns(sent)
    if sent_ns is not None and t_ns is not None and sent_ns > t_ns + AHEAD_NS:
        yield Fault("sent-in-future", sent, flat(sent))
    for info in elements(root, "info"):
        yield from _forms(info)
        yield from _order(info, sent_ns)
        ending = text_of(root, "msgType") in REFERRING - {"Update"}
        if not ending and not text_of(info, "expires"):
            yield Fault("expires-missing", info)


def _forms(node: etree._Element) -> Iterator[Fault]:
    for child in elements(node):
        if local(child) in TIMES and flat(child):
            yield from _form(child, flat(child))


def _form(node: etree._Element, text: str) -> Iterator[Fault]:
    if time_ns(node) is None:
        yield Fault("bad-time", node, repr(text[:60]))
        return
    if text.endswith("Z"):
        yield Fault("time-z", node, text)
    if text.endswith("+00:00"):
        yield Fault("time-plus-zero", node, text)
    if _FRACTION.search(text):
        yield Fault("time-fraction", node, text)


def _order(info: etree._Element, sent_ns: int | None) -> Iterator[Fault]:
    nodes = {name: next(elements(info, name), None) for name in ("effective", "onset", "expires")}
    t_ns = {name: time_ns(node) for name, node in nodes.items()}
    for later, earlier, code in _ORDER:
        if _before(t_ns[later], t_ns[earlier]):
            detail = f"{flat(nodes[later])}, {earlier} is {flat(nodes[earlier])}"
            yield Fault(code, nodes[later], detail)
    if _before(t_ns["expires"], sent_ns):
        yield Fault("expires-before-sent", nodes["expires"], flat(nodes["expires"]))
    if sent_ns is not None and _before(t_ns["effective"], sent_ns - DAY_NS):
        yield Fault("effective-before-sent", nodes["effective"], flat(nodes["effective"]))


def _before(one_ns: int | None, other_ns: int | None) -> bool:
    """Return whether a known time lies before another known time."""
    return one_ns is not None and other_ns is not None and one_ns < other_ns
