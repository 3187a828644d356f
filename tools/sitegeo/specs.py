"""What each shipped site shows: its centre, its border, its counties or towns."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from sitegeo import towns
from sitegeo.towns import Town
from tocsin.geo.plane import SitePlane

COUNTRY_NAMES = {
    "ROU": "România",
    "UKR": "Україна",
    "MDA": "Republica Moldova",
    "BGR": "България",
    "LTU": "Lietuva",
    "BLR": "Беларусь",
    "LVA": "Latvija",
    "POL": "Polska",
    "SVK": "Slovensko",
    "EST": "Eesti",
    "FIN": "Suomi",
}


class Plane:
    """The plane of a site, for shapes."""

    def __init__(self, lat_deg: float, lon_deg: float) -> None:
        self.site = SitePlane(lat_deg, lon_deg)

    def on(self, lonlat: shapely.Geometry) -> shapely.Geometry:
        """Project degrees onto the plane."""
        return shapely.transform(lonlat, lambda c: self.site.site_from_geodetic(c[:, 1], c[:, 0]))

    def off(self, site: shapely.Geometry) -> shapely.Geometry:
        """Lift a shape of the plane to degrees."""
        return shapely.transform(
            site, lambda c: np.stack(self.site.geodetic_from_site(c)[::-1], axis=-1)
        )


@dataclass(frozen=True)
class LineSpec:
    """One part of the border line."""

    name: str
    kind: str
    words: str
    """What it is, for the attribution."""
    neighbours: tuple[str, ...] = ()
    """The edge shared with these; none: the edge shared with nobody in `apart_from`."""
    apart_from: tuple[str, ...] = ()
    window: tuple[float, float, float, float] | None = None
    """Only inside this box of lon, lat; without one the region of the site."""


@dataclass(frozen=True)
class SiteSpec:
    """One site."""

    name: str
    lat_deg: float
    lon_deg: float
    inside: str
    """The protected country."""
    region: shapely.Geometry
    """Where the outline of the protected country keeps every vertex."""
    map: shapely.Geometry
    """What is drawn."""
    drawn: tuple[str, ...]
    lines: tuple[LineSpec, ...]
    counties: tuple[str, ...] = ()
    """Romanian counties whose settlements make the zones, by plate letters."""
    towns: tuple[Town, ...] = ()
    """Towns entered by hand, where there is no gazetteer."""
    plane: Plane = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plane", Plane(self.lat_deg, self.lon_deg))


SHARED = "the edge of {} shared with {} (boundary within 30 m of theirs)"
DANUBE_PRUT = LineSpec(
    name="danube-prut",
    kind="river, sea at its eastern end",
    words=SHARED.format("Romania", "Ukraine and Moldova"),
    neighbours=("UKR", "MDA"),
)
BLACK_SEA = LineSpec(
    name="black-sea",
    kind="outer edge of the territorial sea",
    words="the outer edge of its territorial sea",
    apart_from=("UKR", "MDA", "BGR"),
    window=(28.5, 43.5, 31.7, 45.5),
)

SITES = {
    spec.name: spec
    for spec in (
        SiteSpec(
            name="galati",
            lat_deg=45.30,
            lon_deg=28.40,
            inside="ROU",
            region=shapely.box(26.8, 44.0, 31.7, 46.6),
            map=shapely.box(25.8, 43.9, 31.7, 46.9),
            drawn=("BGR", "ROU", "MDA", "UKR"),
            lines=(DANUBE_PRUT, BLACK_SEA),
            counties=("GL", "TL", "BR"),
        ),
        SiteSpec(
            name="vaslui",
            lat_deg=45.90,
            lon_deg=28.00,
            inside="ROU",
            region=shapely.box(26.6, 44.0, 31.7, 47.5),
            map=shapely.box(25.8, 43.9, 31.7, 47.6),
            drawn=("BGR", "ROU", "MDA", "UKR"),
            lines=(DANUBE_PRUT, BLACK_SEA),
            counties=("GL", "TL", "BR", "VS", "VN"),
        ),
        SiteSpec(
            name="vilnius",
            lat_deg=54.60,
            lon_deg=25.30,
            inside="LTU",
            region=shapely.box(23.3, 53.8, 27.0, 56.0),
            map=shapely.box(22.6, 53.3, 27.6, 56.2),
            drawn=("POL", "LVA", "LTU", "BLR"),
            lines=(
                LineSpec(
                    name="belarus",
                    kind="land, rivers and lakes",
                    words=SHARED.format("Lithuania", "Belarus"),
                    neighbours=("BLR",),
                ),
            ),
            towns=towns.VILNIUS,
        ),
        SiteSpec(
            name="lublin",
            lat_deg=51.60,
            lon_deg=23.20,
            inside="POL",
            region=shapely.box(21.5, 48.9, 24.5, 54.1),
            map=shapely.box(20.8, 48.8, 25.6, 54.3),
            drawn=("LTU", "POL", "BLR", "UKR", "SVK"),
            lines=(
                LineSpec(
                    name="east",
                    kind="rivers, land",
                    words=SHARED.format("Poland", "Belarus and Ukraine"),
                    neighbours=("BLR", "UKR"),
                ),
            ),
            towns=towns.LUBLIN,
        ),
        SiteSpec(
            name="estonia",
            lat_deg=58.40,
            lon_deg=27.00,
            inside="EST",
            region=shapely.box(25.3, 57.4, 28.4, 59.75),
            map=shapely.box(24.4, 57.0, 28.6, 60.0),
            drawn=("LVA", "EST"),
            lines=(
                LineSpec(
                    name="east",
                    kind="land, lakes Peipus and Pskov, river Narva, sea at its northern end",
                    words="the eastern edge of Estonia, which it does not share with Latvia",
                    apart_from=("LVA", "FIN"),
                    window=(26.8, 57.4, 28.4, 59.52),
                ),
            ),
            towns=towns.ESTONIA,
        ),
    )
}
