"""The shipped layers of Galati: small, honest, attributed, and true to their source."""

import gzip
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import shapely

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "sites" / "galati"


def shapes(name: str) -> list[tuple[dict, shapely.Geometry]]:
    features = json.loads((FOLDER / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    return [(f["properties"], shapely.geometry.shape(f["geometry"])) for f in features]


def test_the_layers_are_small_and_attributed() -> None:
    """They travel with every installation, and ODbL asks for its line."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.geojson")) < 400_000
    attribution = (FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors, ODbL 1.0" in attribution
    assert "GeoNames" in attribution
    assert (FOLDER / "LICENSE-ODbL.md").is_file()
    site = (ROOT / "sites" / "galati.toml").read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors, ODbL 1.0" in site


def test_zones_say_that_they_are_no_administrative_boundaries() -> None:
    """Nobody may take a Voronoi cell for a commune."""
    for properties, _ in shapes("zones"):
        assert "approximate zone, not an administrative boundary" in properties["note"]
        assert "aproximativ" in properties["name:ro"]
        assert "approximate" in properties["name:en"]


def test_every_romanian_place_lies_in_one_zone() -> None:
    """A place in no zone is never warned, one in two is warned twice."""
    zones = np.array([zone for _, zone in shapes("zones")])
    places = [place for properties, place in shapes("places") if properties["country"] == "ROU"]
    held = shapely.contains(zones[:, None], np.array(places)[None])
    assert (held.sum(axis=0) == 1).all()


def test_zones_do_not_overlap_and_are_simple_enough_for_a_message() -> None:
    """Receivers match CAP polygons on the phone: a hundred points are plenty."""
    zones = np.array([zone for _, zone in shapes("zones")])
    assert shapely.is_valid(zones).all()
    joined, apart = shapely.union_all(zones).area, shapely.area(zones).sum()
    assert apart == pytest.approx(joined, rel=1e-3)
    assert shapely.get_num_coordinates(zones).max() <= 120


def test_no_name_carries_a_cedilla() -> None:
    """ş and ţ are not letters of Romanian."""
    for name in ("places", "zones"):
        text = (FOLDER / f"{name}.geojson").read_text(encoding="utf-8")
        assert not set("şţŞŢ") & set(text)


def test_the_border_line_keeps_every_vertex_of_its_source(shared_data: Path) -> None:
    """The line that decides must not be simplified."""
    packed = (shared_data / "geo/osm_countries_maritime_10m_east_flank.geojson.gz").read_bytes()
    features = json.loads(gzip.decompress(packed))["features"]
    outline = next(f for f in features if f["properties"]["A3"] == "ROU")
    source = {tuple(at) for at in np.round(outline["geometry"]["coordinates"][0], 6).tolist()}
    (line,) = (shape for p, shape in shapes("border") if p.get("border") == "danube-prut")
    shipped = [tuple(at) for at in shapely.get_coordinates(line).tolist()]
    assert len(shipped) > 1_500
    # The ends are cut by the window and by the 30 m rule of the shared edge.
    assert sum(at not in source for at in shipped) <= 4


@pytest.mark.slow
def test_the_tool_makes_the_shipped_layers_again(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shipped must be what the tool makes of the open data."""
    spec = importlib.util.spec_from_file_location("maker", ROOT / "tools" / "make_galati_geo.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    names = (
        "osm_countries_maritime_10m_east_flank.geojson.gz",
        "geonames_cities500_ro_md_ua_bg.json.gz",
        "naturalearth_4.1_countries-10m.topo.json",
    )
    monkeypatch.setattr("sys.argv", ["maker", *(str(shared_data / "geo" / n) for n in names)])
    monkeypatch.setattr(maker, "OUT", tmp_path)
    maker.main()
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (FOLDER / made.name).read_bytes(), made.name
