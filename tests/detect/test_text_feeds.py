"""Friendly traffic and observers' reports through the stage."""

from datetime import UTC, datetime

import airport
import made_blocks as made
import numpy as np
import pytest

from tocsin.detect import feed
from tocsin.detect.friendly import zone_offset_s
from tocsin.detect.quality import UNKNOWN_SIGMA_M, position_sigma_m
from tocsin.detect.recording import cut_lines
from tocsin.wire import observer
from tocsin.wire.adsb import aircraft_json, sbs
from tocsin.wire.adsb.report import AircraftReport
from tocsin.wire.asterix.encode import encode_block

NOW_S = 1_780_005_600.0
NOW_NS = round(NOW_S * 1e9)


def aircraft(t_s: float = NOW_S - 0.4, **changes: object) -> AircraftReport:
    known = {
        "address": 0x4CA2D6,
        "kind": "adsb_icao",
        "t_s": t_s,
        "lat_deg": 41.4,
        "lon_deg": 2.2,
        "alt_geom_ft": 1_000.0,
        "callsign": "RYR1AB",
        "nac_p": 9,
    }
    return AircraftReport(**(known | changes))


def place(**changes: object):
    post = airport.sensor("post", "bearing", 41.30, 2.10, 10.0)
    mic = airport.sensor("mic", "acoustic", 41.31, 2.12, 10.0, range_max_m=3_000.0)
    sensors = dict(airport.site().sensors) | {"post": post, "mic": mic}
    return airport.site(
        sensors=sensors, text_routes={"readsb": "adsb", "sbs": "adsb"}, date_ns=None, **changes
    )


def snapshots(*files: tuple[float, AircraftReport]) -> list:
    return [made.chunk(aircraft_json.encode(now_s, (report,))) for now_s, report in files]


def test_a_position_that_stays_in_the_snapshots_counts_once() -> None:
    """Readsb repeats a position for a minute; taken each time it would be a hovering aircraft."""
    report = aircraft()
    chunks = snapshots(
        (NOW_S, report), (NOW_S + 1, report), (NOW_S + 2, aircraft(NOW_S + 1.8, lat_deg=41.401))
    )
    outputs, counts, _ = airport.run(chunks, place())
    assert counts["adsb:rows"] == 2
    assert counts["adsb:repeated_position"] == 1
    times = [int(t) for b in airport.batches_of(outputs) for t in b.t_measured_ns]
    assert times == pytest.approx([NOW_NS - 400_000_000, NOW_NS + 1_800_000_000], abs=1_000_000)


def test_a_parked_aircraft_that_reports_again_counts_again() -> None:
    """The same place at a later time is news: it still stands there."""
    chunks = snapshots((NOW_S, aircraft()), (NOW_S + 5, aircraft(NOW_S + 4.7)))
    assert airport.run(chunks, place())[1]["adsb:rows"] == 2


def test_claims_and_quality_of_a_snapshot_become_columns() -> None:
    """NACp 9 is 30 m at 95 %, 12 m per axis; the latency floor of 25 m counts."""
    outputs, _, _ = airport.run(snapshots((NOW_S, aircraft())), place())
    (batch,) = airport.batches_of(outputs)
    assert (batch.icao[0], batch.callsign[0], batch.cooperative[0]) == (0x4CA2D6, "RYR1AB", True)
    assert np.sqrt(batch.cov_site_m2[0, 0]) == 25.0
    assert batch.alt_msl_m[0] == pytest.approx(304.8 - airport.UNDULATION_M)
    assert np.allclose(batch.pos_site_m[0], airport.PLANE.site_from_geodetic(41.4, 2.2), atol=0.1)


def test_an_address_that_is_not_icaos_is_no_icao_claim() -> None:
    """`~` addresses are reused by ground stations: they must not associate tracks."""
    outputs, _, _ = airport.run(snapshots((NOW_S, aircraft(is_icao=False))), place())
    (batch,) = airport.batches_of(outputs)
    assert (batch.icao[0], batch.track_number[0]) == (-1, 0x4CA2D6)


