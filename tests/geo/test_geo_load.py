"""Layers from files: what is read, and the one line that each bad file gets."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.geo.check import Feature
from tocsin.geo.layers import countries_of, places_of, zones_of
from tocsin.geo.load import load_border, read_layer
from tocsin.geo.plane import SitePlane
from tocsin.geo.zones import OVERLAP_SHARE, check_apart
from tocsin.model.errors import BadInput
from tocsin.model.site import BorderEntry, LayerEntry

PLANE = SitePlane(45.3, 28.4)
WEST = shapely.box(27.0, 44.5, 28.5, 46.0)
EAST = shapely.box(28.5, 44.5, 30.0, 46.0)
BOWTIE = shapely.Polygon([(28, 45), (29, 46), (29, 45), (28, 46)])
LOOP = shapely.LineString([(28, 45), (29, 45), (29, 46), (28.5, 44.5)])
LAKES = WEST.difference(
    shapely.union_all([shapely.box(27.1 + k / 30, 45, 27.11 + k / 30, 45.1) for k in range(25)])
)
TOWN = {"id": "a", "name": "Galaţi", "population": 7, "country": "ROU"}
ZONE = {"id": "z", "name:ro": "zona", "name:en": "zone", "population": 7}


def collection(*features: tuple[shapely.Geometry, dict]) -> dict:
    listed = [
        {"type": "Feature", "properties": p, "geometry": json.loads(shapely.to_geojson(g))}
        for g, p in features
    ]
    return {"type": "FeatureCollection", "features": listed}


def layer(folder: Path, *features: tuple[shapely.Geometry, dict], **entry):
    (folder / "layer.geojson").write_text(json.dumps(collection(*features)), encoding="utf-8")
    return read_layer(LayerEntry(file="layer.geojson", **entry), folder=folder, plane=PLANE)


def border_entry(**changes) -> BorderEntry:
    entry = {
        "id": "b",
        "kind": "land",
        "source": "a test",
        "vintage": "2026",
        "licence": "none",
        "sigma_m": 10.0,
        "inside": LayerEntry(file="inside.geojson"),
        "line": LayerEntry(file="line.geojson"),
    }
    return BorderEntry(**(entry | changes))


def border(folder: Path, inside: shapely.Geometry, line: shapely.Geometry, /, **changes):
    for name, shape in (("inside", inside), ("line", line)):
        (folder / f"{name}.geojson").write_text(json.dumps(collection((shape, {}))))
    return load_border(border_entry(**changes), folder=folder, plane=PLANE)


def test_a_plain_layer_gives_its_features(tmp_path: Path) -> None:
    """Properties and shapes must come through as they are."""
    (found,) = layer(tmp_path, (WEST, {"A3": "ROU"}))
    assert found.properties == {"A3": "ROU"}
    assert found.geometry.equals(WEST)


def test_where_chooses_features(tmp_path: Path) -> None:
    """One file may hold the line and the protected side."""
    (found,) = layer(tmp_path, (WEST, {"k": 1}), (EAST, {"k": 2}), where={"k": 2})
    assert found.geometry.equals(EAST)


def test_gzipped_layers_are_read(tmp_path: Path) -> None:
    """Country outlines come packed."""
    packed = gzip.compress(json.dumps(collection((WEST, {}))).encode())
    (tmp_path / "west.geojson.gz").write_bytes(packed)
    entry = LayerEntry(file="west.geojson.gz")
    assert len(read_layer(entry, folder=tmp_path, plane=PLANE)) == 1


@pytest.mark.parametrize(("ending", "driver"), [("gpkg", "GPKG"), ("fgb", "FlatGeobuf")])
def test_official_layers_in_stereo70_come_out_in_wgs84(
    tmp_path: Path, ending: str, driver: str
) -> None:
    """Romanian offices publish in EPSG:3844; taken as degrees it would lie nowhere."""
    to_stereo = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3844", always_xy=True)
    there = shapely.transform(WEST, to_stereo.transform, interleaved=False)
    pyogrio.raw.write(
        tmp_path / f"west.{ending}",
        geometry=np.array([shapely.to_wkb(there)]),
        field_data=[np.array(["ROU"], dtype=object), np.array([3])],
        fields=["A3", "count"],
        geometry_type="Polygon",
        crs="EPSG:3844",
        driver=driver,
    )
    entry = LayerEntry(file=f"west.{ending}", where={"A3": "ROU", "count": 3})
    (found,) = read_layer(entry, folder=tmp_path, plane=PLANE)
    assert np.allclose(
        shapely.get_coordinates(found.geometry.normalize()),
        shapely.get_coordinates(WEST.normalize()),
        atol=1e-6,
    )


def test_a_line_is_worked_out_from_neighbours(tmp_path: Path) -> None:
    """An agency often has polygons only."""
    found = border(
        tmp_path, WEST, EAST, line=None, neighbours=LayerEntry(file="line.geojson"), kind="land"
    )
    _, lon_deg = PLANE.geodetic_from_site(found.line_site_m[0])
    assert len(found.line_site_m) == 1
    assert lon_deg == pytest.approx(28.5, abs=1e-3)


def test_holes_of_the_protected_side_are_kept(tmp_path: Path) -> None:
    """An enclave is not to be protected."""
    holed = WEST.difference(shapely.box(27.5, 45, 27.6, 45.1))
    found = border(tmp_path, holed, shapely.LineString([(28.5, 44.5), (28.5, 46)]))
    assert len(found.inside_site_m) == 2


def test_places_get_their_zone_and_right_letters(tmp_path: Path) -> None:
    """A place without its zone would never be warned."""
    zones = zones_of(layer(tmp_path, (WEST, ZONE)))
    inside, outside = places_of(
        layer(
            tmp_path,
            (shapely.Point(28.05, 45.43), TOWN),
            (shapely.Point(29.0, 45.43), TOWN | {"id": "b", "name_en": "B"}),
        ),
        plane=PLANE,
        zones=zones,
    )
    assert (inside.zone, inside.name, inside.name_en) == ("z", "Galați", "Galați")
    assert (outside.zone, outside.name_en) == ("", "B")
    assert inside.pos_site_m == pytest.approx(tuple(PLANE.site_from_geodetic(45.43, 28.05)))


def test_countries_are_outlines_for_drawing(tmp_path: Path) -> None:
    """Every part of a country is drawn."""
    both = shapely.MultiPolygon([WEST, shapely.box(29, 44.5, 30, 46)])
    (country,) = countries_of(layer(tmp_path, (both, {"id": "ROU", "name": "România"})))
    assert len(country.rings_lonlat_deg) == 2


BAD_BORDERS = [
    ("inland water cut out", LAKES, EAST.boundary, "25 holes"),
    ("bowtie", BOWTIE, EAST.boundary, "invalid.*Self-intersection at"),
    ("loop", WEST, LOOP, "crosses itself near longitude 28.66667, latitude 45.00000"),
    ("polygon for a line", WEST, EAST, "a line is needed"),
    ("line for a polygon", LOOP, LOOP, "a polygon is needed"),
    ("no length", WEST, shapely.LineString([(28, 45), (28, 45)]), "no length"),
    ("exchanged", shapely.box(44.5, 27.0, 46.0, 28.5), LOOP, "latitude and longitude are exch"),
    ("other place", shapely.box(2, 41, 3, 42), LOOP, "no nearer than .* km"),
    (
        "out of range",
        shapely.box(27, 44, 28, 95),
        LOOP,
        "longitude 28, latitude 95 is out of range",
    ),
    ("empty shape", shapely.Polygon(), LOOP, "empty"),
]


@pytest.mark.parametrize(
    ("inside", "line", "says"), [b[1:] for b in BAD_BORDERS], ids=[b[0] for b in BAD_BORDERS]
)
def test_a_bad_border_is_refused_in_one_line(
    tmp_path: Path, inside: shapely.Geometry, line: shapely.Geometry, says: str
) -> None:
    """A wrong border gives plausible wrong distances: it must never load."""
    with pytest.raises(BadInput, match=says) as error:
        border(tmp_path, inside, line)
    assert "geojson feature 0" in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.remedy


def test_neighbours_that_share_no_edge_are_refused(tmp_path: Path) -> None:
    """A border of nothing would never be crossed."""
    with pytest.raises(BadInput, match="no edge is shared"):
        border(
            tmp_path,
            WEST,
            shapely.box(29, 44, 30, 45),
            line=None,
            neighbours=LayerEntry(file="line.geojson"),
        )


def test_a_line_far_from_the_protected_side_is_refused(tmp_path: Path) -> None:
    """Distances would be told to one border and sides to another."""
    with pytest.raises(BadInput, match="does not run along"):
        border(tmp_path, WEST, shapely.LineString([(29.5, 44.5), (29.5, 46)]))


def test_outlines_without_their_lakes_are_refused(tmp_path: Path) -> None:
    """The trap itself: outlines whose lakes belong to nobody, 1,456 holes in this window."""
    rng = np.random.default_rng(1)
    lakes = shapely.union_all([shapely.Point(x, y).buffer(0.002) for x, y in
                               rng.uniform([27.1, 44.6], [28.4, 45.9], (400, 2))])  # fmt: skip
    with pytest.raises(BadInput, match="holes: inland water"):
        border(tmp_path, WEST.difference(lakes), LOOP)


BAD_FILES = {
    "absent": (None, "x.geojson", "No such file"),
    "not JSON": (b"{", "x.geojson", "not usable as JSON"),
    "NaN": (
        b'{"features":[{"geometry":{"type":"Point","coordinates":[NaN,45]}}]}',
        "x.geojson",
        "a coordinate is NaN",
    ),
    "infinite": (
        b'{"features":[{"geometry":{"type":"Point","coordinates":[1e999,45]},"properties":{}}]}',
        "x.geojson",
        "NaN or infinite|not a GeoJSON feature",
    ),
    "no collection": (b"[]", "x.geojson", "no FeatureCollection"),
    "no list": (b'{"features":1}', "x.geojson", "no FeatureCollection"),
    "nothing in it": (b'{"features":[]}', "x.geojson", "no features"),
    "feature is a number": (b'{"features":[1]}', "x.geojson", "not a GeoJSON feature"),
    "no geometry": (b'{"features":[{"properties":{}}]}', "x.geojson", "not a GeoJSON feature"),
    "null geometry": (b'{"features":[{"geometry":null}]}', "x.geojson", "empty|not a GeoJSON"),
    "odd geometry": (
        b'{"features":[{"geometry":{"type":"Blob","coordinates":[]}}]}',
        "x.geojson",
        "not a GeoJSON feature",
    ),
    "odd system": (b'{"features":[],"crs":{"properties":{"name":"EPSG:1"}}}', "x.geojson", "unkn"),
    "not gzip": (b"{}", "x.geojson.gz", "x.geojson.gz: "),
    "cut gzip": (gzip.compress(b"{}" * 99)[:-12], "x.geojson.gz", "cut short"),
    "not GPKG": (b"nothing", "x.gpkg", "cannot be read"),
    "absent GPKG": (None, "x.gpkg", "no such file"),
    "shapefile": (b"", "x.shp", "unknown kind of file"),
}


@pytest.mark.parametrize(("raw", "name", "says"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_cannot_be_read_says_so(
    tmp_path: Path, raw: bytes | None, name: str, says: str
) -> None:
    """One clear line with the file and what to do, never a traceback."""
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(BadInput, match=says) as error:
        read_layer(LayerEntry(file=name), folder=tmp_path, plane=PLANE)
    assert name in error.value.where
    assert error.value.remedy


def test_geojson_has_no_layers(tmp_path: Path) -> None:
    """A layer that is silently ignored would hide a mistake."""
    with pytest.raises(BadInput, match="no layers"):
        layer(tmp_path, (WEST, {}), layer="one")


POINT = shapely.Point(28.05, 45.43)
BAD_PLACES = [
    (WEST, TOWN, "must be a point"),
    (POINT, TOWN | {"name": None}, "`name` is missing"),
    (POINT, TOWN | {"country": " "}, "`country` is missing"),
    (POINT, TOWN | {"population": "many"}, "`population` is 'many'"),
    (POINT, TOWN | {"population": -1}, "`population` is -1"),
    (POINT, TOWN | {"population": None}, "`population` is None"),
]


@pytest.mark.parametrize(("shape", "properties", "says"), BAD_PLACES)
def test_a_bad_place_is_refused(
    tmp_path: Path, shape: shapely.Geometry, properties: dict, says: str
) -> None:
    """A place without a name or number cannot be warned or weighed."""
    with pytest.raises(BadInput, match=says):
        places_of(layer(tmp_path, (shape, properties)), plane=PLANE, zones=())


def test_ids_are_given_once(tmp_path: Path) -> None:
    """Two places of one id would share a threat."""
    with pytest.raises(BadInput, match="id `a` is given twice"):
        places_of(layer(tmp_path, (POINT, TOWN), (POINT, TOWN)), plane=PLANE, zones=())


def test_a_zone_needs_a_name(tmp_path: Path) -> None:
    """A message must say where."""
    nameless = {key: value for key, value in ZONE.items() if not key.startswith("name")}
    with pytest.raises(BadInput, match="no name"):
        zones_of(layer(tmp_path, (WEST, nameless)))


VILLAGE = shapely.box(27.2, 44.6, 27.8, 45.4)
BAD_ZONES = [
    ("no people known", [(WEST, ZONE | {"population": None})], "has no population"),
    ("nobody", [(WEST, ZONE | {"population": 0})], "has no population"),
    ("half a person", [(WEST, ZONE | {"population": 0.5})], "`population` is 0.5"),
    ("bowtie", [(BOWTIE, ZONE)], "invalid.*Self-intersection at"),
    ("no tag", [(WEST, ZONE | {"languages": ["romanian"]})], "`romanian` is no language tag"),
    ("no country", [(WEST, ZONE | {"languages": ["ro"]})], "`ro` is no language tag"),
    ("twice", [(WEST, ZONE | {"languages": ["ro-RO", "ro-RO"]})], "`ro-RO` is given twice"),
    ("a number", [(WEST, ZONE | {"languages": 7})], "`languages` is 7"),
    ("same id", [(WEST, ZONE), (EAST, ZONE)], "id `z` is given twice"),
    (
        "commune and village",
        [(WEST, ZONE), (VILLAGE, ZONE | {"id": "v"})],
        r"100% of a zone lies in another: it overlaps `z` near longitude 27\.5",
    ),
]


@pytest.mark.parametrize(
    ("given", "says"), [zone[1:] for zone in BAD_ZONES], ids=[zone[0] for zone in BAD_ZONES]
)
def test_bad_zones_are_refused_in_one_line(tmp_path: Path, given: list, says: str) -> None:
    """People counted twice are warned twice, and the uncounted weigh nothing."""
    with pytest.raises(BadInput, match=says) as error:
        zones_of(layer(tmp_path, *given))
    assert f"geojson feature {len(given) - 1}" in error.value.where
    assert "\n" not in str(error.value)
    assert error.value.remedy


def test_zones_that_touch_or_overlap_by_a_sliver_are_taken(tmp_path: Path) -> None:
    """Zones of two offices never fit to the metre."""
    sliver = shapely.box(28.49, 44.5, 30.0, 46.0)
    for second in (EAST, sliver):
        zones = zones_of(layer(tmp_path, (WEST, ZONE), (second, ZONE | {"id": "e"})))
        assert [zone.id for zone in zones] == ["z", "e"]


@pytest.mark.parametrize(
    "written", [["ro-RO", "uk-UA"], "ro-RO, uk-UA", "ro-RO,uk-UA", '[ "ro-RO", "uk-UA" ]']
)
def test_county_and_languages_come_through(tmp_path: Path, written: object) -> None:
    """GeoPackage has no lists: one text with commas is the same."""
    (zone,) = zones_of(layer(tmp_path, (WEST, ZONE | {"county": "ro-gl", "languages": written})))
    assert (zone.county, zone.languages) == ("ro-gl", ("ro-RO", "uk-UA"))


def test_county_and_languages_may_be_left_out(tmp_path: Path) -> None:
    """Then the policy's languages hold."""
    (zone,) = zones_of(layer(tmp_path, (WEST, ZONE)))
    assert (zone.county, zone.languages) == ("", ())


@given(east=st.floats(-0.8, 0.8), north=st.floats(-0.8, 0.8), size=st.floats(0.3, 1.0))
@settings(max_examples=60, deadline=None)
def test_zones_are_refused_exactly_when_they_share_ground(
    east: float, north: float, size: float
) -> None:
    """Whatever the order and size: nobody lives in two zones."""
    one = shapely.box(28.0, 45.0, 28.5, 45.5)
    other = shapely.box(28.0 + east, 45.0 + north, 28.0 + east + size, 45.0 + north + size)
    features = [Feature("a", {"id": "a"}, one), Feature("b", {"id": "b"}, other)]
    share = one.intersection(other).area / min(one.area, other.area)
    for pair in (features, features[::-1]):
        if share > OVERLAP_SHARE:
            with pytest.raises(BadInput, match="overlaps"):
                check_apart(pair)
        else:
            check_apart(pair)
