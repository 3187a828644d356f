"""What is written decodes back, by libasterix, to what was simulated."""

import asterix.base as lib
import asterix.generated as editions
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_stage import PLANE, drones, scenario, sensor

from tocsin.model.errors import BadSettings
from tocsin.sim.play import Played, play
from tocsin.sim.radar import TYP_PRIMARY
from tocsin.sim.reports import PositionReports
from tocsin.sim.scenario import SensorTruth
from tocsin.sim.writers import cat021, cat034, cat048, cat062
from tocsin.sim.writers.containers import Datagram, write_pcap, write_raw
from tocsin.sim.writers.packing import Names, block, callsign_bits
from tocsin.wire import observer

SPECS = {
    21: editions.Cat_021_2_4,
    34: editions.Cat_034_1_29,
    48: editions.Cat_048_1_31,
    62: editions.Cat_062_1_18,
    65: editions.Cat_065_1_5,
}
SOURCE = (25, 77)


def parsed(data: bytes):
    """Return (category, record) of every record, as libasterix reads them."""
    blocks = lib.RawDatablock.parse(lib.Bits.from_bytes(data))
    assert not isinstance(blocks, ValueError)
    out = []
    for raw in blocks:
        records = SPECS[raw.get_category()].cv_uap.parse(raw.get_raw_records())
        assert not isinstance(records, ValueError)
        out += [(raw.get_category(), record) for record in records]
    return out


def content(record, item: str, *path: str):
    value = record.get_item(item)
    for name in path:
        value = value.variation.get_item(name)
    return value.variation.content


def names(n: int) -> Names:
    return Names(
        np.arange(n) + 0xF00000,
        np.arange(n) % 4096,
        np.array([f"SYN{i:03d}" for i in range(n)], dtype="<U8"),
    )


def reports(n: int, rng: np.random.Generator) -> PositionReports:
    return PositionReports(
        t_s=np.sort(rng.uniform(0, 3600, n)),
        lat_deg=rng.uniform(-80, 80, n),
        lon_deg=rng.uniform(-179, 179, n),
        alt_msl_m=rng.uniform(0, 12_000, n),
        east_mps=rng.uniform(-250, 250, n),
        north_mps=rng.uniform(-250, 250, n),
        target_id=np.arange(n),
    )


def test_plots_read_back_within_half_a_bit() -> None:
    """Range, azimuth, time, code, level, address and callsign of every kind of plot."""
    played = small_night()
    (feed,) = [f for f in played.feeds if f.links.sensor_id == "radar"]
    records = [r for d in feed.datagrams for category, r in parsed(d.payload) if category == 48]
    assert len(records) == len(feed.links.target_id) > 500
    by_id = {t.id: t for t in played.targets}
    midnight_ns = played.scenario.start_ns // 86_400_000_000_000 * 86_400_000_000_000
    for k, record in enumerate(records):
        tod_s = (feed.links.t_ns[k] - midnight_ns) / 1e9
        assert content(record, "140").as_quantity("s") == pytest.approx(tod_s, abs=0.5 / 128 + 1e-6)
        typ = record.get_item("020").variation.get_item("TYP").as_uint()
        target = by_id.get(int(feed.links.target_id[k]))
        if typ == TYP_PRIMARY:
            assert record.get_item("220") is None
            continue
        assert target is not None
        assert target.cooperative
        assert record.get_item("220").as_uint() == target.icao
        assert content(record, "070", "MODE3A").as_string() == f"{target.mode_a:04o}"
        assert content(record, "240").as_string().strip() == target.callsign
        level = content(record, "090", "FL").as_quantity("FL")
        assert level == pytest.approx(3000.0 / 30.48, abs=0.126)


@settings(max_examples=50, deadline=None)
@given(
    range_nm=st.floats(0, 255.9),
    azimuth=st.floats(-10, 10),
    tod=st.floats(0, 86_400, exclude_max=True),
)
def test_any_primary_plot_reads_back(range_nm: float, azimuth: float, tod: float) -> None:
    """The packer of ours against libasterix over the whole range of the items."""
    (record,) = cat048.primary_records(
        np.array([tod]), np.array([range_nm * 1852.0]), np.array([azimuth]), SOURCE
    )
    ((category, read),) = parsed(block(48, [record]))
    assert category == 48
    assert content(read, "040", "RHO").as_quantity("NM") == pytest.approx(range_nm, abs=0.51 / 256)
    off = content(read, "040", "THETA").as_quantity() - np.degrees(azimuth)
    assert abs((off + 180) % 360 - 180) <= 0.51 * 360 / 65536
    read_tod = content(read, "140").as_quantity("s")
    assert min(abs(read_tod - tod), 86_400 - abs(read_tod - tod)) <= 0.51 / 128


