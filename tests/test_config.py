"""Site files: every shipped one loads, every bad setting gets its one line."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tocsin.config import (
    Site,
    SiteFile,
    detection_site,
    load_site,
    settings_json,
    site_facts,
    site_from_json,
)
from tocsin.geo.border import index_border
from tocsin.model.errors import BadSettings, TocsinError
from tocsin.model.toml import leaves, setting_keys

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "sites").glob("*.toml"))
GOOD = """
[site]
name = "here"
title = "Here"
lat_deg = 45.3
lon_deg = 28.4
synthetic = true

[[sensor]]
id = "radar"
kind = "radar"
lat_deg = 45.4
lon_deg = 28.6
alt_ellipsoid_m = 60.0
revisit_s = 4.0
range_max_m = 100_000.0
pd_cooperative_prob = 0.97
pd_noncooperative_prob = 0.8
noise = { range_sigma_m = 20.0, azimuth_sigma_deg = 0.06 }
noise_by_type = { 5 = { azimuth_sigma_deg = 0.3 } }
feed = [{ category = 48, sac = 20, sic = 129, edition = "1.32" }]

[[sensor]]
id = "post"
kind = "bearing"
lat_deg = 45.2
lon_deg = 28.2
alt_ellipsoid_m = 10.0
revisit_s = 5.0
range_max_m = 8_000.0
pd_cooperative_prob = 0.5
pd_noncooperative_prob = 0.5
noise = { azimuth_sigma_deg = 3.0 }
text_feed = ["readsb"]

[[border]]
id = "line"
kind = "invented"
source = "a test"
vintage = "2026"
licence = "none"
sigma_m = 10.0
line = { file = "border.geojson", where = { role = "line" } }
inside = { file = "border.geojson", where = { role = "inside" } }

[zones]
file = "zones.geojson"

[track]
confirm_prob = 0.9

[assess]
step_s = 5.0

[warn]
languages = ["en-GB"]
"""
LINE = [[28.0, 45.0], [29.0, 45.0]]
LAYERS = {
    "border.geojson": [
        ({"role": "line"}, {"type": "LineString", "coordinates": LINE}),
        (
            {"role": "inside"},
            {"type": "Polygon", "coordinates": [[*LINE, [29.0, 46.0], [28.0, 46.0], LINE[0]]]},
        ),
    ],
    "zones.geojson": [
        (
            {"id": "z", "name:en": "Zone", "population": 3},
            {"type": "Polygon", "coordinates": [[*LINE, [29.0, 46.0], LINE[0]]]},
        )
    ],
}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Return what writes a site file beside its layers."""
    for name, features in LAYERS.items():
        listed = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
        text = json.dumps({"type": "FeatureCollection", "features": listed})
        (tmp_path / name).write_text(text)

    def write(text: str) -> Path:
        path = tmp_path / "here.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def galati() -> Site:
    return load_site(ROOT / "sites" / "galati.toml")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_site_loads_and_says_what_is_invented(path: Path) -> None:
    """A newcomer's first run starts from one of these."""
    site = load_site(path)
    assert site.id == path.stem
    assert site.note
    if any(border.kind == "invented" for border in site.borders):
        assert site.synthetic
        assert "invented" in site.note
    for place in site.places:
        assert place.zone or place.country not in {"ROU", "ESP"}, place.name


def test_invented_sensors_say_so(galati: Site) -> None:
    """Nobody may take the Galati radars for real ones."""
    assert all("invented" in sensor.note for sensor in galati.sensors)
    assert galati.synthetic


def test_the_galati_border_holds_the_known_answers(galati: Site) -> None:
    """The shipped clip must give the distances of the whole data set."""
    border = index_border(galati.borders[0])
    known = {"Galati": 11.23, "Tulcea": 6.81, "Isaccea": 1.77, "Izmail": 2.18, "Reni": 0.57}
    found = {p.name_en: p for p in galati.places if p.name_en in known}
    pos_m = np.array([found[name].pos_site_m for name in known])
    assert border.distance_m(pos_m) / 1e3 == pytest.approx(list(known.values()), abs=0.006)
    assert list(border.inside(pos_m)) == [True, True, True, False, False]


