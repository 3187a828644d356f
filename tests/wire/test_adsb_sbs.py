"""SBS / BaseStation lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.wire.adsb import sbs
from tocsin.wire.adsb.report import AircraftReport

# The layout of BaseStation's documentation; values invented.
IDENT = b"MSG,1,1,1,4CA2D6,1,2026/05/28,22:01:02.100,2026/05/28,22:01:02.150,RYR1AB ,,,,,,,,,,,\r\n"
PLACE = (
    b"MSG,3,1,1,4CA2D6,1,2026/05/28,22:01:03.250,2026/05/28,22:01:03.300,,35000,,,45.43210,"
    b"28.05432,,,0,0,0,0\r\n"
)
CODE = b"MSG,6,1,1,4CA2D6,1,2026/05/28,22:01:03.500,2026/05/28,22:01:03.500,,35000,,,,,,7052,,,,\n"
AT_S = 1_780_005_663.25  # 2026-05-28 22:01:03.25 read as UTC


def test_call_sign_and_code_are_remembered_for_positions() -> None:
    """Positions carry neither: without memory no friendly aircraft would have a name."""
    got = sbs.decode([IDENT, CODE, PLACE], {})
    place = got.reports[2]
    assert place is not None
    assert (place.callsign, place.squawk) == ("RYR1AB", 0o7052)
    assert (place.lat_deg, place.lon_deg, place.alt_baro_ft) == (45.4321, 28.05432, 35_000.0)
    assert place.t_s == pytest.approx(AT_S)
    assert place.on_ground is False
    assert got.rejects == ()


def test_memory_goes_on_in_the_next_chunk_and_fades() -> None:
    """Addresses are reused: a name five minutes old is no longer believed."""
    memory = sbs.decode([IDENT], {}).memory
    assert sbs.decode([PLACE], memory).reports[0].callsign == "RYR1AB"
    later = PLACE.replace(b"22:01:03", b"22:09:03")
    got = sbs.decode([later], memory)
    assert got.reports[0].callsign is None
    assert list(got.memory) == [0x4CA2D6]


@pytest.mark.parametrize(
    "line", [b"", b"\r\n", b"STA,,5,179,400AE7,10103,2026/05/28,22:01:00.1,,,RM"]
)
def test_lines_without_a_report_are_no_fault(line: bytes) -> None:
    """Keep-alives and status lines are part of the feed."""
    got = sbs.decode([line], {})
    assert got.reports == (None,)
    assert got.rejects == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"hello", "not_sbs"),
        (b"MSG,9" + PLACE[5:], "not_sbs"),
        (PLACE[:40], "not_sbs"),
        (PLACE.replace(b"4CA2D6", b"4CA2DX"), "bad_address"),
        (PLACE.replace(b"22:01:03.250", b"25:01:03.250"), "bad_time"),
    ],
)
def test_broken_lines_are_values_with_a_reason(line: bytes, reason: str) -> None:
    """One broken line must not stop the feed."""
    (reject,) = sbs.decode([line], {}, "feed", [12]).rejects
    assert (reject.reason, reject.source, reject.offset) == (reason, "feed", 12)


@given(
    address=st.integers(0, 0xFFFFFF),
    millis=st.integers(0, 4_000_000_000_000),
    lat=st.integers(-9_000_000, 9_000_000),
    lon=st.integers(-18_000_000, 18_000_000),
    alt=st.none() | st.integers(-1_000, 60_000),
    ground=st.none() | st.booleans(),
)
def test_what_is_written_is_read_again(address, millis, lat, lon, alt, ground) -> None:
    """Round trip at the resolution of the form: 1 ms, 1e-5 degrees, 1 ft."""
    report = AircraftReport(
        address=address,
        kind="sbs",
        t_s=millis / 1e3,
        lat_deg=lat / 1e5,
        lon_deg=lon / 1e5,
        alt_baro_ft=alt,
        on_ground=ground,
    )
    (got,) = sbs.decode([sbs.encode(report)], {}).reports
    assert got is not None
    assert got.t_s == pytest.approx(report.t_s, abs=1.1e-3)
    assert (got.address, got.alt_baro_ft, got.on_ground) == (address, alt, ground)
    assert got.lat_deg == pytest.approx(report.lat_deg, abs=1e-9)
    assert got.lon_deg == pytest.approx(report.lon_deg, abs=1e-9)


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=120), max_size=4), st.binary(max_size=20))
def test_no_bytes_whatever_raise_an_error(lines: list[bytes], noise: bytes) -> None:
    """What comes from outside is never trusted."""
    sbs.decode([*lines, PLACE[:60] + noise + PLACE[60:], IDENT.replace(b"2026", noise)], {})
