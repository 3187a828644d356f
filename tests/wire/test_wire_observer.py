"""Reports of observers and acoustic posts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.raw import Rejected
from tocsin.wire import observer

names = st.text(min_size=1, max_size=12)
times = st.integers(0, 2**62 - 1)
reports = (
    st.builds(
        observer.Bearing,
        observer=names,
        t_ns=times,
        azimuth_true_deg=st.floats(0, 360),
        sigma_deg=st.none() | st.floats(0.1, 180),
    )
    | st.builds(observer.Heard, observer=names, t_ns=times, within_m=st.none() | st.floats(1, 1e5))
    | st.builds(observer.Alive, observer=names, t_ns=times)
)


@given(reports)
def test_what_is_written_is_read_again(report: observer.Report) -> None:
    """Round trip of every kind."""
    line = observer.encode(report)
    assert line.endswith(b"\n")
    assert observer.decode(line) == report


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "not_a_report"),
        (b'{"report": "seen"}', "not_a_report"),
        (b'{"report": "alive", "observer": "a"}', "not_a_report"),
        (b'{"report": "heard", "observer": "a", "t_ns": 1, "whithin_m": 5}', "not_a_report"),
        (b'{"report": "heard", "observer": "a", "t_ns": -1}', "impossible_value"),
        (b'{"report": "heard", "observer": "a", "t_ns": 1, "within_m": -5}', "impossible_value"),
        (
            b'{"report":"bearing","observer":"a","t_ns":1,"azimuth_true_deg":400}',
            "impossible_value",
        ),
        (
            b'{"report":"bearing","observer":"a","t_ns":1,"azimuth_true_deg":4,"sigma_deg":0}',
            "impossible_value",
        ),
    ],
)
def test_what_no_observer_can_mean_is_a_value_with_a_reason(line: bytes, reason: str) -> None:
    """A misspelt key must not silently become the default."""
    got = observer.decode(line, "posts", 3)
    assert isinstance(got, Rejected)
    assert (got.reason, got.source, got.offset) == (reason, "posts", 3)


@settings(max_examples=300)
@given(st.binary(max_size=100))
def test_no_bytes_whatever_raise_an_error(data: bytes) -> None:
    """What comes from outside is never trusted."""
    observer.decode(data)