def test_the_whole_country_is_the_protected_side(galati: Site) -> None:
    """A track that flies on inland must not come out of a clipped area."""
    border = index_border(galati.borders[0])
    inland = galati.plane.site_from_geodetic([44.43, 46.77, 45.75], [26.10, 23.60, 21.23])
    abroad = galati.plane.site_from_geodetic([46.48, 47.01, 43.21], [30.73, 28.86, 27.91])
    assert border.inside(inland).all()
    assert not border.inside(abroad).any()


def test_the_same_site_gives_the_same_bytes_and_comes_back(galati: Site) -> None:
    """A replay from the journal needs neither the file nor its layers."""
    text = settings_json(galati)
    again = site_from_json(text)
    assert settings_json(again) == text == settings_json(load_site(ROOT / "sites/galati.toml"))
    assert np.array_equal(again.borders[0].line_site_m[0], galati.borders[0].line_site_m[0])
    assert again.sources == galati.sources
    assert again.plane == galati.plane


def test_detection_knows_sensors_routes_and_editions(galati: Site) -> None:
    """Bytes of a source without a route would be rejected."""
    found = detection_site(galati, date_ns=7)
    assert found.routes[48, 250, 1] == "radar-macin"
    assert found.editions.of(21, 250, 21) == "2.4"
    assert found.sensors["ear-plauru"].kind == "acoustic"
    assert found.text_routes == {"readsb": "adsb-galati", "sbs": "adsb-galati"}
    assert (found.undulation_m, found.date_ns) == (32.0, 7)


def test_the_record_keeps_the_line_as_it_was_read(galati: Site) -> None:
    """The report draws the border from the record alone."""
    facts = site_facts(galati)
    raw = json.loads((ROOT / "sites/galati/border.geojson").read_text(encoding="utf-8"))
    drawn = [line for border in facts.borders for line in border.lines_lonlat_deg]
    read = [f["geometry"]["coordinates"] for f in raw["features"][:2]]
    assert [[list(at) for at in line] for line in drawn] == read
    assert facts.settings_toml.startswith("# Danube")


def test_settings_of_another_version_are_refused() -> None:
    """Half-read settings would replay something else."""
    with pytest.raises(BadSettings, match="another version"):
        site_from_json(b'{"id":"x"}')


def test_a_good_site_is_worked_out(written: Callable[[str], Path]) -> None:
    """Routes, editions, positions and overrides come from the entries."""
    site = load_site(written(GOOD))
    radar = site.sensors[0]
    assert site.sources == {(48, 20, 129): "radar"}
    assert site.editions == {(48, 20, 129): "1.32"}
    assert site.text_routes == {"readsb": "post"}
    assert radar.pos_site_m == pytest.approx(tuple(site.plane.site_from_geodetic(45.4, 28.6)))
    assert radar.convergence_rad == site.plane.convergence_rad(45.4, 28.6)
    assert radar.noise_by_type[5].azimuth_sigma_deg == 0.3
    assert radar.noise_by_type[5].range_sigma_m == 20.0


