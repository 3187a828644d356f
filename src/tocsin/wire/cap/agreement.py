"""Do the info blocks of one alert say the same thing in each language?"""

from collections.abc import Iterator

from lxml import etree

from tocsin.wire.cap.findings import Fault
from tocsin.wire.cap.languages import primary
from tocsin.wire.cap.message import time_ns
from tocsin.wire.cap.tree import elements, flat, text_of
from tocsin.wire.cap.wording import language_of

_GRADING = ("urgency", "severity", "certainty")
_TIMES = ("effective", "onset", "expires")


def check_agreement(root: etree._Element) -> Iterator[Fault]:
    """Yield where info blocks differ in what cannot depend on the language.

    Grading, times and areas are compared only where each language has one block: with several
    blocks a language an alert tells of several areas, and they may well differ.
    """
    infos = list(elements(root, "info"))
    if len(infos) < 2:
        return
    yield from _events(infos)
    if len({primary(language_of(info)) for info in infos}) == len(infos):
        first, *others = infos
        for info in others:
            yield from _differences(first, info)


def _events(infos: list[etree._Element]) -> Iterator[Fault]:
    """Yield blocks of another category or event code, or of another event in one language."""
    kind = _kind(infos[0])
    event: dict[str, str] = {}
    for info in infos:
        language, text = primary(language_of(info)), text_of(info, "event")
        if _kind(info) != kind or event.setdefault(language, text) != text:
            yield Fault("event-mismatch", info, text[:60])


def _kind(info: etree._Element) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    codes = frozenset(
        (text_of(code, "valueName"), text_of(code, "value")) for code in elements(info, "eventCode")
    )
    return frozenset(flat(node) for node in elements(info, "category")), codes


def _differences(first: etree._Element, info: etree._Element) -> Iterator[Fault]:
    for name in _GRADING:
        if text_of(first, name) != text_of(info, name):
            detail = f"{name} {text_of(first, name)} and {text_of(info, name)}"
            yield Fault("grading-mismatch", info, detail)
    if _responses(first) != _responses(info):
        yield Fault("grading-mismatch", info, "responseType")
    for name in _TIMES:
        if _time(first, name) != _time(info, name):
            yield Fault("time-mismatch", info, name)
    if _shapes(first) != _shapes(info):
        yield Fault("area-mismatch", info)


def _responses(info: etree._Element) -> set[str]:
    return {flat(node) for node in elements(info, "responseType")}


def _time(info: etree._Element, name: str) -> int | str | None:
    node = next(elements(info, name), None)
    return flat(node) if time_ns(node) is None else time_ns(node)


def _shapes(info: etree._Element) -> set[str]:
    """Return the geometry of a block as text; names of areas are in its language."""
    return {
        " ".join(flat(node).split())
        for area in elements(info, "area")
        for name in ("polygon", "circle")
        for node in elements(area, name)
    }
