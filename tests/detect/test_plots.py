"""Radar plots, bit by bit."""

import airport
import made_blocks as made
import numpy as np
import pytest

from tocsin.detect import feed
from tocsin.geo.radar import polar_from_geodetic
from tocsin.model.sensor import Noise
from tocsin.wire.asterix.encode import encode_block


def understood(*blocks: bytes, place=None):
    place = place or airport.site(date_ns=airport.BCN_DATE_NS)
    outputs, counts, _ = airport.run([made.chunk(*blocks)], place)
    batches = airport.batches_of(outputs)
    rows = sorted(
        ((*b.record[i], b, i) for b in batches for i in range(len(b))), key=lambda r: r[:2]
    )
    return [(b, i) for *_, b, i in rows], counts, outputs


def test_a_plot_is_where_its_range_azimuth_and_level_say() -> None:
    """The whole path once, against the inverse geometry: FL 350 at 37 km."""
    ((batch, i),), _, _ = understood(made.plot(_090=(0, 0, (350.0, "FL"))))
    lat, lon = airport.PLANE.geodetic_from_site(batch.pos_site_m[i])
    alt_m = 350 * 30.48
    r, az, _ = polar_from_geodetic(airport.RADAR, lat, lon, alt_m + airport.UNDULATION_M)
    assert r[0] == pytest.approx(20 * 1852.0, abs=30.0)
    assert np.rad2deg(az[0]) == pytest.approx(30.0, abs=0.01)
    assert batch.alt_msl_m[i] == pytest.approx(alt_m)
    assert 150.0 < np.sqrt(batch.alt_var_m2[i]) < 300.0
    assert batch.t_measured_ns[i] == airport.BCN_DATE_NS + int(made.TOD_S * 1e9)


def test_a_primary_plot_does_not_cooperate_and_has_no_height() -> None:
    """This is what a drone looks like; its covariance carries the unknown height."""
    ((batch, i),), _, _ = understood(made.plot(kind=1, range_nm=4.0))
    assert not batch.cooperative[i]
    assert np.isinf(batch.alt_var_m2[i])
    assert np.sqrt(batch.cov_site_m2[i][[0, 2]].sum()) > 300.0


@pytest.mark.parametrize(("kind", "cooperates"), [(1, False)] + [(k, True) for k in range(2, 8)])
def test_only_primary_reports_do_not_cooperate(kind: int, cooperates: bool) -> None:
    """TYP 2 to 7 carry an answer of a transponder."""
    ((batch, i),), _, _ = understood(made.plot(kind=kind))
    assert batch.cooperative[i] == cooperates


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (made.plot(kind=0), "no_detection"),
        (made.plot(flags=0b1000), "test_target"),
        (made.plot(flags=0b0001), "monitor"),
        (made.plot(_040=None), "no_position"),
        (made.plot(_140=None), "no_time"),
        (made.plot(_140=(86_405.0, "s")), "no_time"),
    ],
)
def test_what_is_no_detection_is_counted_under_its_reason(block: bytes, reason: str) -> None:
    """Fixed transponders and test targets would be tracks that never move."""
    rows, counts, _ = understood(block)
    assert rows == []
    assert counts[f"bcn:{reason}"] == counts["bcn:records"] == 1


@pytest.mark.parametrize("flags", [(1, 0), (0, 1), (1, 1)])
def test_a_garbled_or_unvalidated_level_is_no_height(flags: tuple[int, int]) -> None:
    """A garbled Mode C 100 km up would put the plot beside the radar."""
    ((batch, i),), _, _ = understood(made.plot(_090=(*flags, (350.0, "FL"))))
    assert np.isinf(batch.alt_var_m2[i])
    assert batch.alt_msl_m[i] == 0.0


def test_a_height_measured_by_the_radar_goes_before_the_level() -> None:
    """A 3-D radar sees the height of targets that say none."""
    place = airport.site(
        date_ns=airport.BCN_DATE_NS,
        sensors={
            "bcn": airport.sensor(
                "bcn", "radar", 41.3, 2.1, 27.0, revisit_s=4.0, noise=Noise(height_sigma_m=90.0)
            )
        },
    )
    block = made.plot(kind=7, _090=(0, 0, (350.0, "FL")), _110=(0, (2_000.0, "ft")))
    ((batch, i),), _, _ = understood(block, place=place)
    assert batch.alt_msl_m[i] == pytest.approx(609.6)
    assert np.sqrt(batch.alt_var_m2[i]) == pytest.approx(90.0)


