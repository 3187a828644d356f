"""Warning zones of about the size of a commune: cells of settlements, joined.

No administrative boundaries are openly at hand here, so every zone says that it is approximate.
Everybody is counted in one zone only.
"""

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

from sitegeo.files import feature
from sitegeo.lines import areas_only
from sitegeo.names import slug, zone_names
from sitegeo.people import ADMIN1, Settlement
from sitegeo.places import wanted
from sitegeo.specs import SiteSpec
from sitegeo.towns import RURAL_PER_KM2, Town
from tocsin.geo.places import comma_below

HEAD_POPULATION = 200
HEADS_APART_M = 7_500.0
"""A zone is named by the largest place around; a village beside a town gets none of its own."""
SETTLED_M = 3_000.0
SMALLEST_KM2 = 45.0
"""A smaller zone is joined to its neighbours, unless it is a town's."""
SMALLEST_PEOPLE = 150
TOWN_PEOPLE = 10_000
REACH_M = 8_000.0
"""A zone ends this far from its places: at sea and in the empty delta."""
TOWN_REACH_M = 22_000.0
"""The same about towns entered by hand, whose villages are not listed."""
SEEN_M = 40_000.0
"""Settlements so far outside the counties still shape the cells."""
TOLERANCE_M = 250.0
DELTA = shapely.box(28.7, 44.8, 30.0, 45.6)
"""The Danube delta, where Ukrainian is spoken too (and at Tulcea, its gate)."""
SETTLED_NOTE = (
    "approximate zone, not an administrative boundary: the cells of the settlements nearest to "
    "this locality in its county; population estimated from open data, everybody counted once"
)
BY_HAND_NOTE = (
    "entered by hand, rounded: approximate zone, not an administrative boundary: the surroundings "
    "of this town; population is that of the town and of thinly settled land about it"
)


class Head(NamedTuple):
    """A locality that names a zone."""

    name: str
    county: str
    population: int
    lonlat_deg: tuple[float, float]
    pos_m: np.ndarray


def settlement_zones(
    spec: SiteSpec,
    gazetteer: Sequence[dict[str, Any]],
    settlements: Sequence[Settlement],
    land: shapely.Geometry,
) -> list[dict[str, Any]]:
    """Make zones of all settlements, each joined to the nearest naming locality of its county."""
    known = candidates(spec, gazetteer)
    counted, counted_m = near(spec, settlements, known)
    pos_m = np.concatenate([counted_m, [head.pos_m for head in known]])
    county = np.array([s.county for s in counted] + [head.county for head in known])
    people = np.array([s.people for s in counted] + [0.0] * len(known))
    cells = voronoi_cells(pos_m)
    heads = naming_localities([head for head in known if settled(head, counted, counted_m)])
    while True:
        owner = nearest_in_county(pos_m, county, heads)
        shapes = zone_shapes(pos_m, cells, owner, len(heads), land)
        totals = np.bincount(owner[owner >= 0], people[owner >= 0], len(heads))
        small = smallest(shapes, totals)
        if small is None:
            break
        heads.pop(small)
    drawn = shapely.coverage_simplify(shapes, TOLERANCE_M)
    return [
        settlement_zone(spec, head, shape, round(float(total), -1))
        for head, shape, total in zip(heads, drawn, totals, strict=True)
    ]


def candidates(spec: SiteSpec, gazetteer: Sequence[dict[str, Any]]) -> list[Head]:
    """Return the localities of the counties, the largest first."""
    rows = [row for row in gazetteer if row["countrycode"] == "RO" and wanted(row, spec)]
    rows.sort(key=lambda row: (-row["population"], row["geonameid"]))
    return [
        Head(
            name=comma_below(row["name"]),
            county=ADMIN1[row["admin1code"]],
            population=row["population"],
            lonlat_deg=(row["longitude"], row["latitude"]),
            pos_m=spec.plane.site.site_from_geodetic(row["latitude"], row["longitude"]),
        )
        for row in rows
    ]


def near(
    spec: SiteSpec, settlements: Sequence[Settlement], known: Sequence[Head]
) -> tuple[list[Settlement], np.ndarray]:
    """Return the settlements that shape a cell, one for each spot, and their positions."""
    pos_m = spec.plane.site.site_from_geodetic(
        [s.lat_deg for s in settlements], [s.lon_deg for s in settlements]
    )
    far_m = cKDTree([head.pos_m for head in known]).query(pos_m)[0]
    chosen = np.flatnonzero(far_m < SEEN_M)
    return [settlements[i] for i in chosen], pos_m[chosen]


def settled(head: Head, settlements: Sequence[Settlement], pos_m: np.ndarray) -> bool:
    """Say whether a settlement lies where the gazetteer puts a locality.

    Where none does, the gazetteer gives the middle of a commune (Crișan: in the lagoons).
    """
    around = np.flatnonzero(np.hypot(*(pos_m - head.pos_m).T) < SETTLED_M)
    return any(settlements[i].county == head.county for i in around)


