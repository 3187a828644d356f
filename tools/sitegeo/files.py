"""Reading the open data, and writing layers as GeoJSON."""

import csv
import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

OUTLINES = "osm_countries_maritime_10m_east_flank.geojson.gz"
GAZETTEER = "geonames_cities500_ro_md_ua_bg.json.gz"
SETTLEMENTS = "romania_localitati_orase_2002.csv"
COAST = "naturalearth_4.1_countries-10m.topo.json"


@dataclass(frozen=True)
class Source:
    """The open data, as it was read."""

    outlines: dict[str, shapely.Geometry]
    """Countries with inland water and territorial sea, by ISO 3166-1 alpha-3 code."""
    gazetteer: list[dict[str, Any]]
    settlements: list[dict[str, str]]
    coast: list[shapely.Geometry]
    """Land of the world, for drawing."""


def read_source(folder: Path) -> Source:
    features = json.loads(gzip.decompress((folder / OUTLINES).read_bytes()))["features"]
    with (folder / SETTLEMENTS).open(encoding="utf-8-sig", newline="") as file:
        settlements = list(csv.DictReader(file))
    return Source(
        outlines={f["properties"]["A3"]: shapely.geometry.shape(f["geometry"]) for f in features},
        gazetteer=json.loads(gzip.decompress((folder / GAZETTEER).read_bytes())),
        settlements=settlements,
        coast=read_land(folder / COAST),
    )


def read_land(path: Path) -> list[shapely.Geometry]:
    """Return the polygons of the TopoJSON object `land`."""
    topology = json.loads(path.read_bytes())
    scale, start = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + start for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> np.ndarray:
        return np.concatenate([arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers])

    shells = [
        ring(rings[0]) for g in topology["objects"]["land"]["geometries"] for rings in g["arcs"]
    ]
    return [shapely.Polygon(shell) for shell in shells if len(shell) > 3]  # islets are rounded off


def feature(lonlat: shapely.Geometry, *, digits: int = 6, **properties: Any) -> dict[str, Any]:
    """Turn a geometry of degrees into a GeoJSON feature of rounded degrees."""
    geometry = shapely.transform(lonlat, lambda c: np.round(c, digits))
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry)
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value not in ("", None)},
        "geometry": json.loads(shapely.to_geojson(geometry)),
    }


def write_layer(path: Path, features: Iterable[dict[str, Any]]) -> None:
    lines = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")
    print(
        f"{path.parent.name}/{path.name}: {len(lines)} features, {len(text.encode()) / 1e3:.0f} kB"
    )
