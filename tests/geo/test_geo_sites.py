"""The shipped layers: small, honest, attributed, and true to their source."""

import gzip
import importlib
import json
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely

from tocsin.config import Site, load_site
from tocsin.geo.border import index_border

ROOT = Path(__file__).parents[2]
SITES = ROOT / "sites"
ROMANIAN, BY_HAND = ("galati", "vaslui"), ("vilnius", "lublin", "estonia")
MADE = (*ROMANIAN, *BY_HAND)
PROTECTED = {"vilnius": "LTU", "lublin": "POL", "estonia": "EST"}
every_site = pytest.mark.parametrize("site", MADE)
PLAURU = shapely.Point(28.829, 45.319)
COUNTY_PEOPLE = {
    "ro-gl": (480e3, 520e3),
    "ro-tl": (190e3, 210e3),
    "ro-br": (270e3, 310e3),
    "ro-vs": (350e3, 400e3),
    "ro-vn": (320e3, 350e3),
}


def shapes(site: str, name: str) -> list[tuple[dict, shapely.Geometry]]:
    text = (SITES / site / f"{name}.geojson").read_text(encoding="utf-8")
    return [
        (f["properties"], shapely.geometry.shape(f["geometry"]))
        for f in json.loads(text)["features"]
    ]


@cache
def loaded_site(site: str) -> Site:
    return load_site(SITES / f"{site}.toml")


