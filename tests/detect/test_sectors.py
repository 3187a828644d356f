"""Sectors of a turning antenna, on a made radar whose truth is known."""

from itertools import pairwise

import airport
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tocsin.detect import antenna, sectors
from tocsin.detect.arrivals import Arrivals
from tocsin.detect.rows import make_rows, take
from tocsin.model.detection import DetectionBatch

S_NS = 1_000_000_000
T0_NS = 1_780_000_000 * S_NS
TURN_S = 4.0016


def radar_rows(azimuth_rad: NDArray[np.float64], t_s: NDArray[np.float64]):
    n = len(t_s)
    return make_rows(
        T0_NS + np.rint(t_s * S_NS).astype(np.int64),
        np.column_stack((np.zeros(n, dtype=np.int64), np.arange(n))),
        antenna_true_rad=azimuth_rad % (2 * np.pi),
    )


def made(
    *, targets: int = 12, span_s: float = 60.0, turn_s: float = TURN_S, seed: int = 1
) -> Arrivals:
    """Return plots of slowly drifting targets, sent up to 0.4 s late, in order of sending."""
    rng = np.random.default_rng(seed)
    turns = np.arange(int(span_s / turn_s) + 1)
    bearing = rng.uniform(0, 1, targets)[:, None] + 0.002 * turns[None, :]
    t_s = ((turns[None, :] + bearing + 0.3) * turn_s).ravel()
    azimuth = (bearing * 2 * np.pi).ravel() + rng.normal(0, 0.002, t_s.size)
    inside = t_s < span_s
    t_s, azimuth = t_s[inside], azimuth[inside]
    order = np.argsort(t_s + rng.uniform(0, 0.4, len(t_s)))
    return arrivals(radar_rows(azimuth[order], t_s[order]))


def arrivals(rows, marks: tuple = ((), ())) -> Arrivals:
    """Return rows, then marks (t_s, azimuth) put among them by time."""
    mark_ns = T0_NS + np.rint(np.array(marks[0]) * S_NS).astype(np.int64)
    times = np.concatenate((rows.t_measured_ns, mark_ns))
    order = np.argsort(times, kind="stable") if len(mark_ns) else np.arange(len(times))
    place = np.empty(len(times), dtype=np.int64)
    place[order] = np.arange(len(times))
    by_row = np.argsort(place[: len(rows)])
    return Arrivals(
        heard_ns=times[order],
        rows=take(rows, by_row),
        row_at=place[: len(rows)][by_row],
        mark_at=place[len(rows) :],
        mark_rad=np.array(marks[1], dtype=np.float64),
    )


def cut_all(
    whole: Arrivals, radar=airport.RADAR
) -> tuple[sectors.SectorState, list[DetectionBatch]]:
    state, first = sectors.cut(sectors.start(), whole, radar)
    state, last = sectors.cut(state, Arrivals.none(), radar, end=True)
    return state, first + last


def pieces(whole: Arrivals, cuts: list[int]) -> list[Arrivals]:
    edges = [0, *sorted(cuts), len(whole.heard_ns)]
    out = []
    for begin, end in pairwise(edges):
        mine = (whole.row_at >= begin) & (whole.row_at < end)
        marks = (whole.mark_at >= begin) & (whole.mark_at < end)
        out.append(
            Arrivals(
                heard_ns=whole.heard_ns[begin:end],
                rows=take(whole.rows, mine),
                row_at=whole.row_at[mine] - begin,
                mark_at=whole.mark_at[marks] - begin,
                mark_rad=whole.mark_rad[marks],
            )
        )
    return out


def test_empty_sectors_yield_looks_while_the_radar_is_heard() -> None:
    """Two targets leave most sectors empty; a miss there is evidence all the same."""
    whole = made(targets=2, span_s=120.0)
    _, batches = cut_all(whole)
    looks = [b for b in batches if b.look is not None]
    assert sum(len(b) == 0 for b in looks) > 120
    begins = np.array([b.look.azimuth_from_rad for b in looks])
    assert np.allclose(np.diff(begins) % (2 * np.pi), np.pi / 4)
    steps_s = np.diff([b.t_ns for b in looks]) / S_NS
    assert np.allclose(steps_s, TURN_S / 8, atol=0.02)


