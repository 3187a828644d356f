"""The border line, the protected side, and the outlines for drawing."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from sitegeo.files import Source, feature
from sitegeo.specs import COUNTRY_NAMES, LineSpec, SiteSpec
from tocsin.geo.border import SHARED_EDGE_M, shared_edge

FAR_TOLERANCE_M = 1_000.0
"""Outside the region the protected side only has to hold its places."""
DRAWN_TOLERANCE_M = 60.0
CRUMB_M = 100.0
OFFSHORE_M = 3_000.0
"""The coast is off by a kilometre here and there; a zone must not end before its quays."""


def border_features(
    spec: SiteSpec, outlines: dict[str, shapely.Geometry]
) -> Iterator[dict[str, Any]]:
    """Yield the parts of the line and the protected side."""
    own = spec.plane.on(outlines[spec.inside])
    region = spec.plane.on(shapely.segmentize(spec.region, 0.05))
    for line in spec.lines:
        part = merged(line_part(spec, line, own, outlines))
        yield feature(spec.plane.off(part), role="line", border=line.name, kind=line.kind)
    yield feature(spec.plane.off(thinned(own, region)), role="inside", country=spec.inside)


def line_part(
    spec: SiteSpec, line: LineSpec, own: shapely.Geometry, outlines: dict[str, shapely.Geometry]
) -> shapely.Geometry:
    """Return the edge shared with the neighbours, or the one shared with none of `apart_from`."""
    box = shapely.box(*line.window) if line.window else spec.region
    window = spec.plane.on(shapely.segmentize(box, 0.05))
    if line.neighbours:
        parts = shared_edge(own, [spec.plane.on(outlines[a3]) for a3 in line.neighbours])
        edge = shapely.multilinestrings([shapely.linestrings(part) for part in parts])
    else:
        others = [spec.plane.on(outlines[a3]) for a3 in line.apart_from]
        near = shapely.union_all([shapely.buffer(other, SHARED_EDGE_M) for other in others])
        edge = shapely.difference(own.boundary, near)
    return shapely.intersection(edge, window)


def merged(line: shapely.Geometry) -> shapely.Geometry:
    """Join the parts and drop crumbs that clipping leaves."""
    parts = [p for p in shapely.get_parts(shapely.line_merge(line)) if p.length > CRUMB_M]
    return shapely.line_merge(shapely.multilinestrings(parts)) if len(parts) > 1 else parts[0]


def thinned(area: shapely.Geometry, region: shapely.Geometry) -> shapely.Geometry:
    """Keep every vertex of the outline inside the region, few outside it."""
    ring = shapely.get_coordinates(area.exterior)
    near = shapely.contains_xy(region, ring[:, 0], ring[:, 1])
    start = int(np.argmax(near & ~np.roll(near, 1)))
    ring, near = np.roll(ring[:-1], -start, axis=0), np.roll(near[:-1], -start)
    pieces = []
    for run in np.split(np.arange(len(ring)), np.flatnonzero(np.diff(near)) + 1):
        if near[run[0]]:
            pieces.append(ring[run])
        elif len(run) > 1:
            far = shapely.simplify(shapely.linestrings(ring[run]), FAR_TOLERANCE_M)
            pieces.append(shapely.get_coordinates(far))
    result = shapely.polygons(np.concatenate(pieces))
    if not result.is_valid:
        sys.exit("the thinned outline crosses itself: lower FAR_TOLERANCE_M")
    return result


def country_features(spec: SiteSpec, source: Source) -> Iterator[dict[str, Any]]:
    """Yield outlines for drawing: without the sea, simplified, never for a decision."""
    land = coast_about(spec, source)
    for a3 in spec.drawn:
        shape = spec.plane.on(source.outlines[a3] & spec.map & land)
        drawn = areas_only(shapely.simplify(shape, DRAWN_TOLERANCE_M))
        yield feature(
            spec.plane.off(drawn),
            digits=4,
            id=a3,
            name=COUNTRY_NAMES[a3],
            note="for drawing only",
        )


def coast_about(spec: SiteSpec, source: Source) -> shapely.Geometry:
    """Return the land of the map, degrees, as coarse as it is drawn."""
    near = [shapely.make_valid(p) for p in source.coast if p.envelope.intersects(spec.map)]
    return shapely.union_all([shapely.clip_by_rect(p, *spec.map.bounds) for p in near])


def settled_land(spec: SiteSpec, source: Source) -> shapely.Geometry:
    """Return the protected country without the open sea, on the plane."""
    coast = shapely.buffer(spec.plane.on(coast_about(spec, source)), OFFSHORE_M)
    return spec.plane.on(source.outlines[spec.inside]) & coast


def areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    """Drop slivers under a square kilometre and what is no area."""
    parts = [p for p in shapely.get_parts(shape) if p.area > 1e6]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