def test_broadcast_reports_read_back() -> None:
    """CAT021: every field of the layout, against libasterix, edition 2.4."""
    told = reports(50, np.random.default_rng(1))
    made = cat021.adsb_records(told, told.t_s, SOURCE, names(50), latency_s=0.4)
    for k, (_, read) in enumerate(parsed(block(21, made))):
        assert content(read, "131", "LAT").as_quantity("°") == pytest.approx(
            told.lat_deg[k], abs=1e-7
        )
        assert content(read, "131", "LON").as_quantity("°") == pytest.approx(
            told.lon_deg[k], abs=1e-7
        )
        assert read.get_item("080").as_uint() == 0xF00000 + k
        assert content(read, "145").as_quantity("FL") == pytest.approx(
            told.alt_msl_m[k] / 30.48, abs=0.13
        )
        assert content(read, "071").as_quantity("s") == pytest.approx(told.t_s[k], abs=0.004)
        assert content(read, "073").as_quantity("s") == pytest.approx(told.t_s[k], abs=0.004)
        assert content(read, "077").as_quantity("s") == pytest.approx(told.t_s[k] + 0.4, abs=0.004)
        assert content(read, "170").as_string().strip() == f"SYN{k:03d}"
        speed = content(read, "160", "GS").as_quantity("NM/s") * 1852.0
        assert speed == pytest.approx(np.hypot(told.east_mps[k], told.north_mps[k]), abs=0.06)
        course = np.degrees(np.arctan2(told.east_mps[k], told.north_mps[k])) % 360
        assert content(read, "160", "TA").as_quantity("°") == pytest.approx(course, abs=0.003)
        quality = read.get_item("090").variation
        assert quality.get_item("NUCRNACV").as_uint() == 2
        assert quality.get_item("NUCPNIC").as_uint() == 8
        assert quality.get_item("NACP").as_uint() == 9


def test_system_tracks_read_back() -> None:
    """CAT062 with and without identity, and CAT065, against libasterix."""
    told = reports(20, np.random.default_rng(2))
    who = names(20)
    who.icao[::2] = -1
    made = cat062.track_records(told, told.t_s, SOURCE, who, sigma_m=60.0)
    for k, (_, read) in enumerate(parsed(block(62, made))):
        assert content(read, "105", "LAT").as_quantity("°") == pytest.approx(
            told.lat_deg[k], abs=3e-6
        )
        assert content(read, "105", "LON").as_quantity("°") == pytest.approx(
            told.lon_deg[k], abs=3e-6
        )
        assert content(read, "070").as_quantity("s") == pytest.approx(told.t_s[k], abs=0.004)
        assert content(read, "185", "VX").as_quantity("m/s") == pytest.approx(
            told.east_mps[k], abs=0.126
        )
        assert content(read, "185", "VY").as_quantity("m/s") == pytest.approx(
            told.north_mps[k], abs=0.126
        )
        assert read.get_item("040").as_uint() == k + 1
        accuracy = read.get_item("500").variation.get_item("APC")
        assert accuracy.variation.get_item("X").variation.content.as_quantity("m") == 60.0
        assert (read.get_item("380") is None) == (who.icao[k] < 0)
        if who.icao[k] >= 0:
            assert read.get_item("380").variation.get_item("ADR").as_uint() == who.icao[k]
            assert content(read, "136").as_quantity("FL") == pytest.approx(
                told.alt_msl_m[k] / 30.48, abs=0.13
            )
            assert content(read, "245", "CHR").as_string().strip() == f"SYN{k:03d}"
    ((category, beat),) = parsed(cat062.status_blocks(np.array([86_399.999]), SOURCE)[0])
    assert category == 65
    assert beat.get_item("000").as_uint() == 1
    assert content(beat, "030").as_quantity("s") == 0.0


def test_service_messages_read_back() -> None:
    """CAT034: north marks with the period, sectors with their azimuth."""
    ((_, north),) = parsed(cat034.north_marks(np.array([100.5]), 4.0, SOURCE)[0])
    assert north.get_item("000").as_uint() == 1
    assert content(north, "041").as_quantity("s") == 4.0
    ((_, sector),) = parsed(
        cat034.sector_crossings(np.array([101.0]), np.array([450.0]), SOURCE)[0]
    )
    assert sector.get_item("000").as_uint() == 2
    assert content(sector, "020").as_quantity("°") == 90.0


