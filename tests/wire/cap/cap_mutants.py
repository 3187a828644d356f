"""Alerts with one thing wrong each, made from sound ones, and the reason that must be named.

Every operator changes one place of a sound alert's tree. Used by tests and by bench/cap.py.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any, NamedTuple

from cap_samples import SENDER, T0_NS, emitted, rich
from lxml import etree

from tocsin.wire.cap.elements import BLOCKS, VALUES
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.instants import cap_time
from tocsin.wire.cap.regions import Box
from tocsin.wire.cap.tree import MOST_BYTES, MOST_ELEMENTS, MOST_POINTS, NAMESPACE

ROMANIA = Box(43.5, 20.2, 48.3, 29.8)
S_NS = 10**9


class Mutant(NamedTuple):
    """One unsound alert."""

    name: str
    code: str
    """The reason that must be among the findings."""
    xml: bytes
    options: Mapping[str, Any] = MappingProxyType({})


Change = Callable[[etree._Element], None]


def q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def mutants() -> Iterator[Mutant]:
    """Yield every mutant."""
    bases = {name: etree.fromstring(encode(alert)) for name, alert in emitted().items()}
    bases["rich"] = etree.fromstring(encode(rich()))
    yield from whole_files(bases["WARN"])
    for kind in (structure, message, times, words, agreement, links, areas):
        for base, code, detail, change, options in kind():
            root = deepcopy(bases[base])
            change(root)
            yield Mutant(f"{code}: {detail} ({base})", code, etree.tostring(root), options)


def put(path: str, text: str, at: int = 0) -> Change:
    """Return a change of one text; `path` may lead to an element that is not there yet."""

    def change(root: etree._Element) -> None:
        found = root.findall("/".join(q(step) for step in path.split("/")))
        node = found[at] if found else grown(root, path)
        node.text = text

    return change


def grown(root: etree._Element, path: str) -> etree._Element:
    """Add an element where the standard has its place."""
    *steps, name = path.split("/")
    parent = root.find("/".join(q(step) for step in steps)) if steps else root
    order = [slot.name for slot in BLOCKS[steps[-1] if steps else "alert"]]
    node = etree.Element(q(name))
    later = order[order.index(name) + 1 :]
    after = next((child for child in parent if etree.QName(child).localname in later), None)
    parent.append(node) if after is None else after.addprevious(node)
    return node


def drop(path: str, at: int = 0) -> Change:
    def change(root: etree._Element) -> None:
        node = root.findall("/".join(q(step) for step in path.split("/")))[at]
        node.getparent().remove(node)

    return change


def drop_all(path: str) -> Change:
    def change(root: etree._Element) -> None:
        for node in root.findall("/".join(q(step) for step in path.split("/"))):
            node.getparent().remove(node)

    return change


def every(path: str, text: str) -> Change:
    """Return a change of the text of every element of a path."""

    def change(root: etree._Element) -> None:
        for node in root.findall("/".join(q(step) for step in path.split("/"))):
            node.text = text

    return change


def both(*changes: Change) -> Change:
    def change(root: etree._Element) -> None:
        for one in changes:
            one(root)

    return change


def at_node(path: str, work: Callable[[etree._Element], Any]) -> Change:
    def change(root: etree._Element) -> None:
        work(root if not path else root.find("/".join(q(step) for step in path.split("/"))))

    return change


PATHS = {
    "alert": "",
    "info": "info",
    "resource": "info/resource",
    "area": "info/area",
    "named": "info/area/geocode",
}


def under(block: str, name: str) -> str:
    return f"{PATHS[block]}/{name}".lstrip("/")


def structure() -> Iterator[tuple]:
    for block, slots in BLOCKS.items():
        for slot in slots:
            path = under(block, slot.name)
            if slot.least:
                yield "rich", "missing-element", path, drop_all(path), {}
                yield "rich", "empty-element", path, put(path, " "), {}
            elif not slot.block and slot.name != "restriction":
                yield "rich", "empty-optional", path, put(path, ""), {}
            if slot.most == 1 and slot.name != "restriction":
                yield "rich", "duplicate-element", path, at_node(path, _again), {}
        yield "rich", "unknown-element", block, at_node(PATHS[block], _add(q("colour"), "red")), {}
        other = "{urn:example:other}hint"
        yield "rich", "foreign-element", block, at_node(PATHS[block], _add(other, "x")), {}
        yield (
            "rich",
            "foreign-attribute",
            block,
            at_node(PATHS[block], lambda n: n.set("a", "b")),
            {},
        )
        yield "rich", "stray-text", block, at_node(PATHS[block], _stray), {}
        yield "rich", "wrong-order", block, at_node(PATHS[block], _last_first), {}
    for name, listed in VALUES.items():
        path = name if name in {"status", "msgType", "scope"} else f"info/{name}"
        for text in (
            listed.values[0].lower(),
            "Sure",
            f"{listed.values[0]} ",
            listed.values[0] * 2,
        ):
            yield "rich", "bad-value", f"{path} {text!r}", put(path, text), {}
    for name in ("headline", "description", "instruction", "event", "senderName"):
        yield "WARN", "markup-in-text", name, at_node(f"info/{name}", _add(q("b"), "x")), {}
    yield "WARN", "very-likely", "certainty", every("info/certainty", "Very Likely"), {}
    yield "WARN", "password", "alert", at_node("scope", _password), {}
    yield "WARN", "wrong-order", "signature first", at_node("identifier", _signature_first), {}


def _again(node: etree._Element) -> None:
    node.addnext(deepcopy(node))


def _add(tag: str, text: str) -> Callable[[etree._Element], None]:
    def work(node: etree._Element) -> None:
        etree.SubElement(node, tag).text = text

    return work


def _stray(node: etree._Element) -> None:
    node[0].tail = "and so on"


def _last_first(node: etree._Element) -> None:
    """Move the last child to the front; in the alert, the last before the info blocks."""
    simple = [child for child in node if etree.QName(child).localname != "info"]
    node.insert(0, simple[-1])


def _password(node: etree._Element) -> None:
    made = etree.Element(q("password"))
    made.text = "secret"
    node.addprevious(made)


def _signature_first(node: etree._Element) -> None:
    node.addprevious(etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature"))


def message() -> Iterator[tuple]:
    for bad in ("a b", "a,b", "a<b", "a&b", "ș,ț"):
        for base in ("WARN", "PREPARE", "WARN-clear"):
            yield base, "bad-identifier", bad, put("identifier", bad), {}
            yield base, "bad-sender", bad, put("sender", bad), {}
    for kind in ("Update", "Cancel", "Ack", "Error"):
        yield "WARN", "references-missing", kind, put("msgType", kind), {}
        garbage = both(put("msgType", kind), put("references", "garbage"))
        yield "WARN", "references-missing", f"{kind} garbage", garbage, {}
    sent, other = cap_time(T0_NS), cap_time(T0_NS - S_NS)
    for bad in (
        "garbage",
        "a,b",
        "a,b,c",
        f"a,b,{other},d",
        f",b,{other}",
        f"a,,{other}",
        "a,b,2026-99-01T00:00:00-00:00",
        f"a;b;{other}",
    ):
        for base in ("WARN-update", "LAST_CALL-clear"):
            yield base, "bad-references", bad, put("references", f"{SENDER},x,{other} {bad}"), {}
    for base in ("WARN-update", "PREPARE-update", "WARN-clear", "WARN-cancel"):
        itself = emitted()[base].identifier
        reference = f"{SENDER},{itself},{sent}"
        yield base, "circular-reference", "itself", put("references", reference), {}
        later = f"{SENDER},next,{cap_time(T0_NS + S_NS)}"
        yield base, "postdated-reference", "a second", put("references", later), {}
        twice = f"{SENDER},x,{other} {SENDER},x,{other}"
        yield base, "duplicate-reference", "twice", put("references", twice), {}
    yield "WARN", "references-on-alert", "Alert", put("references", f"{SENDER},x,{other}"), {}
    yield "WARN-update", "references-on-alert", "Alert", put("msgType", "Alert"), {}
    yield "WARN-cancel", "error-without-note", "Error", put("msgType", "Error"), {}
    for base in ("WARN-exercise", "PREPARE-exercise", "LAST_CALL-exercise-clear"):
        yield base, "exercise-without-note", "no note", drop("note"), {}
        yield base, "synthetic-actual", "Actual", put("status", "Actual"), {}
    for base in ("WARN", "LAST_CALL", "WARN-update", "WARN-clear"):
        yield base, "draft-public", "Draft", put("status", "Draft"), {}
        yield base, "restriction-without-scope", "Public", put("restriction", "police"), {}
        yield base, "restriction-missing", "Restricted", put("scope", "Restricted"), {}
        yield base, "addresses-missing", "Private", put("scope", "Private"), {}
        yield base, "info-missing", "no info", drop_all("info"), {}
    yield from responses()


def responses() -> Iterator[tuple]:
    yield "PREPARE", "restriction-without-scope", "now public", put("scope", "Public"), {}
    yield "PREPARE", "restriction-missing", "dropped", drop("restriction"), {}
    clear = "WARN-clear"
    yield (
        clear,
        "all-clear-on-alert",
        "Alert",
        both(put("msgType", "Alert"), drop("references")),
        {},
    )
    yield "WARN", "all-clear-on-alert", "AllClear", every("info/responseType", "AllClear"), {}
    for acting in ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid"):
        yield clear, "all-clear-mixed", acting, at_node("info/responseType", _before(acting)), {}
        cancel = both(put("msgType", "Cancel"), every("info/responseType", acting))
        yield "WARN-update", "cancel-asks-action", acting, cancel, {}
    yield clear, "all-clear-urgent", "Immediate", every("info/urgency", "Immediate"), {}
    for severity in ("Extreme", "Severe"):
        yield clear, "all-clear-urgent", severity, every("info/severity", severity), {}


def _before(text: str) -> Callable[[etree._Element], None]:
    def work(node: etree._Element) -> None:
        made = etree.Element(node.tag)
        made.text = text
        node.addprevious(made)

    return work


def times() -> Iterator[tuple]:
    soon, past = cap_time(T0_NS + 600 * S_NS), cap_time(T0_NS - 600 * S_NS)
    forms = {
        "time-z": soon.replace("-00:00", "Z"),
        "time-fraction": soon.replace("-00:00", ".25-00:00"),
        "time-plus-zero": soon.replace("-00:00", "+00:00"),
    }
    wrong = ("yesterday", "2026-13-29T01:19:00-00:00", "2026-05-29 01:19:00", "1779999999",
             "2026-05-29T01:19-00:00", "2026-05-29T25:19:00-00:00")  # fmt: skip
    for path in ("sent", "info/effective", "info/onset", "info/expires"):
        for code, text in forms.items():
            yield "rich", code, path, every(path, text), {}
        for text in wrong:
            yield "rich", "bad-time", f"{path} {text}", every(path, text), {}
    for base in ("WARN", "PREPARE", "WARN-update", "WARN-clear"):
        yield base, "expires-missing", "none", drop_all("info/expires"), {}
        yield base, "expires-before-sent", "past", every("info/expires", past), {}
        yield base, "expires-before-effective", "past", every("info/expires", past), {}
        days = cap_time(T0_NS - 2 * 86_400 * S_NS)
        yield base, "effective-before-sent", "two days", every("info/effective", days), {}
        yield base, "sent-in-future", "an hour", put("sent", soon), {"t_ns": T0_NS - 3600 * S_NS}
    yield "rich", "expires-before-onset", "", every("info/onset", cap_time(T0_NS + 7200 * S_NS)), {}
    yield "rich", "onset-before-effective", "", every("info/onset", past), {}


PROSE = ("headline", "description", "instruction")


def words() -> Iterator[tuple]:
    for bad in ("zz-QQ", "english", "ro_RO", "r", "qaa", "ro-QQ", "en GB", "12", "ro-"):
        yield "WARN", "bad-language", bad, put("info/language", bad), {}
    for first in range(3):
        language = ("ro-RO", "en-GB", "uk-UA")[first]
        change = put("info/language", language, at=first + 1)
        yield "WARN", "duplicate-language", language, change, {}
        for name in (*PROSE, "event"):
            yield "WARN", "same-text", f"{name} {first}", _copy_text(f"info/{name}", first), {}
    for name in (*PROSE, "senderName", "area/areaDesc"):
        for tag in ("<b>now</b>", "<br/>", "<a href='x'>y</a>", "<script>x</script>", "<P>"):
            yield "WARN", "html-tags", f"{name} {tag}", put(f"info/{name}", f"Run {tag} now"), {}
        for entity in ("&nbsp;", "&#259;", "&amp;", "&#x219;"):
            yield (
                "WARN",
                "html-entities",
                f"{name} {entity}",
                put(f"info/{name}", f"a {entity}"),
                {},
            )
        for unseen in ("\u202e", "\u200b", "\x7f", "\ufffd", "\ufeff", "\ue000"):
            change = put(f"info/{name}", f"Galați{unseen} acum")
            yield "WARN", "control-characters", f"{name} {ord(unseen):04X}", change, {}
        yield "WARN", "too-long", name, put(f"info/{name}", "lung " * 5000), {}
    for name in PROSE:
        yield "WARN", "text-missing", name, drop(f"info/{name}"), {}
    yield "rich", "too-long", "note", put("note", "lung " * 5000), {}
    yield "WARN", "too-long", "identifier", put("identifier", "x" * 300), {}


def _copy_text(path: str, first: int) -> Change:
    def change(root: etree._Element) -> None:
        found = root.findall("/".join(q(step) for step in path.split("/")))
        found[first + 1].text = found[first].text

    return change


def agreement() -> Iterator[tuple]:
    later = cap_time(T0_NS + 900 * S_NS)
    for at in range(4):
        yield "rich", "event-mismatch", f"category {at}", put("info/category", "Fire", at), {}
        yield "rich", "event-mismatch", f"code {at}", put("info/eventCode/value", "flood", at), {}
        for name, text in (
            ("urgency", "Future"),
            ("severity", "Minor"),
            ("certainty", "Unlikely"),
            ("responseType", "Evacuate"),
        ):
            yield "rich", "grading-mismatch", f"{name} {at}", put(f"info/{name}", text, at), {}
        for name in ("onset", "expires", "effective"):
            yield "rich", "time-mismatch", f"{name} {at}", put(f"info/{name}", later, at), {}
        ring = "45.4,28 45.4,28.2 45.5,28.2 45.4,28"
        yield "rich", "area-mismatch", f"{at}", put("info/area/polygon", ring, at), {}
    yield "rich", "time-mismatch", "dropped", drop("info/onset", 2), {}


def links() -> Iterator[tuple]:
    for bad in ("www.example.invalid", "/alert", "see our page", "http:", "https://", "ht tp://a"):
        yield "rich", "bad-web", bad, put("info/web", bad), {}
    part = "info/resource"
    for bad in ("a b.png", "http://", "https://exa mple", "<a>", "%zz"):
        yield "rich", "bad-uri", bad, put(f"{part}/uri", bad), {}
    yield "rich", "relative-uri", "no content", drop(f"{part}/derefUri"), {}
    for bad in ("png", "image", "picture/png", "image/", "/png"):
        yield "rich", "bad-mime-type", bad, put(f"{part}/mimeType", bad), {}
    for bad in ("big", "-3", "3.5", "3 kB", "٣"):
        yield "rich", "bad-size", bad, put(f"{part}/size", bad), {}
    for bad in ("Q", "QUJ", "ab$d", "äöü="):
        yield "rich", "bad-content", bad, put(f"{part}/derefUri", bad), {}
    for bad in ("12ab", "x" * 40, "3c01bdbb"):
        yield "rich", "bad-digest", bad, put(f"{part}/digest", bad), {}
    yield "rich", "digest-mismatch", "size", put(f"{part}/size", "4"), {}
    yield "rich", "digest-mismatch", "digest", put(f"{part}/digest", "0" * 40), {}
    yield "rich", "digest-mismatch", "content", put(f"{part}/derefUri", "QUJE"), {}


SWAPPED = "28,45.4 28.1,45.4 28.1,45.5 28,45.4"
BAD_RINGS = {
    "bad-polygon": ("45.1,28.0 45.2", "north,east", "45.4;28 45.5;28", "nan,28 45,28 45,29 nan,28",
                    "4.5e1,28 45,28 45,29 4.5e1,28", "45,28,0 45,28,0", "45°,28° 45°,29°"),
    "too-few-points": ("45.4,28", "45.4,28 45.5,28", "45.4,28 45.5,28 45.4,28"),
    "open-polygon": ("45.4,28 45.5,28 45.5,28.1 45.4,28.1",
                     "45.4,28 45.5,28 45.5,28.1 45.4,28.0001"),
    "out-of-range": ("95,28 96,28 96,29 95,28", "45.4,281 45.5,281 45.5,282 45.4,281",
                     "-91,28 45,28 45,29 -91,28", "999,999 998,999 998,998 999,999"),
    "self-crossing": ("45.4,28 45.5,28.1 45.5,28 45.4,28.1 45.4,28",
                      "45.4,28 45.4,28.2 45.5,28.2 45.3,28.1 45.4,28",
                      "45.4,28 45.5,28 45.5,28.1 45.4,28.1 45.4,28 45.3,28 45.3,27.9 45.4,28"),
    "flat-polygon": ("45.4,28 45.5,28 45.6,28 45.4,28", "45.4,28 45.4,28 45.4,28 45.4,28",
                     "45.4,28 45.5,28.1 45.4,28 45.4,28"),
    "swapped-coordinates": (SWAPPED, "28,45 29,45 29,46 28,45"),
    "too-many-corners": (" ".join([*(f"45.4,{28 + n / 1000:.3f}" for n in range(120)),
                                   "45.5,28.1", "45.4,28.000"]),),
}  # fmt: skip
BAD_CIRCLES = {
    "bad-circle": ("45.1,28.0", "45.1 28.0 3", "45.1,28 far", "45.1,28 -3", "45.1,28 30000", "3"),
    "flat-circle": ("45.43,28.03 0",),
    "out-of-range": ("95,28 3", "45,190 3"),
    "swapped-coordinates": ("28.03,45.43 3",),
}


def areas() -> Iterator[tuple]:
    for base in ("WARN", "PREPARE-update", "LAST_CALL-clear"):
        yield base, "area-missing", "none", drop("info/area"), {}
        for code, rings in BAD_RINGS.items():
            for ring in rings:
                yield base, code, ring[:40], put("info/area/polygon", ring), {}
    for code, circles in BAD_CIRCLES.items():
        for circle in circles:
            yield "rich", code, f"circle {circle}", put("info/area/circle", circle), {}
    shapes = ("polygon", "circle", "geocode")
    bare = both(*(drop(f"info/area/{name}") for name in shapes))
    yield "rich", "area-without-geometry", "name only", bare, {}
    somewhere = "10,10 10,11 11,11 10,10"
    change = put("info/area/polygon", somewhere)
    yield "WARN", "out-of-region", "Africa", change, {"region": ROMANIA}
    swapped = put("info/area/polygon", SWAPPED)
    yield "WARN", "swapped-coordinates", "by region", swapped, {"region": ROMANIA}
    for bad in ("high", "1e3", "1,000"):
        yield "rich", "bad-height", bad, put("info/area/altitude", bad), {}
        yield "rich", "bad-height", bad, put("info/area/ceiling", bad), {}
    yield "rich", "ceiling-without-altitude", "", drop("info/area/altitude"), {}
    yield "rich", "ceiling-below-altitude", "", put("info/area/altitude", "9000"), {}


def whole_files(base: etree._Element) -> Iterator[Mutant]:
    """Yield files that are wrong as a whole."""
    xml = etree.tostring(base)
    entity = b"<!DOCTYPE alert [<!ENTITY x 'y'>]>"
    yield Mutant("too-large", "too-large", xml + b" " * MOST_BYTES)
    for name, data in {
        "empty": b"", "cut": xml[:-20], "binary": b"\xff\xfe\x00", "two roots": xml + xml,
        "control": xml.replace(b"DRON", b"\x01DRON"), "null": xml.replace(b"DRON", b"&#0;"),
    }.items():  # fmt: skip
        yield Mutant(f"not-xml: {name}", "not-xml", data)
    yield Mutant("doctype", "doctype", entity + xml)
    loop = b"<!DOCTYPE alert [<!ENTITY x '&y;'><!ENTITY y '&x;'>]><alert a='&x;'/>"
    for name, data in {"loop": loop, "deep": b"<a>" * 1000 + b"</a>" * 1000}.items():
        yield Mutant(f"bomb: {name}", "bomb", data)
    yield Mutant("not-cap: root", "not-cap", b"<alert/>")
    yield Mutant("not-cap: feed", "not-cap", b"<feed xmlns='http://www.w3.org/2005/Atom'/>")
    old = NAMESPACE.encode()
    for version in (b"urn:oasis:names:tc:emergency:cap:1.1", b"http://www.incident.com/cap/1.0"):
        yield Mutant(f"old-version: {version!r}", "old-version", xml.replace(old, version))
    many = deepcopy(base)
    for _ in range(MOST_ELEMENTS):
        etree.SubElement(many, q("code")).text = "x"
    yield Mutant("too-many-elements", "too-many-elements", etree.tostring(many))
    dense = deepcopy(base)
    put("info/area/polygon", "45.4,28 " * (MOST_POINTS + 1))(dense)
    yield Mutant("too-many-points", "too-many-points", etree.tostring(dense))
