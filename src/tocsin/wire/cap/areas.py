"""Is every area a place on Earth, the right way round, and an outline that can be drawn?"""

import math
from collections.abc import Iterator

import shapely
from lxml import etree

from tocsin.wire.cap.findings import Fault
from tocsin.wire.cap.languages import primary, region_of
from tocsin.wire.cap.regions import COUNTRIES, HOMES, Box
from tocsin.wire.cap.shapes import Ring, circle_of, number_of, polygon_of
from tocsin.wire.cap.tree import elements, flat, text_of

MOST_CORNERS = 101
"""Points of a ring that we send: 100 corners, the most that networks take, and the first again."""
SLACK_DEG = 3.0
"""Alerts reach over borders: a place so far outside a country's box may still belong to it."""
HALF_EARTH_KM = 20_038.0
"""No circle is larger."""

_WIDEST_DEG = 90.0
"""Outlines wider than this may cross the date line; swapping is not guessed for them."""


def check_areas(root: etree._Element, region: Box | None = None) -> Iterator[Fault]:
    """Yield what is wrong with areas; `region` is where the sender may warn, if it is known."""
    boxes = [region] if region else _countries(root)
    for info in elements(root, "info"):
        areas = list(elements(info, "area"))
        if not areas and text_of(root, "msgType") in {"Alert", "Update"}:
            yield Fault("area-missing", info)
        for area in areas:
            yield from _area(area, boxes, known=region is not None)


def _countries(root: etree._Element) -> list[Box]:
    """Return where the countries lie whose languages the alert is in, as far as they have one."""
    tags = {text_of(info, "language") for info in elements(root, "info")}
    homes = {region_of(tag) or HOMES[primary(tag)] for tag in tags if primary(tag) in HOMES}
    return [COUNTRIES[code].grown(SLACK_DEG) for code in sorted(homes) if code in COUNTRIES]


def _area(area: etree._Element, boxes: list[Box], *, known: bool) -> Iterator[Fault]:
    shapes = [*elements(area, "polygon"), *elements(area, "circle")]
    if not shapes and next(elements(area, "geocode"), None) is None:
        yield Fault("area-without-geometry", area, text_of(area, "areaDesc")[:60])
    for node in elements(area, "polygon"):
        if flat(node):
            yield from _polygon(node, boxes, known=known)
    for node in elements(area, "circle"):
        if flat(node):
            yield from _circle(node, boxes, known=known)
    yield from _heights(area)


def _polygon(node: etree._Element, boxes: list[Box], *, known: bool) -> Iterator[Fault]:
    try:
        ring = polygon_of(flat(node))
    except ValueError as wrong:
        yield Fault("bad-polygon", node, str(wrong)[:120])
        return
    if len(ring) < 4:
        yield Fault("too-few-points", node, f"{len(ring)} points")
    if ring[0] != ring[-1]:
        yield Fault("open-polygon", node, f"{_said(ring[0])} and {_said(ring[-1])}")
    if len(ring) > MOST_CORNERS:
        yield Fault("too-many-corners", node, f"{len(ring)} points, at most {MOST_CORNERS}")
    placed = list(_place(node, ring, boxes, known=known))
    yield from placed
    if len(ring) >= 4 and not placed:
        yield from _outline(node, ring)


def _outline(node: etree._Element, ring: Ring) -> Iterator[Fault]:
    """Yield outlines that cross themselves or hold no ground (GEOS, plane of degrees)."""
    outline = shapely.Polygon([(lon_deg, lat_deg) for lat_deg, lon_deg in ring])
    if len(set(ring)) < 3 or shapely.convex_hull(outline).area == 0.0:
        yield Fault("flat-polygon", node)
    elif not shapely.is_valid(outline):
        yield Fault("self-crossing", node, _crossing(outline))


def _crossing(outline: shapely.Polygon) -> str:
    """Say where an outline crosses itself, latitude first."""
    why = str(shapely.is_valid_reason(outline))
    name, _, point = why.rstrip("]").partition("[")
    lon, _, lat = point.partition(" ")
    return f"{name.strip()} at {lat[:9]},{lon[:9]}" if lat else why


def _place(node: etree._Element, ring: Ring, boxes: list[Box], *, known: bool) -> Iterator[Fault]:
    """Yield points off the Earth, and outlines that make sense only the other way round."""
    off = next((point for point in ring if not _on_earth(*point)), None)
    if off is not None:
        turned = all(_on_earth(*point[::-1]) and _in_any(point[::-1], boxes) for point in ring)
        yield Fault("swapped-coordinates" if turned else "out-of-range", node, _said(off))
        return
    lats, lons = zip(*ring, strict=True)
    if max(lons) - min(lons) > _WIDEST_DEG:
        return
    middle = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    yield from _plausible(node, *middle, boxes, known=known)


def _plausible(
    node: etree._Element, lat_deg: float, lon_deg: float, boxes: list[Box], *, known: bool
) -> Iterator[Fault]:
    """Yield places that are in none of the boxes; swapped where the swapped place is in one."""
    if _in_any((lat_deg, lon_deg), boxes):
        return
    if _in_any((lon_deg, lat_deg), boxes):
        yield Fault("swapped-coordinates", node, f"about {_said((lat_deg, lon_deg))}")
    elif known:
        yield Fault("out-of-region", node, f"about {_said((lat_deg, lon_deg))}")


def _in_any(point: tuple[float, float], boxes: list[Box]) -> bool:
    """Return whether a place is where it is expected; anywhere is, where nothing is known."""
    return not boxes or any(box.holds(*point) for box in boxes)


def _on_earth(lat_deg: float, lon_deg: float) -> bool:
    return abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0


def _said(point: tuple[float, float]) -> str:
    return f"{point[0]:g},{point[1]:g}"


def _circle(node: etree._Element, boxes: list[Box], *, known: bool) -> Iterator[Fault]:
    try:
        circle = circle_of(" ".join(flat(node).split()))
    except ValueError as wrong:
        yield Fault("bad-circle", node, str(wrong)[:120])
        return
    if circle.radius_km < 0.0 or circle.radius_km > HALF_EARTH_KM:
        yield Fault("bad-circle", node, f"radius {circle.radius_km:g} km")
    if circle.radius_km == 0.0:
        yield Fault("flat-circle", node)
    yield from _place(node, ((circle.lat_deg, circle.lon_deg),), boxes, known=known)


def _heights(area: etree._Element) -> Iterator[Fault]:
    heights: dict[str, float] = {}
    for name in ("altitude", "ceiling"):
        node = next(elements(area, name), None)
        if node is not None and flat(node):
            try:
                heights[name] = number_of(flat(node))
            except ValueError as wrong:
                heights[name] = math.nan
                yield Fault("bad-height", node, str(wrong)[:80])
    if "ceiling" in heights and "altitude" not in heights:
        yield Fault("ceiling-without-altitude", area)
    if heights.get("ceiling", math.inf) < heights.get("altitude", -math.inf):
        yield Fault("ceiling-below-altitude", area)