@every_site
def test_the_layers_are_small_and_attributed(site: str) -> None:
    """They travel with every installation, and ODbL asks for its line."""
    assert max(path.stat().st_size for path in (SITES / site).glob("*.geojson")) < 300_000
    attribution = (SITES / site / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors, ODbL 1.0" in attribution
    assert ("GeoNames" if site in ROMANIAN else "entered by hand") in attribution
    assert (SITES / site / "LICENSE-ODbL.md").is_file()
    settings = (SITES / f"{site}.toml").read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors, ODbL 1.0" in settings
    assert ("GeoNames, CC BY 4.0" if site in ROMANIAN else "entered by hand, rounded") in settings


@every_site
def test_zones_say_that_they_are_no_administrative_boundaries(site: str) -> None:
    """Nobody may take a Voronoi cell for a commune."""
    for properties, _ in shapes(site, "zones"):
        assert "approximate zone, not an administrative boundary" in properties["note"]
        assert "approximate" in properties["name:en"]
        if site in ROMANIAN:
            assert "aproximativ" in properties["name:ro"]


@every_site
def test_what_was_entered_by_hand_says_so(site: str) -> None:
    """A rounded position must not pass for a surveyed one."""
    for layer in ("places", "zones"):
        for properties, _ in shapes(site, layer):
            by_hand = properties.get("note", "").startswith("entered by hand, rounded")
            assert by_hand == (site in BY_HAND)


@every_site
def test_every_place_of_the_protected_side_lies_in_one_zone(site: str) -> None:
    """A place in no zone is never warned, one in two is warned twice."""
    zones = np.array([zone for _, zone in shapes(site, "zones")])
    own = PROTECTED.get(site, "ROU")
    places = [place for properties, place in shapes(site, "places") if properties["country"] == own]
    held = shapely.contains(zones[:, None], np.array(places)[None])
    assert (held.sum(axis=0) == 1).all()


@every_site
def test_a_zone_holds_the_place_that_names_it(site: str) -> None:
    """Who hears of "Tulcea area" must find Tulcea in it."""
    places: dict[str, list] = {}
    for properties, place in shapes(site, "places"):
        places.setdefault(properties["name_en"], []).append(place)
    for properties, zone in shapes(site, "zones"):
        name = properties["name:en"].removesuffix(" area (approximate)")
        assert any(zone.contains(place) for place in places[name]), properties["id"]


@every_site
def test_zones_do_not_overlap_and_are_simple_enough_for_a_message(site: str) -> None:
    """Receivers match CAP polygons on the phone: a hundred points are plenty."""
    zones = np.array([zone for _, zone in shapes(site, "zones")])
    assert shapely.is_valid(zones).all()
    joined, apart = shapely.union_all(zones).area, shapely.area(zones).sum()
    assert apart == pytest.approx(joined, rel=1e-3)
    assert shapely.get_num_coordinates(zones).max() <= 120


@pytest.mark.parametrize("site", ROMANIAN)
def test_zones_are_of_the_size_of_a_commune(site: str) -> None:
    """A larger one wakes people for nothing; a smaller one is a sliver at a border."""
    km2 = [
        zone.area * 111.2**2 * np.cos(np.radians(zone.centroid.y))
        for _, zone in shapes(site, "zones")
    ]
    across_km = np.sqrt(km2)
    assert np.quantile(across_km, 0.1) > 5.0
    assert np.quantile(across_km, 0.9) < 17.0
    assert 8.0 < np.median(across_km) < 13.0
    assert min(across_km) > 4.0


@pytest.mark.parametrize("site", ROMANIAN)
def test_everybody_is_counted_once(site: str) -> None:
    """GeoNames counts communes and again their villages: its sums are a third too high."""
    people: Counter[str] = Counter()
    for properties, _ in shapes(site, "zones"):
        people[properties["county"]] += properties["population"]
        assert properties["population"] >= 150
    for county, found in people.items():
        low, high = COUNTY_PEOPLE[county]
        assert low < found < high, county


def test_a_zone_is_the_same_at_both_romanian_sites() -> None:
    """Policy of a zone, and the words about it, carry over from site to site."""
    galati, vaslui = (
        {p["id"]: (p["population"], zone) for p, zone in shapes(site, "zones")} for site in ROMANIAN
    )
    assert galati.keys() < vaslui.keys()
    for name, (people, zone) in galati.items():
        assert people == vaslui[name][0]
        assert zone.centroid.distance(vaslui[name][1].centroid) < 0.06


@every_site
def test_names_for_readers_of_english_fit_the_smallest_alphabet(site: str) -> None:
    """One letter beyond GSM-7 more than doubles the pages of a cell broadcast."""
    for properties, _ in shapes(site, "zones"):
        assert properties["name:en"].isascii()
    for properties, _ in shapes(site, "places"):
        assert properties["name_en"].isascii()


def test_the_delta_is_warned_in_ukrainian_too() -> None:
    """Languages are those of the people, not of the office."""
    languages = {p["id"]: p["languages"] for p, _ in shapes("galati", "zones")}
    assert languages["ro-tl-chilia-veche"] == ["ro-RO", "en-GB", "uk-UA"]
    assert languages["ro-gl-galati"] == ["ro-RO", "en-GB"]


@pytest.mark.parametrize("site", ROMANIAN)
def test_no_name_carries_a_cedilla(site: str) -> None:
    """ş and ţ are not letters of Romanian."""
    for name in ("places", "zones"):
        text = (SITES / site / f"{name}.geojson").read_text(encoding="utf-8")
        assert not set("şţŞŢ") & set(text)


@every_site
def test_the_border_line_keeps_every_vertex_of_its_source(site: str, shared_data: Path) -> None:
    """The line that decides must not be simplified."""
    packed = (shared_data / "geo/osm_countries_maritime_10m_east_flank.geojson.gz").read_bytes()
    features = json.loads(gzip.decompress(packed))["features"]
    own = PROTECTED.get(site, "ROU")
    outline = next(f for f in features if f["properties"]["A3"] == own)
    source = {tuple(at) for at in np.round(outline["geometry"]["coordinates"][0], 6).tolist()}
    line = next(shape for p, shape in shapes(site, "border") if p["role"] == "line")
    shipped = [tuple(at) for at in shapely.get_coordinates(line).tolist()]
    assert len(shipped) > 1_000
    # The ends of its parts are cut by the window and by the 30 m rule of the shared edge.
    assert sum(at not in source for at in shipped) <= 2 * len(shapely.get_parts(line)) + 2


# Where the source says that they lie: lat, lon, the site, on the protected side or not.
SIDES = [
    ("vaslui", 46.41, 27.49, True, "Puiești"),
    ("vaslui", 45.75, 28.03, True, "Foltești"),
    ("vaslui", 45.91, 28.21, False, "Cahul"),
    ("vaslui", 45.48, 28.20, False, "Giurgiulești"),
    ("vaslui", 47.16, 27.59, True, "Iași"),
    ("vilnius", 54.69, 25.28, True, "Vilnius"),
    ("vilnius", 54.61, 25.96, False, "Astravets"),
    ("lublin", 51.57, 23.34, True, "Wyryki"),
    ("lublin", 52.10, 23.69, False, "Brest"),
    ("lublin", 52.23, 21.01, True, "Warsaw"),
    ("estonia", 58.38, 26.72, True, "Tartu"),
    ("estonia", 59.44, 24.75, True, "Tallinn"),
    ("estonia", 57.82, 28.33, False, "Pskov"),
]


@pytest.mark.parametrize(("site", "lat_deg", "lon_deg", "inside", "name"), SIDES)
def test_well_known_places_lie_on_their_side(
    site: str, lat_deg: float, lon_deg: float, inside: bool, name: str
) -> None:
    """A clip that lost a piece of the country would let a drone be abroad over a town."""
    loaded = loaded_site(site)
    at_m = loaded.plane.site_from_geodetic(lat_deg, lon_deg)
    assert index_border(loaded.borders[0]).inside(at_m)[0] == inside, name


@every_site
def test_a_site_says_what_is_invented_and_how_sure_its_border_is(site: str) -> None:
    """Nobody may take its radars for real ones, or its line for an official one."""
    loaded = loaded_site(site)
    assert loaded.synthetic
    assert all("invented" in sensor.note for sensor in loaded.sensors)
    assert "not an official line" in loaded.note
    assert "approximate, not administrative" in loaded.note
    assert [border.sigma_m for border in loaded.borders] == [100.0 if site == "estonia" else 50.0]
    stated = next(x for x in loaded.toml.splitlines() if x.startswith("sigma_m"))
    assert "not proven" in stated
    assert all(zone.county and zone.languages for zone in loaded.zones)


@every_site
def test_any_way_in_over_the_line_is_an_entry(site: str) -> None:
    """The line must know its protected side all along, or crossings would not count."""
    index = index_border(loaded_site(site).borders[0])
    assert np.mean(index.inside_left == 0) < 0.01


def test_plauru_lies_in_a_zone() -> None:
    """A hamlet opposite Izmail, in no gazetteer of towns, 0.7 km from the line."""
    (zone,) = (p["id"] for p, z in shapes("galati", "zones") if z.contains(PLAURU))
    assert zone == "ro-tl-ceatalchioi"


@pytest.mark.slow
def test_the_tool_makes_the_shipped_layers_again(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shipped must be what the tool makes of the open data."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    maker = importlib.import_module("make_geo")
    monkeypatch.setattr("sys.argv", ["maker", str(shared_data / "geo")])
    monkeypatch.setattr(maker, "OUT", tmp_path)
    maker.main()
    for made in tmp_path.glob("*/*"):
        shipped = SITES / made.parent.name / made.name
        assert made.read_bytes() == shipped.read_bytes(), shipped