FEED = 'feed = [{ category = 48, sac = 20, sic = 129, edition = "1.32" }]'
# What is changed into what, then the key and the words that the one line must hold.
BAD = [
    ("lat_deg = 45.3\n", "lat_deg = 95.0\n", "site.lat_deg", "<= 85.0, got 95.0"),
    ("lat_deg = 45.3\n", "lat_deg = nan\n", "site.lat_deg", "nan is no setting"),
    ("lat_deg = 45.3\n", "", "site.lat_deg", "missing"),
    ("lon_deg = 28.4", "lon_deg = -inf", "site.lon_deg", "-inf is no setting"),
    ("lon_deg = 28.4", 'lon_deg = "28 E"', "site.lon_deg", "expected float, got str"),
    ('name = "here"', 'name = "Here!"', "site.name", "regex"),
    ('title = "Here"', 'title = ""', "site.title", "length >= 1"),
    ('title = "Here"', 'titel = "Here"', "site.titel", "Did you mean `title`?"),
    ('title = "Here"', 'title = "Here"\ntime_zone = "Mars"', "site.time_zone", "no time zone"),
    ("[track]", "[tracks]", "tracks", "Did you mean `track`?"),
    ("[site]", "[site", "here.toml", "not TOML"),
    ("lat_deg = 45.4", "lat_deg = 454", 'sensor["radar"].lat_deg', "<= 90.0, got 454"),
    ("lat_deg = 45.4\nlon_deg = 28.6", "lat_deg = 28.6\nlon_deg = 45.4", 'sensor["radar"].lat_deg',
     "may be exchanged"),
    ('kind = "radar"', 'kind = "radr"', 'sensor["radar"].kind', "Did you mean `radar`?"),
    ("= 0.97", "= 97", 'sensor["radar"].pd_cooperative_prob', "<= 1.0, got 97"),
    ("= 0.97", "= -0.1", 'sensor["radar"].pd_cooperative_prob', ">= 0.0, got -0.1"),
    ("revisit_s = 4.0", "revisit_s = 0.0", 'sensor["radar"].revisit_s', "> 0.0, got 0.0"),
    ("range_max_m = 100_000.0", "range_mx_m = 1.0", "range_mx_m", "Did you mean `range_max_m`?"),
    ("range_max_m = 100_000.0", "range_max_m = 1.0\nrange_min_m = 2.0", "radar", "range_min_m"),
    ("range_sigma_m = 20.0", "range_sigma_m = 0.0", "noise.range_sigma_m", "> 0.0, got 0.0"),
    ("range_sigma_m = 20.0, ", "", 'sensor["radar"]', "noise.range_sigma_m is missing"),
    ("{ azimuth_sigma_deg = 3.0 }", "{}", 'sensor["post"]', "noise.azimuth_sigma_deg is missing"),
    ("5 = { azi", "12 = { azi", 'sensor["radar"].noise_by_type', "regex"),
    ("5 = { azimuth", "5 = { azimut", "noise_by_type[...].azimut", "Did you mean `azimuth_sigma"),
    ('id = "post"', 'id = "radar"', "sensor", "id radar is given 2 times"),
    ('text_feed = ["readsb"]', FEED, "sensor.feed", "CAT048 SAC 20 SIC 129 is given 2 times"),
    ("sac = 20", "sac = 256", 'sensor["radar"].feed[0].sac', "<= 255, got 256"),
    ('edition = "1.32"', 'edition = "9.9"', 'sensor["radar"].feed.edition', "Known are: 1.27"),
    ('edition = "1.32"', "edition = 1.32", "feed[0].edition", "expected str, got float"),
    ("category = 48", "category = 47", 'sensor["radar"].feed.edition', "leave the feed out"),
    ("sigma_m = 10.0\n", "", 'border["line"].sigma_m', "missing"),
    ("sigma_m = 10.0\n", "sigma_m = -1.0\n", 'border["line"].sigma_m', "> 0.0, got -1.0"),
    ('kind = "invented"', 'kind = "wall"', 'border["line"].kind', "Known here: "),
    ("synthetic = true", "synthetic = false", 'border["line"].kind', "not marked synthetic"),
    ('line = { file = "border', 'neighbours = { file = "x" }\nline = { file = "border', "border",
     "exactly one of line and neighbours"),
    ('{ role = "inside" }', "{ role = 1979-05-27 }", "border", "expected"),
    ("confirm_prob = 0.9", "confirm_prob = 1.5", "track.confirm_prob", "out of range"),
    ("confirm_prob = 0.9", "confirm_prob = 0.1", "track", "must ascend"),
    ("step_s = 5.0", "step_s = 0.1", "assess", "step_s must lie in"),
    ("step_s = 5.0", "futurs = 9", "assess.futurs", "Did you mean `futures`?"),
    ('["en-GB"]', '["en-GB", "ro-RO"]', "warn.languages", "no name in `ro`"),
    ('["en-GB"]', "[]", "warn", "languages must name"),
    ('["en-GB"]', '["fr-FR"]', "warn", "texts exist in"),
    ('["en-GB"]', '["en-GB"]\nprepare = { within_s = 1500.0, min_prob = 0.2 }', "warn.prepare",
     "beyond the forecast of 1200 s"),
    ('["en-GB"]', '["en-GB"]\nwarn = { within_s = 600.0, min_prob = 0.1 }', "warn",
     "a higher level must not ask for a lower probability"),
    ('["en-GB"]', '["en-GB"]\n[warn.zone.Tulce]\ntwo_person = true', 'warn.zone["Tulce"]',
     "no zone and no county has this id"),
    ('["en-GB"]', '["en-GB"]\n[warn.zone.x]\nlast_call = { min_prob = 0.1 }', "warn",
     'zone "x": last_call.min_prob = 0.1, warn.min_prob = '),
    ('["en-GB"]', '["en-GB"]\nstanding_authority = { given_by = "A", given_on = "2026-01-01", '
     'levels = ["WARN"] }', "warn", "given_by is none of the approvers"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "becomes", "key", "says"), BAD, ids=range(len(BAD)))