def test_silence_yields_no_look_and_the_phase_is_kept() -> None:
    """An hour without data: 7,200 sectors in which nothing may be charged."""
    one, two = made(span_s=60.0), made(span_s=60.0, seed=2)
    gap_s = 900 * TURN_S
    rows = radar_rows(
        np.concatenate((one.rows.antenna_true_rad, two.rows.antenna_true_rad)),
        (np.concatenate((one.rows.t_measured_ns, two.rows.t_measured_ns)) - T0_NS) / S_NS
        + np.repeat([0.0, gap_s], [len(one.rows), len(two.rows)]),
    )
    state, batches = cut_all(arrivals(rows))
    times_s = np.array([(b.t_ns - T0_NS) / S_NS for b in batches if b.look is not None])
    silent = (times_s > one.heard_ns.max() / S_NS - T0_NS / S_NS) & (times_s < gap_s)
    assert not silent.any()
    assert (times_s > gap_s).sum() > 50
    assert state.locks == 1
    assert sum(map(len, batches)) == len(rows)


def test_a_wrong_turn_time_in_the_site_file_is_found_out() -> None:
    """A site file that says 5 s for a radar of 4 s would smear every sector within a minute."""
    radar = airport.sensor("bcn", "radar", 41.3, 2.1, 27.0, revisit_s=5.0)
    state, batches = cut_all(made(span_s=120.0), radar)
    assert state.antenna.turn_s == pytest.approx(TURN_S, abs=0.005)
    assert sum(b.look is not None for b in batches) > 200


def test_marks_alone_drive_the_sectors_of_an_empty_sky() -> None:
    """CAT034 sector messages and no plot at all: the sky was looked at and was empty."""
    t_s = np.arange(0.0, 80.0, TURN_S / 32)
    marks = (t_s, 2 * np.pi * ((t_s / TURN_S) % 1.0))
    whole = arrivals(radar_rows(np.zeros(0), np.zeros(0)), marks)
    _, batches = cut_all(whole)
    looks = [b for b in batches if b.look is not None]
    assert len(looks) > 140
    middle = np.array([(b.t_ns - T0_NS) / S_NS / TURN_S for b in looks]) % 1.0
    expected = np.array([b.look.azimuth_from_rad for b in looks]) / (2 * np.pi) + 1 / 16
    assert np.abs((middle - expected + 0.5) % 1.0 - 0.5).max() < 0.005


def test_marks_outweigh_clutter() -> None:
    """Plots at azimuths unrelated to the antenna must not pull a phase that messages give."""
    rng = np.random.default_rng(3)
    t_s = np.sort(rng.uniform(0.0, 80.0, 300))
    mark_s = np.arange(0.0, 80.0, TURN_S / 32)
    marks = (mark_s, 2 * np.pi * ((mark_s / TURN_S) % 1.0))
    state, batches = cut_all(arrivals(radar_rows(rng.uniform(0, 6.28, 300), t_s), marks))
    assert state.antenna.turn_s == pytest.approx(TURN_S, abs=0.002)
    assert sum(map(len, batches)) == 300


def test_plots_without_rhythm_yield_rows_and_no_look() -> None:
    """Where no antenna explains the plots nothing can be said about what was not seen."""
    rng = np.random.default_rng(4)
    t_s = np.sort(rng.uniform(0.0, 80.0, 300))
    _, batches = cut_all(arrivals(radar_rows(rng.uniform(0, 6.28, 300), t_s)))
    assert all(b.look is None for b in batches)
    assert sum(map(len, batches)) == 300
    assert all(np.ptp(b.t_measured_ns) <= S_NS for b in batches)


