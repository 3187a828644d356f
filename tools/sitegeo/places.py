"""Places of a site: those of its counties, and larger ones abroad for orientation."""

import sys
from collections.abc import Iterator
from typing import Any

import shapely

from sitegeo.files import Source, feature
from sitegeo.names import english, slug
from sitegeo.people import ADMIN1
from sitegeo.specs import SiteSpec
from tocsin.geo.places import comma_below, country_of

ISO3 = {"RO": "ROU", "UA": "UKR", "MD": "MDA", "BG": "BGR"}
ORIENTATION_POPULATION = 3_000
BY_HAND = "entered by hand, rounded"


def gazetteer_places(spec: SiteSpec, source: Source) -> Iterator[dict[str, Any]]:
    """Yield all places of the counties, and the larger ones across the border."""
    shown = [row for row in source.gazetteer if row["population"] > 0 and wanted(row, spec)]
    found = country_of(
        [row["latitude"] for row in shown],
        [row["longitude"] for row in shown],
        {a3: source.outlines[a3] for a3 in ISO3.values()},
    )
    for row, country in sorted(zip(shown, found, strict=True), key=lambda x: -x[0]["population"]):
        if country != ISO3[row["countrycode"]]:
            sys.exit(f"{row['name']} lies in {country or 'no country'}")
        name = comma_below(row["name"])
        yield feature(
            shapely.points(row["longitude"], row["latitude"]),
            id=f"geonames-{row['geonameid']}",
            name=name,
            name_en=english(name),
            population=row["population"],
            country=country,
        )


def wanted(row: dict[str, Any], spec: SiteSpec) -> bool:
    if row["countrycode"] == "RO":
        return ADMIN1.get(row["admin1code"]) in spec.counties
    position = shapely.points(row["longitude"], row["latitude"])
    return row["population"] >= ORIENTATION_POPULATION and spec.region.intersects(position)


def town_places(spec: SiteSpec, outlines: dict[str, shapely.Geometry]) -> Iterator[dict[str, Any]]:
    """Yield the towns that were entered by hand, each checked to lie in its country."""
    towns = sorted(spec.towns, key=lambda town: -town.population)
    found = country_of([town.lat_deg for town in towns], [town.lon_deg for town in towns], outlines)
    for town, country in zip(towns, found, strict=True):
        stated = town.country or spec.inside
        if country != (stated if stated in outlines else ""):
            sys.exit(f"{town.name} lies in {country or 'no country'}, not in {stated}")
        yield feature(
            shapely.points(town.lon_deg, town.lat_deg),
            id=f"{stated.lower()}-{slug(english(town.name))}",
            name=town.name,
            name_en=english(town.name),
            population=town.population,
            country=stated,
            note=BY_HAND,
        )
