"""Slices of time for sensors that do not turn."""

from itertools import pairwise

import airport
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.detect import slices
from tocsin.detect.arrivals import Arrivals, lonely
from tocsin.detect.rows import make_rows, take

S_NS = 1_000_000_000
T0_NS = 1_780_000_000 * S_NS


def reports(t_s: list[float], icao: list[int], track: list[int] | None = None) -> Arrivals:
    n = len(t_s)
    rows = make_rows(
        T0_NS + np.rint(np.array(t_s, dtype=np.float64) * S_NS).astype(np.int64),
        np.column_stack((np.zeros(n, dtype=np.int64), np.arange(n))),
        icao=np.array(icao, dtype=np.int64),
        track_number=np.array(track or [-1] * n, dtype=np.int64),
    )
    none = np.zeros(0, dtype=np.int64)
    return Arrivals(rows.t_measured_ns, rows, np.arange(n), none, np.zeros(0))


def cut_all(*parts: Arrivals, sensor=airport.STATION):
    state, batches = slices.start(), []
    for part in parts:
        state, some = slices.cut(state, part, sensor)
        batches += some
    return batches + slices.cut(state, Arrivals.none(), sensor, end=True)[1]


def test_a_target_reporting_twice_in_a_slice_goes_into_two_batches() -> None:
    """In one batch the second report would start a false track beside the first."""
    batches = cut_all(reports([0.1, 0.2, 0.6, 0.7, 0.9], [1, 2, 1, 2, -1]))
    assert [b.icao.tolist() for b in batches] == [[1, 2, -1], [1, 2]]
    assert [b.look for b in batches] == [None, None]
    assert [b.seq for b in batches] == [0, 1]


def test_without_an_address_the_track_number_names_the_target() -> None:
    """Vehicles and old systems send no address."""
    batches = cut_all(reports([0.1, 0.5, 0.6], [-1, -1, -1], [7, 7, 8]))
    assert [b.track_number.tolist() for b in batches] == [[7, 8], [7]]


def test_a_late_report_comes_in_a_batch_of_its_own_time() -> None:
    """Two seconds late: the slice is gone, the report is not."""
    batches = cut_all(reports([0.1, 5.0, 0.2], [1, 1, 2]))
    assert sorted((b.t_ns - T0_NS) / S_NS for b in batches) == [0.1, 0.2, 5.0]


def test_each_observers_report_stands_alone() -> None:
    """Two bearings of one post may be of one thing."""
    post = airport.sensor("post", "bearing", 41.3, 2.1, 10.0)
    batches = cut_all(reports([0.1, 0.2], [-1, -1]), sensor=post)
    assert [(len(b), b.measures) for b in batches] == [(1, "bearing"), (1, "bearing")]


def test_one_broken_time_is_found_and_a_gap_is_not() -> None:
    """A leap of hours that the next record takes back is a damaged field."""
    times = T0_NS + np.array([0, 1, 9_000, 2, 3, 500, 501]) * S_NS
    assert lonely(times).tolist() == [False, False, True, False, False, False, False]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 20), st.integers(-1, 4)), min_size=1, max_size=60),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_no_row_is_lost_and_cutting_changes_nothing(
    rows: list[tuple[float, int]], cuts: list[int]
) -> None:
    """Rows in = rows out, whatever their order and however the stream was cut."""
    whole = reports([t for t, _ in rows], [i for _, i in rows])
    edges = [0, *sorted(min(c, len(rows)) for c in cuts), len(rows)]
    parts = []
    for begin, end in pairwise(edges):
        index = np.arange(begin, end)
        none = np.zeros(0, dtype=np.int64)
        parts.append(
            Arrivals(
                whole.heard_ns[begin:end],
                take(whole.rows, index),
                np.arange(end - begin),
                none,
                np.zeros(0),
            )
        )
    batches, expected = cut_all(*parts), cut_all(whole)
    cited = sorted(int(r) for b in batches for r in b.record[:, 1])
    assert cited == list(range(len(rows)))
    assert sorted((b.t_ns, b.record.tolist()) for b in batches) == sorted(
        (b.t_ns, b.record.tolist()) for b in expected
    )
