"""Read borders, areas, places and zones from files. The only module of `geo` that opens any.

GeoJSON (RFC 7946, also gzipped) is read here; GeoPackage and FlatGeobuf through pyogrio, turned
to WGS84 where the file says that it is in another system, as official data often are.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import shapely
from numpy.typing import NDArray

from tocsin.geo.border import index_border, shared_edge
from tocsin.geo.check import Feature, check_coordinates, check_near
from tocsin.geo.layers import areas_on, lines_on
from tocsin.geo.plane import SitePlane
from tocsin.model.errors import BadInput
from tocsin.model.place import Border
from tocsin.model.site import BorderEntry, LayerEntry

F64 = NDArray[np.float64]
Turn = Callable[[shapely.Geometry], shapely.Geometry]

_WGS84 = {"EPSG:4326", "OGC:CRS84", "URN:OGC:DEF:CRS:OGC:1.3:CRS84", "URN:OGC:DEF:CRS:EPSG::4326"}
_SIDELESS_SHARE = 0.2
"""Of a border's segments so many may have the protected side on neither or both hands."""
_GEOJSON = (".geojson", ".json", ".geojson.gz", ".json.gz")
_OGR = (".gpkg", ".fgb")


def read_layer(entry: LayerEntry, *, folder: Path, plane: SitePlane) -> tuple[Feature, ...]:
    """Read the features of a layer and check that they are positions near the site.

    Args:
        entry: Which file, layer and features.
        folder: Folder that a relative path starts from.
        plane: Plane of the site.

    Returns:
        At least one feature, WGS84, every coordinate finite and in range.

    Raises:
        BadInput: The file cannot be read, is empty, or lies elsewhere on earth.
    """
    path = folder / entry.file
    read = _read_geojson if path.name.lower().endswith(_GEOJSON) else _read_ogr
    features = [f for f in read(path, entry.layer) if _chosen(f, entry.where)]
    if not features:
        wanted = f" with {entry.where}" if entry.where else ""
        raise BadInput(
            f"no features{wanted}", where=str(path), remedy="Check the file, layer and `where`."
        )
    for feature in features:
        check_coordinates(feature)
    check_near(features, plane)
    return tuple(features)


def load_border(entry: BorderEntry, *, folder: Path, plane: SitePlane) -> Border:
    """Read one border: its line, or the edge shared with neighbours, and the protected side.

    Raises:
        BadInput: A layer cannot be used, the neighbours share no edge, or the line is another's.
    """
    areas = areas_on(plane, read_layer(entry.inside, folder=folder, plane=plane))
    border = Border(
        id=entry.id,
        source=entry.source,
        vintage=entry.vintage,
        licence=entry.licence,
        kind=entry.kind,
        sigma_m=entry.sigma_m,
        line_site_m=_line(entry, areas, folder=folder, plane=plane),
        inside_site_m=tuple(
            shapely.get_coordinates(ring)
            for area in areas
            for part in shapely.get_parts(area)
            for ring in (part.exterior, *part.interiors)
        ),
    )
    if np.mean(index_border(border).inside_left == 0) > _SIDELESS_SHARE:
        raise BadInput(
            "the line does not run along the edge of the protected side",
            where=f"border {entry.id}",
            remedy="Give `line` and `inside` of the same border, not more than 500 m apart.",
        )
    return border


def _line(
    entry: BorderEntry, areas: Sequence[shapely.Geometry], *, folder: Path, plane: SitePlane
) -> tuple[F64, ...]:
    if entry.line is not None:
        return lines_on(plane, read_layer(entry.line, folder=folder, plane=plane))
    if entry.neighbours is None:
        raise BadInput(
            "neither `line` nor `neighbours` is given",
            where=f"border {entry.id}",
            remedy="Give the line, or the polygons of the countries beyond it.",
        )
    beyond = read_layer(entry.neighbours, folder=folder, plane=plane)
    parts = shared_edge(shapely.union_all(areas), areas_on(plane, beyond))
    if not parts:
        beyond[0].refuse(
            "no edge is shared with the protected side",
            "Give neighbours from the same source as `inside`, or the line itself.",
        )
    return parts


