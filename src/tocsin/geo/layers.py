"""Turn checked features into zones, places, countries and lines on the site plane."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from tocsin.geo.check import Feature, check_line, check_polygon
from tocsin.geo.places import comma_below
from tocsin.geo.plane import SitePlane
from tocsin.geo.zones import check_apart, check_people, languages_of
from tocsin.model.place import Country, Place, Zone

MOST_PEOPLE = 10_000_000_000
"""More than live on Earth: a larger number is a slip of the pen."""
F64 = NDArray[np.float64]
Ring = tuple[tuple[float, float], ...]


def zones_of(features: Sequence[Feature]) -> tuple[Zone, ...]:
    """Make warning zones of polygons with `id`, `name:<language>` and `population`.

    `county` and `languages` may be left out. Raises BadInput where zones overlap, where nobody
    lives in one, or where a property is wrong.
    """
    zones = []
    for feature in features:
        check_polygon(feature)
        check_people(feature)
        names = {
            key.removeprefix("name:"): str(value)
            for key, value in feature.properties.items()
            if key.startswith("name:") and value
        }
        if not names:
            feature.refuse("the zone has no name", "Give it properties such as name:ro, name:en.")
        zones.append(
            Zone(
                id=_text(feature, "id"),
                name=names,
                rings_lonlat_deg=_outer_rings(feature),
                population=_count(feature, "population"),
                county=str(feature.properties.get("county") or ""),
                languages=languages_of(feature),
            )
        )
    _refuse_twice(features, [zone.id for zone in zones])
    check_apart(features)
    return tuple(zones)


def places_of(
    features: Sequence[Feature], *, plane: SitePlane, zones: Sequence[Zone]
) -> tuple[Place, ...]:
    """Make places of points with `id`, `name`, `name_en`, `population` and `country`."""
    areas = [
        shapely.union_all([shapely.Polygon(ring) for ring in zone.rings_lonlat_deg])
        for zone in zones
    ]
    places = []
    for feature in features:
        if feature.geometry.geom_type != "Point":
            feature.refuse("a place must be a point", "Give a layer of points.")
        lon_deg, lat_deg = shapely.get_coordinates(feature.geometry)[0]
        east_m, north_m = plane.site_from_geodetic(lat_deg, lon_deg)
        held = [zone.id for zone, area in zip(zones, areas, strict=True)
                if shapely.contains_xy(area, lon_deg, lat_deg)]  # fmt: skip
        name = comma_below(_text(feature, "name"))
        places.append(
            Place(
                id=_text(feature, "id"),
                name=name,
                name_en=str(feature.properties.get("name_en") or name),
                lat_deg=float(lat_deg),
                lon_deg=float(lon_deg),
                pos_site_m=(float(east_m), float(north_m)),
                population=_count(feature, "population"),
                country=_text(feature, "country"),
                zone=held[0] if held else "",
            )
        )
    _refuse_twice(features, [place.id for place in places])
    return tuple(places)


def countries_of(features: Sequence[Feature]) -> tuple[Country, ...]:
    """Make outlines for drawing of polygons with `id` and `name`."""
    countries = []
    for feature in features:
        check_polygon(feature)
        countries.append(
            Country(
                id=_text(feature, "id"),
                name=_text(feature, "name"),
                rings_lonlat_deg=_outer_rings(feature),
            )
        )
    return tuple(countries)


def lines_on(plane: SitePlane, features: Sequence[Feature]) -> tuple[F64, ...]:
    """Project lines onto the plane; each part has shape (k, 2), east north."""
    for feature in features:
        check_line(feature)
    lines = [_on(plane, feature.geometry) for feature in features]
    return tuple(shapely.get_coordinates(p) for line in lines for p in shapely.get_parts(line))


def areas_on(plane: SitePlane, features: Sequence[Feature]) -> list[shapely.Geometry]:
    """Project polygons onto the plane."""
    for feature in features:
        check_polygon(feature)
    return [_on(plane, feature.geometry) for feature in features]


def lonlat_on(plane: SitePlane, line_site_m: F64) -> Ring:
    """Lift a line of the plane, shape (k, 2), to lon, lat degrees as GeoJSON has them.

    Rounded to 1e-7 degrees, a centimetre, so that what was read comes out as it was.
    """
    lat_deg, lon_deg = (np.round(x, 7).tolist() for x in plane.geodetic_from_site(line_site_m))
    return tuple(zip(lon_deg, lat_deg, strict=True))


def _on(plane: SitePlane, geometry: shapely.Geometry) -> shapely.Geometry:
    """Project lon, lat degrees onto the plane."""
    return shapely.transform(
        geometry, lambda lonlat_deg: plane.site_from_geodetic(lonlat_deg[:, 1], lonlat_deg[:, 0])
    )


def _outer_rings(feature: Feature) -> tuple[Ring, ...]:
    return tuple(
        tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(part.exterior))
        for part in shapely.get_parts(feature.geometry)
    )


def _text(feature: Feature, key: str) -> str:
    value = feature.properties.get(key)
    if value is None or not str(value).strip():
        article = "an" if key[0] in "aeiou" else "a"
        feature.refuse(f"property `{key}` is missing", f"Give every feature {article} `{key}`.")
    return str(value)


def _count(feature: Feature, key: str) -> int:
    value = feature.properties.get(key)
    number = isinstance(value, int | float | np.integer) and not isinstance(value, bool)
    if not number or not 0 <= value <= MOST_PEOPLE or value != int(value):  # type: ignore[operator, arg-type]
        remedy = f"Give a whole number, 0 to {MOST_PEOPLE}."
        feature.refuse(f"property `{key}` is {repr(value)[:40]}", remedy)
    return int(value)


def _refuse_twice(features: Sequence[Feature], ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for feature, name in zip(features, ids, strict=True):
        if name in seen:
            feature.refuse(f"id `{name}` is given twice", "Give every feature an id of its own.")
        seen.add(name)
