"""How many people live in each Romanian settlement, everybody counted once.

GeoNames counts communes and again their villages. The list of settlements counts each settlement
once, but is old: its name says 2002, its sums fit the census of 1992 (Galati county 641,011, far
over the 620,000 or so of 2002). So: towns take their number from GeoNames, all other settlements
of a county share the rest of the county's people of 2021, in proportion to the old list.
"""

from typing import Any, NamedTuple

from sitegeo.files import Source
from tocsin.geo.places import search_key

COUNTY_PEOPLE = {"GL": 497_000, "TL": 193_000, "BR": 281_000, "VS": 375_000, "VN": 335_000}
"""Census of 2021, entered by hand, rounded."""
ADMIN1 = {"18": "GL", "37": "TL", "08": "BR", "38": "VS", "40": "VN"}
"""GeoNames codes of the counties, and their plate letters."""
TOWN_PEOPLE = 20_000
"""From this size GeoNames gives the number of the town itself."""
SAME_DEG = 0.05


class Settlement(NamedTuple):
    """A Romanian settlement."""

    lat_deg: float
    lon_deg: float
    county: str
    people: float
    """0 outside the counties that are shown: there they only shape the cells."""


def settlements_of(source: Source) -> list[Settlement]:
    """Return all settlements, the largest first; those at one spot keep their order."""
    rows = sorted(source.settlements, key=lambda r: -_old(r))
    towns = _towns(source.gazetteer)
    share = {county: _share(county, rows, towns) for county in COUNTY_PEOPLE}
    return [
        Settlement(
            lat_deg=float(row["Y"]),
            lon_deg=float(row["X"]),
            county=row["JUDET AUTO"],
            people=_town_people(row, towns) or _old(row) * share.get(row["JUDET AUTO"], 0.0),
        )
        for row in rows
    ]


def _old(row: dict[str, str]) -> int:
    return int(row["POPULATIE (in 2002)"] or 0)


def _towns(gazetteer: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (ADMIN1[row["admin1code"]], search_key(row["name"])): row
        for row in gazetteer
        if row["countrycode"] == "RO"
        and row["admin1code"] in ADMIN1
        and row["population"] >= TOWN_PEOPLE
    }


def _town_people(row: dict[str, str], towns: dict[tuple[str, str], dict[str, Any]]) -> int:
    """Return the people of a town by GeoNames, 0 for a village of that name or any other."""
    town = towns.get((row["JUDET AUTO"], search_key(row["NUME"])))
    if town is None:
        return 0
    apart = max(abs(town["latitude"] - float(row["Y"])), abs(town["longitude"] - float(row["X"])))
    return int(town["population"]) if apart < SAME_DEG else 0


def _share(
    county: str, rows: list[dict[str, str]], towns: dict[tuple[str, str], dict[str, Any]]
) -> float:
    """Return by how much the settlements that are no towns have shrunk since the old list."""
    mine = [row for row in rows if row["JUDET AUTO"] == county]
    in_towns = sum(_town_people(row, towns) for row in mine)
    villagers = sum(_old(row) for row in mine if not _town_people(row, towns))
    return (COUNTY_PEOPLE[county] - in_towns) / villagers