def test_a_block_never_outgrows_its_length() -> None:
    """A length that wraps would make the rest of a recording unreadable."""
    with pytest.raises(ValueError, match="16-bit"):
        block(48, [bytes(11)] * 6000)


def test_callsigns_are_six_bits_a_letter() -> None:
    """`A` is 1, `0` is 48, blank is 32 (Annex 10)."""
    assert callsign_bits(np.array(["A0"]))[0] >> 36 == (1 << 6) | 48
    assert callsign_bits(np.array([""]))[0] & 0x3F == 32


def small_night(**changes: object) -> Played:
    sensors = {
        "radar": sensor("radar", "radar"),
        "adsb": sensor("adsb", "adsb", revisit_s=1.0),
        "centre": sensor("centre", "tracks", revisit_s=5.0),
        "eye": sensor("eye", "bearing", revisit_s=10.0),
    }
    truth = (
        SensorTruth(sensor="radar", form="cat048"),
        SensorTruth(sensor="adsb", form="cat021", sac=25, sic=78),
        SensorTruth(sensor="centre", form="cat062", sac=25, sic=79),
        SensorTruth(sensor="eye", form="observer", azimuth_sigma_deg=8.0),
    )
    movers = (
        drones(count=2, alt_msl_m=3000.0),
        drones(id="f", count=2, cooperative=True, alt_msl_m=3000.0),
    )
    plan = scenario(movers, truth, duration_s=300.0, **changes)
    return play(plan, PLANE, sensors, {"radar": SOURCE})


def test_a_night_is_in_order_and_whole() -> None:
    """Datagrams in order of receipt; as many records of each category as links say."""
    played = small_night()
    datagrams = played.datagrams()
    assert np.all(np.diff([d.t_ns for d in datagrams]) >= 0)
    counted: dict[int, int] = {}
    for datagram in datagrams:
        for category, _ in parsed(datagram.payload):
            counted[category] = counted.get(category, 0) + 1
    for feed in played.feeds[:3]:
        assert counted[feed.links.category] == len(feed.links.t_ns)
    assert counted[34] >= 300 / 4 * 32
    assert counted[65] == 60
    told = [observer.decode(line) for line in played.lines()]
    seen = [report for report in told if isinstance(report, observer.Bearing)]
    assert len(seen) == len(played.feeds[3].links.t_ns)
    assert {report.sigma_deg for report in seen} == {8.0}
    assert len(told) - len(seen) == 5
    assert np.all(np.diff([report.t_ns for report in told]) >= 0)


def test_the_same_scenario_gives_the_same_bytes() -> None:
    """And one more sensor leaves what the others sent as it was."""
    first, second = small_night(), small_night()
    assert first.datagrams() == second.datagrams()


def test_a_sensor_that_the_site_lacks_is_named() -> None:
    """The scenario and the site must be about the same sensors."""
    plan = scenario((drones(),), (SensorTruth(sensor="nobody", form="cat048", sac=1, sic=1),))
    with pytest.raises(BadSettings, match="nobody"):
        play(plan, PLANE, {}, {})
    plan = scenario((drones(),), (SensorTruth(sensor="radar", form="cat048"),))
    with pytest.raises(BadSettings, match="SAC"):
        play(plan, PLANE, {"radar": sensor("radar", "radar")}, {})


def test_a_pcap_holds_time_and_payload(tmp_path) -> None:
    """Written by hand, read by hand: header, time stamp, IP checksum, UDP payload."""
    payload = bytes(range(100))
    write_pcap(tmp_path / "a.pcap", [Datagram(1_780_000_000_123_456_789, 3, payload)])
    data = (tmp_path / "a.pcap").read_bytes()
    assert data[:4] == bytes.fromhex("d4c3b2a1")
    assert int.from_bytes(data[24:28], "little") == 1_780_000_000
    assert int.from_bytes(data[28:32], "little") == 123_456
    frame = data[40:]
    ip = frame[14:34]
    total = sum(int.from_bytes(ip[i : i + 2], "big") for i in range(0, 20, 2))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF
    assert frame[42:] == payload
    write_raw(tmp_path / "a.ast", [Datagram(0, 0, payload)] * 2)
    assert (tmp_path / "a.ast").read_bytes() == payload * 2
