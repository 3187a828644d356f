"""The picture read out of the bank: places, statuses, evidence, who contributed."""

import math

import numpy as np
import pytest
from test_track_step import one_track, straight
from tracker_rig import EPOCH_NS, RADAR, batch, flights, follow_all, sensor, shown, tracker

from tocsin.geo.plane import SitePlane
from tocsin.model.units import S_NS
from tocsin.track.picture import picture, reported
from tocsin.track.step import step

PLANE = SitePlane(45.4, 28.0)


def test_before_any_look_the_picture_is_empty() -> None:
    """Nothing seen is an empty picture, not an error."""
    assert picture(tracker(), PLANE).tracks == ()


def test_places_and_courses_are_those_of_the_site_plane() -> None:
    """A track drawn beside where it is warns the wrong village."""
    state = follow_all(tracker(), flights(np.random.default_rng(1), 15, side_m=150_000.0))
    tracks = picture(state, PLANE).tracks
    labels, mean, cov = reported(state)
    confirmed = [t for t in tracks if t.status != "lost"]
    assert [t.id for t in confirmed] == labels.tolist()
    for track, x, p in zip(confirmed, mean, cov, strict=True):
        back = PLANE.site_from_geodetic(track.lat_deg, track.lon_deg)
        np.testing.assert_allclose(back, x[[0, 2]], atol=1e-3)
        np.testing.assert_allclose(np.reshape(track.cov, (4, 4)), p)
        assert track.speed_mps == pytest.approx(math.hypot(x[1], x[3]))
        ahead = PLANE.geodetic_from_site(x[[0, 2]] + x[[1, 3]])
        north = (ahead[0] - track.lat_deg) * 111_132.0
        east = (ahead[1] - track.lon_deg) * 111_320.0 * math.cos(math.radians(track.lat_deg))
        course = math.degrees(math.atan2(east, north)) % 360.0
        assert abs((track.course_true_deg - course + 180.0) % 360.0 - 180.0) < 0.5


def test_a_height_never_measured_is_unknown() -> None:
    """Unknown is None, never 0."""
    (track,) = picture(one_track(), PLANE).tracks
    assert (track.alt_msl_m, track.alt_sigma_m, track.climb_mps) == (None, None, None)
    measured = {"alt_msl_m": np.array([800.0]), "alt_var_m2": np.array([400.0])}
    (track,) = picture(one_track(**measured), PLANE).tracks
    assert track.alt_msl_m == pytest.approx(800.0, abs=1.0)
    assert 0.0 < (track.alt_sigma_m or 0.0) < 20.0


def test_a_track_goes_from_confirmed_to_coasting_to_lost_and_is_never_cleared() -> None:
    """A lost track is no all-clear: it stays in the picture, called lost, then is forgotten."""
    state = one_track()
    statuses = [picture(state, PLANE).tracks[0].status]
    for k in range(1, 60):
        look = batch([], 28.0 + 4.0 * k, look=None if k < 5 else batch([], 0.0).look)
        step(state, look)
        statuses += [t.status for t in picture(state, PLANE).tracks]
    changes = [s for k, s in enumerate(statuses) if k == 0 or statuses[k - 1] != s]
    assert changes == ["confirmed", "coasting", "lost"]
    assert picture(state, PLANE).tracks == ()


def test_a_lost_track_comes_back_under_its_number() -> None:
    """Behind a hill for half a minute it is still the same drone."""
    state = one_track(looks=12)
    label = reported(state)[0].tolist()
    for k in range(12, 16):
        step(state, batch([], 4.0 * k))
    assert len(shown(state)) == 0
    for k in range(16, 20):
        step(state, batch(straight(4.0 * k), 4.0 * k))
    assert reported(state)[0].tolist() == label


def test_evidence_names_the_latest_detections_in_order() -> None:
    """Every conclusion cites the journal entries that it rests on."""
    (track,) = picture(one_track(looks=12), PLANE).tracks
    assert track.evidence == tuple((4000 * k, 0) for k in range(4, 12))
    assert track.updates == 12
    assert track.t_first_ns == EPOCH_NS
    assert track.t_update_ns == EPOCH_NS + 44 * S_NS
    (young,) = picture(one_track(looks=5), PLANE).tracks
    assert young.evidence == tuple((4000 * k, 0) for k in range(5))


def test_contributions_name_each_sensor_and_its_last_word() -> None:
    """Who saw it last, and how often, decides how far it is believed."""
    state = tracker(RADAR, sensor("second"), sensor("silent"))
    for k in range(6):
        step(state, batch(straight(4.0 * k), 4.0 * k))
        if k % 2:
            step(state, batch(straight(4.0 * k + 1.0), 4.0 * k + 1.0, sensor_id="second"))
    (track,) = picture(state, PLANE).tracks
    told = {c.sensor_id: (c.updates, c.t_last_ns - EPOCH_NS) for c in track.contributions}
    assert told == {"radar": (6, 20 * S_NS), "second": (3, 21 * S_NS)}


def test_pictures_are_values_that_later_steps_leave_alone() -> None:
    """What was known then must stay what was known then."""
    state = one_track()
    before = picture(state, PLANE)
    again = picture(state, PLANE)
    step(state, batch(straight(32.0), 32.0))
    assert before == again
    assert picture(state, PLANE).revision == before.revision + 1