def test_a_plot_that_comes_after_its_sector_closed_has_no_look() -> None:
    """It may update a track; the miss was charged already, and is not charged again."""
    whole = made(span_s=60.0)
    late = radar_rows(whole.rows.antenna_true_rad[:1], np.array([20.0]))
    first, second = pieces(whole, [len(whole.heard_ns) - 60])
    state, one = sectors.cut(sectors.start(), first, airport.RADAR)
    extra = Arrivals(
        late.t_measured_ns, late, np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0)
    )
    state, two = sectors.cut(state, extra, airport.RADAR)
    state, three = sectors.cut(state, second, airport.RADAR)
    _, four = sectors.cut(state, Arrivals.none(), airport.RADAR, end=True)
    batches = one + two + three + four
    assert sum(map(len, batches)) == len(whole.rows) + 1
    (alone,) = [b for b in batches if late.t_measured_ns[0] in b.t_measured_ns]
    assert alone.look is None
    looks = [b.t_ns for b in batches if b.look is not None]
    assert (np.diff(looks) > 0).all()


def test_rows_handed_over_in_a_pause_are_not_charged_as_missed_later() -> None:
    """A sparse sky without service messages: the plot left early, its sector must not look."""
    whole = made(targets=6, span_s=60.0)
    first, second = pieces(whole, [len(whole.heard_ns) // 2])
    state, one = sectors.cut(sectors.start(), first, airport.RADAR)
    state, handed = sectors.cut(state, Arrivals.none(), airport.RADAR, end=True)
    state, two = sectors.cut(state, second, airport.RADAR)
    _, three = sectors.cut(state, Arrivals.none(), airport.RADAR, end=True)
    batches = one + handed + two + three
    assert sum(map(len, batches)) == len(whole.rows)
    unseen = [b for b in handed if b.look is None]
    assert unseen
    for early in unseen:
        for batch in batches:
            if batch.look is not None:
                assert (np.abs(early.t_measured_ns - batch.t_ns) > 0.2e9).all()
    looks = [b.t_ns for b in batches if b.look is not None]
    assert (np.diff(looks) > 0).all()
    assert len(looks) > 60


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 170), max_size=12), st.integers(0, 5))
def test_cutting_the_stream_changes_nothing(cuts: list[int], seed: int) -> None:
    """Chunks are an accident of transport, also within a turn and before the lock."""
    whole = made(seed=seed)
    _, expected = cut_all(whole)
    state, batches = sectors.start(), []
    for piece in pieces(whole, [min(c, len(whole.heard_ns)) for c in cuts]):
        state, some = sectors.cut(state, piece, airport.RADAR)
        batches += some
    _, some = sectors.cut(state, Arrivals.none(), airport.RADAR, end=True)
    batches += some
    assert [(b.t_ns, b.seq, b.look, len(b)) for b in batches] == [
        (b.t_ns, b.seq, b.look, len(b)) for b in expected
    ]


def test_a_state_between_chunks_stays_small() -> None:
    """A service runs for months: what is kept must not grow."""
    state = sectors.start()
    for piece in pieces(made(span_s=4_000.0), list(range(0, 11_000, 100))):
        state, _ = sectors.cut(state, piece, airport.RADAR)
    assert len(state.newest_ns) < 200
    assert len(state.rows) < 60
    assert len(state.samples.plot_t_ns) <= antenna.KEEP_SAMPLES


def test_lock_needs_evidence() -> None:
    """Four plots agree with some turn time by chance; that is no antenna."""
    few = antenna.remember(
        antenna.no_samples(),
        antenna.Samples(
            plot_t_ns=T0_NS + np.array([0, 1, 2, 3]) * S_NS,
            plot_rad=np.array([0.1, 1.7, 3.2, 4.8]),
            mark_t_ns=np.zeros(0, dtype=np.int64),
            mark_rad=np.zeros(0),
        ),
    )
    assert antenna.lock(few, 4.0) is None