def _chosen(feature: Feature, where: Mapping[str, Any]) -> bool:
    return all(feature.properties.get(key) == value for key, value in where.items())


def _read_geojson(path: Path, layer: str | None) -> list[Feature]:
    if layer is not None:
        raise BadInput("GeoJSON has no layers", where=str(path), remedy="Leave `layer` out.")
    document = _document(path)
    turn = _to_wgs84(_named_crs(document), path)
    features = document.get("features")
    if not isinstance(features, list):
        _refuse_file(path, "no FeatureCollection", "Save the layer as GeoJSON (RFC 7946).")
    return [_feature(path, number, raw, turn) for number, raw in enumerate(features)]


def _document(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
        text = gzip.decompress(raw) if path.suffix == ".gz" else raw
        document = json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        _refuse_file(path, error.strerror or "not gzip", "Check the path and its permissions.")
    except (EOFError, zlib.error):
        _refuse_file(path, "the gzip file is cut short", "Copy or unpack it again.")
    except ValueError as error:
        _refuse_file(path, f"not usable as JSON ({error})", "Save the layer as GeoJSON again.")
    if not isinstance(document, dict):
        _refuse_file(path, "no FeatureCollection", "Save the layer as GeoJSON (RFC 7946).")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"a coordinate is {name}")


def _feature(path: Path, number: int, raw: Any, turn: Turn) -> Feature:  # noqa: ANN401
    where = f"{path} feature {number}"
    try:
        geometry = shapely.from_geojson(json.dumps(raw["geometry"]))
        properties = dict(raw.get("properties") or {})
    except (shapely.errors.ShapelyError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInput(
            f"not a GeoJSON feature ({error})", where=where, remedy="Save the layer again."
        ) from None
    return Feature(where, properties, turn(geometry))


def _named_crs(document: Mapping[str, Any]) -> str | None:
    """Read the `crs` member that GeoJSON of 2008 had and tools still write."""
    crs = document.get("crs")
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    return name if isinstance(name, str) else None


def _read_ogr(path: Path, layer: str | None) -> list[Feature]:
    if path.suffix.lower() not in _OGR:
        kinds = ", ".join(_GEOJSON + _OGR)
        _refuse_file(path, "unknown kind of file", f"Give one of {kinds}.")
    if not path.is_file():
        _refuse_file(path, "no such file", "Check the path.")
    import pyogrio  # loads GDAL: a tenth of a second that GeoJSON need not pay

    try:
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        _refuse_file(path, f"cannot be read ({error})", "Check the file and the layer's name.")
    turn = _to_wgs84(meta["crs"], path)
    names = [str(name) for name in meta["fields"]]
    return [
        Feature(
            f"{path} feature {number}",
            {name: _plain(column[number]) for name, column in zip(names, columns, strict=True)},
            turn(shapely.from_wkb(shape)),
        )
        for number, shape in enumerate(shapes)
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """Turn numpy numbers into Python's, and a missing number into None."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and np.isnan(value) else value


def _to_wgs84(crs: str | None, path: Path) -> Turn:
    """Return what turns a geometry of a named system into flat WGS84 lon, lat."""
    if crs is None or crs.upper() in _WGS84:
        return _flat
    import pyproj

    try:
        turn = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.ProjError:
        _refuse_file(path, f"unknown reference system {crs!r}", "Save the layer in WGS84.")

    def turned(geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shapely.force_2d(geometry), turn.transform, interleaved=False)

    return turned


def _flat(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.force_2d(geometry)


def _refuse_file(path: Path, what: str, remedy: str) -> NoReturn:
    raise BadInput(what, where=str(path), remedy=remedy)
