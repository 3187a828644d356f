"""Is the file built as CAP 1.2 wants: elements, how often, in which order, with which values?"""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from tocsin.wire.cap.elements import BLOCKS, SIGNATURES, VALUES, Slot
from tocsin.wire.cap.findings import Fault
from tocsin.wire.cap.old import VERY_LIKELY
from tocsin.wire.cap.tree import elements, flat, local, space

SLOTS = {block: {slot.name: slot for slot in slots} for block, slots in BLOCKS.items()}
"""The elements of each block by name, in the standard's order."""
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def check_structure(root: etree._Element) -> Iterator[Fault]:
    """Yield what is wrong with the building of an alert, from the top down."""
    yield from _block(root, "alert")


def _block(node: etree._Element, block: str) -> Iterator[Fault]:
    slots = SLOTS[block]
    yield from _attributes(node)
    yield from _strays(node, node)
    yield from _children(node, slots)
    yield from _counts(node, slots)
    yield from _order(node, list(slots))


def _children(node: etree._Element, slots: dict[str, Slot]) -> Iterator[Fault]:
    """Look into every child by its slot; say which ones have none."""
    ours = space(node)
    for child in node.iterchildren("*"):
        name = local(child)
        if space(child) != ours:
            yield from _foreign(node, child)
        elif (slot := slots.get(name)) is None:
            code = "password" if name == "password" else "unknown-element"
            yield Fault(code, child, name)
        elif slot.block:
            yield from _block(child, slot.block)
        else:
            yield from _leaf(child, slot)


def _foreign(node: etree._Element, child: etree._Element) -> Iterator[Fault]:
    """Pass over signatures at the end of the alert; name everything else."""
    if space(child) == SIGNATURES and local(node) == "alert":
        if any(True for after in child.itersiblings("*") if space(after) == space(node)):
            yield Fault("wrong-order", child, "the signature comes last")
        return
    yield Fault("foreign-element", child, f"{local(child)} of {space(child) or 'no namespace'}")


def _leaf(node: etree._Element, slot: Slot) -> Iterator[Fault]:
    """Check an element that holds text."""
    yield from _attributes(node)
    if len(node):
        yield Fault("markup-in-text", node, f"{local(node[0])} inside {slot.name}")
    text = flat(node)
    if not text and not len(node):
        yield Fault("empty-element" if slot.least else "empty-optional", node, slot.name)
    elif slot.name in VALUES:
        yield from _value(node, text)


def _value(node: etree._Element, text: str) -> Iterator[Fault]:
    values = VALUES[local(node)].values
    if local(node) == "certainty" and text == VERY_LIKELY:
        yield Fault("very-likely", node)
    elif text not in values:
        yield Fault("bad-value", node, f"{local(node)} is {text[:40]!r}, not {', '.join(values)}")
    elif text != node.text:
        yield Fault("bad-value", node, f"white space about {text!r}")


def _attributes(node: etree._Element) -> Iterator[Fault]:
    for name in node.attrib:
        if not str(name).startswith(_XSI):
            yield Fault("foreign-attribute", node, str(name)[:80])


def _strays(node: etree._Element, where: etree._Element) -> Iterator[Fault]:
    texts = (node.text, *(child.tail for child in node))
    stray = next((text.strip() for text in texts if text and text.strip()), None)
    if stray is not None:
        yield Fault("stray-text", where, repr(stray[:40]))


def _counts(node: etree._Element, slots: dict[str, Slot]) -> Iterator[Fault]:
    found = Counter(local(child) for child in elements(node))
    for name, slot in slots.items():
        if found[name] < slot.least:
            yield Fault("missing-element", node, name)
        if found[name] > slot.most:
            again = list(elements(node, name))[1]
            yield Fault("duplicate-element", again, f"{name} stands {found[name]} times")


def _order(node: etree._Element, order: list[str]) -> Iterator[Fault]:
    """Name the first child that comes after one that it should precede."""
    rank = {name: place for place, name in enumerate(order)}
    last = ""
    for child in elements(node):
        name = local(child)
        if name not in rank:
            continue
        if last and rank[name] < rank[last]:
            yield Fault("wrong-order", child, f"{name} comes before {last}")
            return
        last = name