def test_claims_are_carried() -> None:
    """Address, code, call sign and track number; a garbled code is none."""
    block = made.plot(_220=0x4CA2D6, _070=(0, 0, 0, 0, "7052"), _161=(0, 1234), _240="RYR1AB")
    garbled = made.plot(tod_s=made.TOD_S + 0.1, _070=(0, 1, 0, 0, "7052"))
    ((batch, i), (other, j)), _, _ = understood(block, garbled)
    assert (batch.icao[i], batch.mode_a[i], batch.track_number[i]) == (0x4CA2D6, 0o7052, 1234)
    assert batch.callsign[i] == "RYR1AB"
    assert (other.icao[j], other.mode_a[j], other.callsign[j]) == (-1, -1, "")


def test_doppler_counts_unless_doubtful() -> None:
    """I120 with D set says itself that it must not be trusted."""
    good = made.plot(_120={"CAL": (0, 0, (-45.0, "m/s"))})
    doubtful = made.plot(tod_s=made.TOD_S + 0.1, _120={"CAL": (1, 0, (-45.0, "m/s"))})
    ((batch, i), (other, j)), _, _ = understood(good, doubtful)
    assert batch.range_rate_mps[i] == -45.0
    assert np.isfinite(batch.range_rate_var_m2ps2[i])
    assert np.isinf(other.range_rate_var_m2ps2[j])


def test_old_radars_are_read_with_times_completed_by_their_markers() -> None:
    """CAT001 carries the time modulo 512 s; the north marker of CAT002 says which round."""
    place = airport.site(
        date_ns=airport.BCN_DATE_NS, routes={(1, 8, 9): "bcn", (48, 20, 129): "bcn"}
    )
    tod_s = 50_000.0
    marker = encode_block(
        2, "1.2", [{"010": (8, 9), "000": 1, "030": (tod_s, "s"), "020": (0.0, "°")}]
    )
    old = encode_block(
        1,
        "1.4",
        [
            {
                "010": (8, 9),
                "020": [(0, 0, 1, 0, 0, 0)],
                "040": ((20.0, "NM"), (30.0, "°")),
                "141": ((tod_s + 1.5) % 512.0, "s"),
            }
        ],
    )
    ((batch, i),), counts, outputs = understood(marker, old, place=place)
    assert batch.t_measured_ns[i] == airport.BCN_DATE_NS + round((tod_s + 1.5) * 1e9)
    assert not batch.cooperative[i]
    assert [h.what for o in outputs for h in o.heartbeats] == ["north"]
    assert counts["bcn:rows"] == counts["bcn:heartbeats"] == 1


def test_without_any_full_time_an_old_plot_is_counted_not_guessed() -> None:
    """A guess would be minutes off."""
    place = airport.site(date_ns=None, routes={(1, 8, 9): "bcn"})
    old = encode_block(
        1,
        "1.4",
        [
            {
                "010": (8, 9),
                "020": [(0, 0, 1, 0, 0, 0)],
                "040": ((20.0, "NM"), (30.0, "°")),
                "141": (100.0, "s"),
            }
        ],
    )
    rows, counts, _ = understood(old, place=place)
    assert rows == []
    assert counts["bcn:no_time"] == 1


def test_the_same_datagram_twice_within_a_second_is_one() -> None:
    """Two networks, one radar."""
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    state = feed.start(place)
    at_ns = airport.BCN_DATE_NS + 43_200 * 10**9
    for apart_ns, rows in ((0, 1), (400_000_000, 0), (2_000_000_000, 1)):
        one = made.chunk(made.plot(), t_received_ns=at_ns + apart_ns)
        state, output = feed.step(state, one, place)
        assert output.counts.get("bcn:rows", 0) == rows, apart_ns
