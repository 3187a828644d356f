"""aircraft.json of readsb and tar1090."""

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.wire.adsb import aircraft_json
from tocsin.wire.adsb.report import AircraftReport

# Shape of a real file (readsb, README-json.md); values invented.
REAL_SHAPE = b"""
{ "now" : 1780000000.5, "messages" : 1234,
  "aircraft" : [
    {"hex":"4ca2d6","type":"adsb_icao","flight":"RYR1AB  ","alt_baro":35000,"alt_geom":35625,
     "gs":431.0,"track":93.0,"squawk":"7052","lat":45.43,"lon":28.05,"nic":8,"rc":186,
     "seen_pos":0.3,"version":2,"nac_p":9,"mlat":[],"tisb":[],"messages":99,"seen":0.1,"rssi":-9.1},
    {"hex":"~2b06e5","type":"tisb_other","alt_baro":"ground","lat":45.1,"lon":28.1,"seen_pos":12.25},
    {"hex":"4b1234","type":"mode_s","alt_baro":2000,"squawk":"7000","messages":3,"seen":1.0}
  ]
}
"""

reports = st.builds(
    AircraftReport,
    address=st.integers(0, 0xFFFFFF),
    is_icao=st.booleans(),
    kind=st.sampled_from(["", "adsb_icao", "mlat"]),
    t_s=st.none(),
    lat_deg=st.none(),
    lon_deg=st.none(),
    alt_baro_ft=st.none(),
    alt_geom_ft=st.none() | st.floats(-1e4, 6e4),
    on_ground=st.none(),
    callsign=st.none() | st.text("ABCDEFGHIJ0123456789", min_size=1, max_size=8),
    squawk=st.none() | st.integers(0, 0o7777),
    nic=st.none() | st.integers(0, 15),
    nac_p=st.none() | st.integers(0, 15),
    version=st.none() | st.integers(0, 2),
)


def test_a_snapshot_is_read_with_what_it_says_and_no_more() -> None:
    """Missing keys must stay missing: 0 ft is not unknown."""
    first, second, third = aircraft_json.decode(REAL_SHAPE).reports
    assert first.address == 0x4CA2D6
    assert first.is_icao
    assert (first.callsign, first.squawk) == ("RYR1AB", 0o7052)
    assert (first.alt_baro_ft, first.alt_geom_ft, first.on_ground) == (35_000.0, 35_625.0, False)
    assert first.t_s == pytest.approx(1_780_000_000.2)
    assert (first.nic, first.nac_p, first.version) == (8, 9, 2)
    assert not second.is_icao
    assert (second.on_ground, second.alt_baro_ft, second.nic) == (True, None, None)
    assert (third.lat_deg, third.t_s, third.callsign) == (None, None, None)


@given(
    reports,
    st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 60_000)) | st.none(),
    st.sampled_from([None, "ground", 1500.0]),
)
def test_what_is_written_is_read_again(
    report: AircraftReport, place: tuple[float, float, int] | None, baro: object
) -> None:
    """Round trip; the time of the position is kept to a millisecond."""
    now_s = 1_780_000_000.0
    changes: dict[str, object] = {}
    if place is not None:
        changes = {"lat_deg": place[0], "lon_deg": place[1], "t_s": now_s - place[2] / 1e3}
    if baro is not None:
        changes |= {"on_ground": baro == "ground"}
        changes |= {} if baro == "ground" else {"alt_baro_ft": baro}
    report = msgspec.structs.replace(report, **changes)
    (got,) = aircraft_json.decode(aircraft_json.encode(now_s, (report,))).reports
    if report.t_s is not None:
        assert got.t_s == pytest.approx(report.t_s, abs=1e-3)
    assert msgspec.structs.replace(got, t_s=report.t_s) == report


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_json"),
        (b'{"now": 1.0, "aircraft": [', "not_json"),
        (b"[]", "no_aircraft"),
        (b'{"now": 1.0}', "no_aircraft"),
        (b'{"aircraft": []}', "no_time"),
        (b'{"now": "x", "aircraft": []}', "no_time"),
        (b'{"now": 1.0, "aircraft": [{"hex": "xyz"}]}', "bad_aircraft"),
        (b'{"now": 1.0, "aircraft": [7]}', "bad_aircraft"),
        (b'{"now": 1.0, "aircraft": [' + b"9" * 40 + b"]}", "bad_aircraft"),
        (b'{"now": 1.0, "aircraft": [[' + b"9" * 40 + b"]]}", "bad_aircraft"),
        (b"[" * 100_000, "not_json"),
    ],
)
def test_what_cannot_be_used_is_a_value_with_a_reason(data: bytes, reason: str) -> None:
    """A half-written file must not stop the feed."""
    got = aircraft_json.decode(data, "file", 7)
    assert [(r.reason, r.source, r.offset) for r in got.rejects] == [(reason, "file", 7)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=3,
)
KEYS = ["hex", "type", "flight", "alt_baro", "alt_geom", "lat", "lon", "seen_pos", "squawk", "nic"]


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise_an_error(data: bytes) -> None:
    """What comes from outside is never trusted."""
    aircraft_json.decode(data)
    aircraft_json.decode(b'{"now":1,"aircraft":[' + data + b"]}")


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(KEYS), json_values))
def test_values_of_the_wrong_kind_are_missing_values(entry: dict[str, object]) -> None:
    """A text for a latitude, an infinite height, a negative code: none of them is a number."""
    data = msgspec.json.encode({"now": 1.78e9, "aircraft": [entry | {"hex": "4ca2d6"}]})
    (got,) = aircraft_json.decode(data).reports
    for value in (got.lat_deg, got.lon_deg, got.alt_baro_ft, got.t_s):
        assert value is None or math.isfinite(value)
    assert got.nic is None or 0 <= got.nic <= 15