def test_what_a_snapshot_lacks_is_counted() -> None:
    """No position, no time, too far: three reasons, no guess."""
    reports = (
        aircraft(lat_deg=None, lon_deg=None),
        aircraft(t_s=None),
        aircraft(lat_deg=51.0, address=1),
    )
    _, counts, _ = airport.run([made.chunk(aircraft_json.encode(NOW_S, reports))], place())
    assert {k: v for k, v in counts.items() if v} == {
        "adsb:records": 3,
        "adsb:no_position": 1,
        "adsb:no_time": 1,
        "adsb:out_of_range": 1,
    }


@pytest.mark.parametrize("summer_s", [0, 10_800])
def test_local_time_of_sbs_is_brought_to_utc(summer_s: int) -> None:
    """A receiver in Romania in summer writes times three hours ahead of UTC, without saying so."""
    line = sbs.encode(aircraft(NOW_S + summer_s))
    known = place(sbs_utc_offset_s=float(summer_s))
    stated, counts, _ = airport.run([cut_lines(line, "sbs.csv", 0)], known)
    received, _, _ = airport.run([made.chunk(line, t_received_ns=NOW_NS + 300_000_000)], place())
    assert counts["adsb:rows"] == 1
    for outputs in (stated, received):
        (batch,) = airport.batches_of(outputs)
        assert batch.t_measured_ns[0] == pytest.approx(NOW_NS, abs=2_000_000)


def test_quarter_hour_zones_are_found_and_late_lines_do_not_shift_them() -> None:
    """Nepal is 5 h 45 min ahead; a line a minute late is still of the same zone."""
    written = np.array([NOW_S + 20_700.0, NOW_S + 20_640.0])
    got = zone_offset_s(written, np.full(2, NOW_NS), 0.0)
    assert got.tolist() == [20_700.0, 20_700.0]


def test_a_feed_without_a_route_is_one_clear_reject() -> None:
    """Connected but not in the site file: said once a chunk, with how many."""
    known = airport.site()
    _, output = feed.step(feed.start(known), snapshots((NOW_S, aircraft()))[0], known)
    assert [r.reason for r in output.rejects] == ["unknown_source"]
    assert output.counts == {"readsb:unknown_source": 1}


def test_a_bearing_is_turned_to_grid_north() -> None:
    """Convergence at 41 N is 0.66 degrees per degree of longitude: small, but not nothing."""
    report = observer.Bearing(observer="post", t_ns=NOW_NS, azimuth_true_deg=90.0, sigma_deg=8.0)
    known = place()
    outputs, _, _ = airport.run([cut_lines(observer.encode(report), "posts", 0)], known)
    (batch,) = airport.batches_of(outputs)
    assert batch.measures == "bearing"
    assert batch.look is None
    assert np.allclose(batch.pos_site_m[0], known.sensors["post"].pos_site_m)
    expected = np.pi / 2 - known.sensors["post"].convergence_rad
    assert batch.azimuth_site_rad[0] == pytest.approx(expected)
    assert np.rad2deg(np.sqrt(batch.azimuth_var_rad2[0])) == pytest.approx(8.0)
    assert np.isinf(batch.cov_site_m2[0, 0])


def test_what_is_heard_was_there_when_the_sound_left() -> None:
    """Sound from 2 km took 5.9 s: at 50 m/s the target is 290 m further on."""
    lines = b"".join(
        observer.encode(r)
        for r in (
            observer.Heard(observer="mic", t_ns=NOW_NS),
            observer.Alive(observer="mic", t_ns=NOW_NS + 10**9),
        )
    )
    outputs, counts, _ = airport.run([cut_lines(lines, "posts", 0)], place())
    (batch,) = airport.batches_of(outputs)
    assert batch.measures == "presence"
    assert (NOW_NS - batch.t_measured_ns[0]) / 1e9 == pytest.approx(2_000.0 / 340.0)
    sigma_m = np.sqrt(batch.cov_site_m2[0, 0])
    assert 1_500.0 < sigma_m < 1_510.0
    assert [(h.sensor_id, h.what) for o in outputs for h in o.heartbeats] == [("mic", "status")]
    assert counts["mic:records"] == counts["mic:rows"] + counts["mic:heartbeats"] == 2