def test_every_bad_setting_gets_one_line_with_file_key_and_remedy(
    written: Callable[[str], Path], was: str, becomes: str, key: str, says: str
) -> None:
    """A wrong setting that runs is found on the night that it matters."""
    assert was in GOOD
    path = written(GOOD.replace(was, becomes, 1))
    with pytest.raises(BadSettings) as error:
        load_site(path)
    line = str(error.value)
    assert str(path) in error.value.where
    assert key in error.value.where
    assert says in line
    assert "\n" not in line
    assert error.value.remedy


ODD: tuple[object, ...] = (
    0,
    -1,
    1e308,
    True,
    "",
    "\u0000",
    [],
    [[]],
    {},
    {"id": []},
    dt.date(2026, 1, 1),
)


def inline(value: object) -> str:
    """Write a value as inline TOML."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)} = {inline(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=True)
        case bool():
            return str(value).lower()
    return str(value)


def changed(raw: object, path: tuple, odd: object) -> object:
    """Return a copy with the value at a path replaced."""
    if not path:
        return odd
    copy = dict(raw) if isinstance(raw, dict) else list(raw)
    copy[path[0]] = changed(copy[path[0]], path[1:], odd)
    return copy


def test_no_odd_value_anywhere_gives_more_than_one_line(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    """Whatever stands in a site file, it loads or is refused in one line that names it."""
    raw = tomllib.loads(GOOD)
    ways = {path[:depth] for path, _ in leaves(raw) for depth in range(1, len(path) + 1)}
    refused: list[TocsinError] = []
    for path in sorted(ways, key=str):
        for odd in ODD:
            table = changed(raw, path, odd)
            site = written("\n".join(f"{key} = {inline(value)}" for key, value in table.items()))
            try:
                load_site(site)
            except TocsinError as error:
                refused.append(error)
    assert not [error for error in refused if "\n" in str(error)]
    assert not [error for error in refused if str(tmp_path) not in error.where]
    assert len(refused) > len(ways) * len(ODD) / 2


def test_a_site_needs_a_sensor(written: Callable[[str], Path]) -> None:
    """A picture of nothing is no picture."""
    text = re.sub(r"\[\[sensor\]\].*?(?=\[\[border)", "", GOOD, flags=re.DOTALL)
    with pytest.raises(BadSettings, match="sensor: missing"):
        load_site(written(text))


@pytest.mark.parametrize("raw", [b"\xff\xfe", None], ids=["not text", "absent"])
def test_a_site_file_that_cannot_be_read_says_so(tmp_path: Path, raw: bytes | None) -> None:
    """One line, not a traceback."""
    path = tmp_path / "x.toml"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(BadSettings, match=r"No such file|not UTF-8 at byte 0"):
        load_site(path)


def test_missing_layers_are_named(written: Callable[[str], Path]) -> None:
    """The site may be moved without its maps."""
    with pytest.raises(Exception, match=r"zoned\.geojson: No such file") as error:
        load_site(written(GOOD.replace("zones.geojson", "zoned.geojson")))
    assert "\n" not in str(error.value)


def documented() -> set[str]:
    """Return the keys of the table in docs/sites.md."""
    text = (ROOT / "docs" / "sites.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z]+(?:\[\])?\.[^`]+)` \|.*\|.*\|", text, flags=re.MULTILINE))


def test_every_setting_is_documented_and_nothing_else() -> None:
    """What is not explained cannot be used, what is gone must not be promised.

    Mend it with `python tools/make_settings_doc.py`.
    """
    keys = setting_keys(SiteFile)
    inner = {re.sub(r"(\[\])?\.[^.]+$", "", key) for key in keys}
    layers = {"border.inside", "border.line", "border.neighbours"}
    assert documented() - layers == set(keys) - inner


def test_the_example_of_the_page_loads(written: Callable[[str], Path]) -> None:
    """The first thing that a newcomer copies must work."""
    page = (ROOT / "docs" / "sites.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    assert load_site(written(example)).sources == {(48, 20, 129): "radar"}