def naming_localities(known: Sequence[Head]) -> list[Head]:
    """Choose the localities that name zones, the largest first.

    In a county no two are near to each other, and none has the name of another.
    """
    heads: list[Head] = []
    for head in known:
        others = [other for other in heads if other.county == head.county]
        apart = all(np.hypot(*(head.pos_m - other.pos_m)) > HEADS_APART_M for other in others)
        apart &= all(slug(head.name) != slug(other.name) for other in others)
        if apart and head.population >= HEAD_POPULATION:
            heads.append(head)
    return heads


def nearest_in_county(pos_m: np.ndarray, county: np.ndarray, heads: Sequence[Head]) -> np.ndarray:
    """Return the nearest head of the same county for every position, -1 outside the counties."""
    found = np.full(len(pos_m), -1)
    for code in sorted({head.county for head in heads}):
        here = np.array([i for i, head in enumerate(heads) if head.county == code])
        mine = np.flatnonzero(county == code)
        tree = cKDTree([heads[i].pos_m for i in here])
        found[mine] = here[tree.query(pos_m[mine])[1]]
    return found


def voronoi_cells(pos_m: np.ndarray) -> np.ndarray:
    """Return the cell of every position; of several at one spot only the first has one."""
    _, first = np.unique(pos_m, axis=0, return_index=True)
    first = np.sort(first)
    points = shapely.points(pos_m[first])
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    rows, holders = shapely.STRtree(parts).query(points, predicate="within")
    cells = np.full(len(pos_m), shapely.Polygon(), dtype=object)
    cells[first[rows]] = parts[holders]
    return cells


def zone_shapes(
    pos_m: np.ndarray, cells: np.ndarray, owner: np.ndarray, heads: int, land: shapely.Geometry
) -> list[shapely.Geometry]:
    shapes = []
    for head in range(heads):
        members = np.flatnonzero(owner == head)
        reach = shapely.union_all(shapely.buffer(shapely.points(pos_m[members]), REACH_M))
        shapes.append(shapely.union_all(cells[members]) & reach & land)
    return shapes


def smallest(shapes: Sequence[shapely.Geometry], people: np.ndarray) -> int | None:
    """Return a zone that is too small to be one, or None."""
    areas_km2 = np.where(people < TOWN_PEOPLE, shapely.area(shapes) / 1e6, np.inf)
    areas_km2[people < SMALLEST_PEOPLE] = 0.0
    index = int(np.argmin(areas_km2))
    return index if areas_km2[index] < SMALLEST_KM2 else None


def settlement_zone(
    spec: SiteSpec, head: Head, shape: shapely.Geometry, people: float
) -> dict[str, Any]:
    county = f"ro-{head.county.lower()}"
    in_delta = shapely.contains_xy(DELTA, *head.lonlat_deg)
    return feature(
        spec.plane.off(areas_only(shape)),
        digits=4,
        id=f"{county}-{slug(head.name)}",
        **zone_names(head.name, tags=("ro", "en", "uk", "hu")),
        population=int(people),
        county=county,
        languages=["ro-RO", "en-GB", *(["uk-UA"] if in_delta else [])],
        note=SETTLED_NOTE,
    )


def town_zones(spec: SiteSpec, land: shapely.Geometry) -> list[dict[str, Any]]:
    """Make zones about the towns that were entered by hand."""
    towns = [town for town in spec.towns if town.county]
    pos_m = spec.plane.site.site_from_geodetic(
        [town.lat_deg for town in towns], [town.lon_deg for town in towns]
    )
    reach = shapely.buffer(shapely.points(pos_m), TOWN_REACH_M)
    shapes = shapely.intersection(shapely.intersection(voronoi_cells(pos_m), reach), land)
    drawn = shapely.coverage_simplify(shapes, TOLERANCE_M)
    return [town_zone(spec, town, shape) for town, shape in zip(towns, drawn, strict=True)]


def town_zone(spec: SiteSpec, town: Town, shape: shapely.Geometry) -> dict[str, Any]:
    people = town.population + RURAL_PER_KM2[town.county] * shape.area / 1e6
    if shape.is_empty:
        sys.exit(f"{town.name} has no zone")
    return feature(
        spec.plane.off(areas_only(shape)),
        digits=4,
        id=f"{town.county}-{slug(town.name)}",
        **zone_names(town.name, tags=("en", "uk"), ukrainian=town.uk),
        population=int(round(people, -2)),
        county=town.county,
        languages=["en-GB", *(["uk-UA"] if spec.inside == "POL" else [])],
        note=BY_HAND_NOTE,
    )
