r"""Make the map layers of the shipped sites from open data.

    python tools/make_geo.py FOLDER [SITE...]

FOLDER holds four files (see sites/galati/ATTRIBUTION.md for where each comes from): the country
outlines of OpenStreetMap, the GeoNames places of Romania, Moldova, Ukraine and Bulgaria, the
Romanian settlements with their population, and Natural Earth for the drawn sea coast alone.
Sites are galati, vaslui, vilnius, lublin and estonia; without a name all are made.
Every output is small enough to be read in a diff; rerunning gives the same bytes.
"""

import sys
from pathlib import Path

from sitegeo.attribution import LICENCE, attribution
from sitegeo.files import Source, read_source, write_layer
from sitegeo.lines import border_features, country_features, settled_land
from sitegeo.people import settlements_of
from sitegeo.places import gazetteer_places, town_places
from sitegeo.specs import SITES, SiteSpec
from sitegeo.zones import settlement_zones, town_zones

OUT = Path(__file__).parents[1] / "sites"


def main() -> None:
    source = read_source(Path(sys.argv[1]))
    for name in sys.argv[2:] or SITES:
        make(SITES[name], source)


def make(spec: SiteSpec, source: Source) -> None:
    folder = OUT / spec.name
    folder.mkdir(parents=True, exist_ok=True)
    land = settled_land(spec, source)
    if spec.towns:
        places = town_places(spec, source.outlines)
        zones = town_zones(spec, land)
    else:
        places = gazetteer_places(spec, source)
        zones = settlement_zones(spec, source.gazetteer, settlements_of(source), land)
    write_layer(folder / "border.geojson", border_features(spec, source.outlines))
    write_layer(folder / "countries.geojson", country_features(spec, source))
    write_layer(folder / "places.geojson", places)
    write_layer(folder / "zones.geojson", zones)
    (folder / "ATTRIBUTION.md").write_text(attribution(spec), encoding="utf-8")
    (folder / "LICENSE-ODbL.md").write_text(LICENCE, encoding="utf-8")


if __name__ == "__main__":
    main()
