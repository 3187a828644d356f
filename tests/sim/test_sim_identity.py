"""Scores by hidden identities, against cases counted by hand."""

from pathlib import Path

import numpy as np
import pytest

from tocsin.model.raw import RawChunk
from tocsin.sim.recording import block_spans
from tocsin.sim.score.identity import score_identities, segment_numbers
from tocsin.wire.asterix.columns import decode
from tocsin.wire.asterix.editions import choose_editions


def score(rows: list[tuple[float, int, int]], **options: float):
    t_s, identity, track = (np.array(column) for column in zip(*rows, strict=True))
    return score_identities(
        t_s.astype(np.float64), identity.astype(np.int64), track.astype(np.int64), **options
    )


def test_one_aircraft_in_one_track_is_perfect() -> None:
    """Anything but 1, 1, 1 here means that the counting itself is off."""
    found = score([(4.0 * i, 7, 100) for i in range(5)])
    assert (found.purity_ratio, found.completeness_ratio) == (1.0, 1.0)
    assert (found.tracks_per_aircraft_ratio, found.tracks_per_segment_ratio) == (1.0, 1.0)
    assert found.aircraft_with_one_track == 1


def test_a_swap_costs_purity_and_two_switches() -> None:
    """A tracker that swaps two aircraft must not score as one that keeps them."""
    a = [(float(i), 1, 10 if i < 6 else 20) for i in range(10)]
    b = [(float(i) + 0.5, 2, 20 if i < 6 else 10) for i in range(10)]
    found = score(a + b)
    assert found.purity_ratio == pytest.approx(12 / 20)
    assert found.switches == 2
    assert found.tracks == 2


def test_a_silence_over_a_minute_allows_a_new_track() -> None:
    """61 s of silence ends a segment, 60 s does not."""
    rows = [(0.0, 1, 10), (60.0, 1, 10), (121.0, 1, 11), (125.0, 1, 11)]
    found = score(rows)
    assert found.segments == 2
    assert found.tracks_per_segment_ratio == 1.0
    assert found.tracks_per_aircraft_ratio == 2.0


def test_untaken_and_unknown_plots_count_where_they_should() -> None:
    """A plot without identity is nobody's; a plot without track is missing."""
    rows = [(0.0, 1, -1), (4.0, 1, 10), (8.0, 1, 10), (12.0, 1, 10), (12.0, -1, 10), (16.0, -1, 30)]
    found = score(rows)
    assert found.plots == 4
    assert found.completeness_ratio == 0.75
    assert found.purity_ratio == 1.0
    assert found.tracks == 1


def test_rows_may_come_in_any_order() -> None:
    """The score is of sets of plots, not of the order of a file."""
    rng = np.random.default_rng(3)
    t_s = rng.uniform(0, 600, 300)
    identity = rng.integers(-1, 6, 300)
    track = rng.integers(-1, 9, 300)
    mixed = rng.permutation(300)
    assert score_identities(t_s, identity, track) == score_identities(
        t_s[mixed], identity[mixed], track[mixed]
    )


def test_nothing_taken_gives_no_purity_rather_than_a_number() -> None:
    """0 of 0 is unknown, not perfect and not zero."""
    found = score([(0.0, 1, -1), (4.0, 1, -1)])
    assert found.purity_ratio is None
    assert found.completeness_ratio == 0.0


def test_few_plots_leave_an_aircraft_out() -> None:
    """The published figures leave out aircraft with under ten plots."""
    rows = [(float(i), 1, 5) for i in range(10)] + [(0.5, 2, 6)]
    assert score(rows, plots_min=10).aircraft == 1


def test_segment_numbers_agree_with_the_count() -> None:
    """Two ways to count segments must give one answer."""
    rng = np.random.default_rng(4)
    t_s, identity = rng.uniform(0, 9000, 200), rng.integers(0, 4, 200)
    numbers = segment_numbers(t_s, identity)
    found = score_identities(t_s, identity, np.zeros(200, dtype=np.int64))
    assert len(np.unique(numbers)) == found.segments


@pytest.mark.parametrize(
    ("stat", "per_aircraft", "per_segment", "whole"),
    [((0, 2), 1.140, 1.029, 86), ((1, 3), 1.27, 1.146, 33)],
)
def test_a_real_radars_own_tracks_score_as_published(
    shared_data: Path, stat: tuple[int, ...], per_aircraft: float, per_segment: float, whole: int
) -> None:
    """Barcelona's own track numbers, airborne and on the ground: the definitions are the same."""
    data = (shared_data / "asterix" / "bcn_cat048_20230502_0800_first30min.ast").read_bytes()
    start, length = block_spans(data)
    chunk = RawChunk(
        source="bcn",
        data=data,
        start=start,
        length=length,
        offset=start,
        t_received_ns=np.full(len(start), -1, dtype=np.int64),
    )
    items = ("I048/010", "I048/140", "I048/161", "I048/220", "I048/230")
    (columns,) = decode(chunk, choose_editions(), {48: items}).columns
    told = {name: field.values for name, field in columns.fields.items()}
    identity = np.where(np.isin(told["I048/230/STAT"], stat), told["I048/220"], -1)
    found = score_identities(told["I048/140"], identity, told["I048/161/TRN"], plots_min=10)
    assert found.purity_ratio == found.completeness_ratio == 1.0
    assert found.tracks_per_aircraft_ratio == pytest.approx(per_aircraft, abs=0.0005)
    assert found.tracks_per_segment_ratio == pytest.approx(per_segment, abs=0.0005)
    assert found.aircraft_with_one_track == whole