def test_presence_covers_targets_anywhere_within_hearing() -> None:
    """The 95 % ellipse of moving targets uniform over the disc must hold them."""
    rng = np.random.default_rng(5)
    n, a = 20_000, 3_000.0
    r, phi, course = a * np.sqrt(rng.random(n)), *rng.uniform(0, 2 * np.pi, (2, n))
    then = r[:, None] * np.column_stack((np.sin(phi), np.cos(phi)))
    lag_s = 2.0 * a / 3.0 / 340.0 - r / 340.0
    moved = then + 50.0 * -lag_s[:, None] * np.column_stack((np.sin(course), np.cos(course)))
    report = observer.Heard(observer="mic", t_ns=NOW_NS)
    known = place()
    outputs, _, _ = airport.run([cut_lines(observer.encode(report), "posts", 0)], known)
    (batch,) = airport.batches_of(outputs)
    inside = np.sum(moved**2, axis=1) / batch.cov_site_m2[0, 0] < 5.991
    assert inside.mean() > 0.95


def test_an_unknown_observer_or_wrong_kind_is_refused() -> None:
    """A microphone that gives bearings is a mistake in the site file."""
    lines = b"".join(
        observer.encode(r)
        for r in (
            observer.Alive(observer="nobody", t_ns=NOW_NS),
            observer.Heard(observer="post", t_ns=NOW_NS),
        )
    )
    _, output = feed.step(feed.start(place()), cut_lines(lines + b"\n", "posts", 0), place())
    assert [r.reason for r in output.rejects] == ["unknown_source", "unknown_source"]
    assert "kind bearing" in output.rejects[1].detail


def test_a_state_with_text_memory_survives_a_snapshot() -> None:
    """After a restart, positions still in the snapshots must not count again."""
    known = place()
    one, two = snapshots((NOW_S, aircraft()), (NOW_S + 1, aircraft()))
    state, _ = feed.step(feed.start(known), one, known)
    state, output = feed.step(feed.restore(feed.snapshot(state)), two, known)
    assert output.counts["adsb:repeated_position"] == 1


@pytest.mark.parametrize(
    ("codes", "sigma_m"),
    [
        ((9, -1, -1), 12.25),
        ((-1, 8, -1), 32.6),
        ((-1, -1, 7), 37.8),
        ((0, 0, 0), UNKNOWN_SIGMA_M),
        ((-1, -1, -1), UNKNOWN_SIGMA_M),
        ((15, -1, -1), UNKNOWN_SIGMA_M),
    ],
)
def test_quality_codes_become_sigmas(codes: tuple[int, int, int], sigma_m: float) -> None:
    """NACp goes before NIC, NIC before NUCp; unknown is not good."""
    arrays = [np.array([c]) for c in codes]
    assert position_sigma_m(*arrays, 1.0)[0] == pytest.approx(sigma_m, rel=0.01)


def test_cat021_of_today_is_dated_by_time_of_applicability() -> None:
    """Edition 2.x states several times; the time of sending is seconds late."""
    tod_s = 50_000.0
    block = encode_block(
        21,
        "2.4",
        [
            {
                "010": (0, 107),
                "040": [(0, 0, 0, 0)],
                "071": (tod_s, "s"),
                "131": ((41.4, "°"), (2.2, "°")),
                "080": 0x4CA2D6,
                "073": (tod_s + 0.5, "s"),
                "077": (tod_s + 2.0, "s"),
                "090": [(0, 8), (0, 3, 9)],
                "140": (1_000.0, "ft"),
            }
        ],
    )
    known = airport.site(editions=airport.choose_editions({21: "2.4"}))
    outputs, counts, _ = airport.run([made.chunk(block)], known)
    (batch,) = airport.batches_of(outputs)
    assert counts["adsb:rows"] == 1
    assert batch.t_measured_ns[0] == airport.LEBL_DATE_NS + round(tod_s * 1e9)
    assert np.sqrt(batch.cov_site_m2[0, 0]) == 25.0
    assert np.allclose(batch.pos_site_m[0], airport.PLANE.site_from_geodetic(41.4, 2.2), atol=0.1)


def test_the_date_of_the_form_needs_no_help() -> None:
    """Text feeds carry the date; nothing is assumed."""
    outputs, _, _ = airport.run(snapshots((NOW_S, aircraft())), place())
    assert "*:undated" not in outputs[0].notes
    assert datetime.fromtimestamp(NOW_S, UTC).year == 2026
