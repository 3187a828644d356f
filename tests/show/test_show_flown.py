"""Thinning keeps what matters: ends, changes, gaps, and the order of time."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from synthetic_night import Night
from tocsin.model.units import S_NS
from tocsin.record.facts import SensorHeartbeat
from tocsin.record.run_folder import RunFolder
from tocsin.show.flown import STATUSES, read_flown
from tocsin.show.night import silences


@pytest.mark.parametrize("budget", [10**9, 900, 1])
def test_ends_gaps_and_changes_survive_every_thinning(
    run: RunFolder, night: Night, budget: int
) -> None:
    """A page that drops the moment a track was lost tells another night."""
    tracks, _ = read_flown(run.tracks_parquet, gap_s=15.0, budget=budget)
    by_id = {track.track_id: track for track in tracks}
    for number in {t.id for p in night.pictures for t in p.tracks}:
        rows = [(p.t_ns, t) for p in night.pictures for t in p.tracks if t.id == number]
        flown = by_id[number]
        assert (flown.t_ns[0], flown.t_ns[-1]) == (rows[0][0], rows[-1][0])
        assert (np.diff(flown.t_ns) > 0).all()
        for (_, before), (t_ns, after) in itertools.pairwise(rows):
            if before.status != after.status:
                at = int(np.searchsorted(flown.t_ns, t_ns))
                assert flown.t_ns[at] == t_ns
                assert STATUSES[flown.status[at]] == after.status
    gap = by_id[3].gaps_ns
    assert len(gap) == 1
    assert 100 * S_NS < gap[0][1] - gap[0][0] < 140 * S_NS
    assert (by_id[3].pen == 1).sum() == 2
    assert by_id[1].gaps_ns == ()


def test_a_smaller_budget_gives_a_coarser_step(run: RunFolder) -> None:
    """The budget is kept as long as a step can keep it."""
    fine, fine_s = read_flown(run.tracks_parquet, gap_s=15.0)
    coarse, coarse_s = read_flown(run.tracks_parquet, gap_s=15.0, budget=900)
    assert fine_s == 0.0 < coarse_s
    assert sum(len(t.t_ns) for t in coarse) <= 900 < sum(len(t.t_ns) for t in fine)


def test_ellipses_are_those_of_the_covariance(run: RunFolder, night: Night) -> None:
    """An ellipse that is turned or half as large misleads more than none: checked by eigh."""
    tracks, _ = read_flown(run.tracks_parquet, gap_s=15.0)
    flown = next(t for t in tracks if t.track_id == 7)
    known = {p.t_ns: t for p in night.pictures for t in p.tracks if t.id == 7}
    for i in range(0, len(flown.t_ns), 29):
        cov = known[int(flown.t_ns[i])].cov
        values, vectors = np.linalg.eigh([[cov[0], cov[2]], [cov[2], cov[10]]])
        radius = np.sqrt(-2.0 * np.log(0.05))
        assert flown.minor_m[i] == pytest.approx(radius * np.sqrt(values[0]), rel=1e-3)
        assert flown.major_m[i] == pytest.approx(radius * np.sqrt(values[1]), rel=1e-3)
        along = np.array(
            [np.sin(np.radians(flown.axis_deg[i])), np.cos(np.radians(flown.axis_deg[i]))]
        )
        assert abs(along @ vectors[:, 1]) == pytest.approx(1.0, abs=1e-4)


def beat(at_s: float, last_s: float | None) -> SensorHeartbeat:
    """Return an account at `at_s` that heard last at `last_s`."""
    return SensorHeartbeat(
        sensor_id="a", t_ns=round(at_s * S_NS), batches=1, records=1, detections=1, rejected=0,
        t_first_data_ns=None, t_last_data_ns=None if last_s is None else round(last_s * S_NS),
        clutter_per_look=None,
    )  # fmt: skip


def test_a_silence_lasts_from_the_last_data_to_the_next() -> None:
    """Three missed turns make a silence; one late turn does not."""
    heard = [
        (10, 10),
        (20, 20),
        (30, 20),
        (40, 20),
        (50, 48),
        (60, 60),
        (70, 60),
        (80, 60),
        (90, 60),
    ]
    found = list(silences([beat(a, b) for a, b in heard], 4.0, 0))
    assert [(s.from_ns // S_NS, s.to_ns // S_NS, s.ended) for s in found] == [
        (20, 48, True),
        (60, 90, False),
    ]
    assert not list(silences([beat(a, b) for a, b in heard], 40.0, 0))


def test_a_post_that_speaks_once_a_minute_is_not_silent_between() -> None:
    """An observer reports when there is something, or a sign of life a minute."""
    beats = [beat(at_s, at_s - at_s % 60) for at_s in range(5, 900, 5)]
    assert not list(silences(beats, 5.0, 0))
    beats += [beat(at_s, 840) for at_s in range(900, 1200, 5)]
    (silence,) = silences(beats, 5.0, 0)
    assert (silence.from_ns // S_NS, silence.ended) == (840, False)


def test_a_sensor_that_never_spoke_was_silent_from_the_begin(tmp_path: Path) -> None:
    """Nothing heard is not nothing there."""
    (silence,) = silences([beat(a, None) for a in (10, 20, 30)], 4.0, 0)
    assert (silence.from_ns, silence.to_ns, silence.ended) == (0, 30 * S_NS, False)
