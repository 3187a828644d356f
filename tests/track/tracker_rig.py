"""Sensors, batches and hand-made banks for the tests of the tracker."""

import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np

from tocsin.model.detection import DetectionBatch, Look
from tocsin.model.sensor import Noise, Sensor
from tocsin.model.units import S_NS
from tocsin.track import bank as banks
from tocsin.track import late
from tocsin.track.settings import TrackSettings
from tocsin.track.state import TrackerState, start
from tocsin.track.step import step

EPOCH_NS = 1_779_998_400 * S_NS
WHOLE_TURN = Look(azimuth_from_rad=0.0, azimuth_width_rad=2.0 * math.pi)
PLOT_COLUMNS = 14
ROW, COLUMN = np.triu_indices(4)
"""The ten covariance terms of the bank, in its order."""

RADAR = Sensor(
    id="radar",
    kind="radar",
    lat_deg=45.0,
    lon_deg=28.0,
    alt_ellipsoid_m=50.0,
    pos_site_m=(0.0, 0.0),
    convergence_rad=0.0,
    pd_cooperative_prob=0.95,
    pd_noncooperative_prob=0.9,
    revisit_s=4.0,
    range_min_m=0.0,
    range_max_m=100_000.0,
    elevation_max_deg=45.0,
    clutter_per_look=5.0,
    noise=Noise(),
    noise_by_type={},
    note="invented",
)


def sensor(name: str, **changes: Any) -> Sensor:
    return msgspec.structs.replace(RADAR, id=name, **changes)


def tracker(*sensors: Sensor, **settings: Any) -> TrackerState:
    return start(sensors or (RADAR,), TrackSettings(**settings))


def batch(
    places_m: Any = (),
    t_s: float = 0.0,
    *,
    sensor_id: str = "radar",
    seq: int | None = None,
    look: Look | None = WHOLE_TURN,
    sigma_m: float = 50.0,
    **columns: Any,
) -> DetectionBatch:
    """Return a batch of positions; `columns` overrides any column of the batch."""
    places = np.asarray(places_m, dtype=np.float64).reshape(-1, 2)
    n, t_ns = len(places), EPOCH_NS + round(t_s * S_NS)
    seq = round(t_s * 1000) if seq is None else seq
    none, unknown = np.full(n, -1, dtype=np.int64), np.full(n, np.inf)
    made = {
        "sensor_id": sensor_id,
        "measures": "position",
        "t_ns": t_ns,
        "seq": seq,
        "look": look,
        "t_measured_ns": np.full(n, t_ns),
        "pos_site_m": places,
        "cov_site_m2": np.tile([sigma_m**2, 0.0, sigma_m**2], (n, 1)),
        "bias_var_m2": np.zeros(n),
        "azimuth_site_rad": np.zeros(n),
        "azimuth_var_rad2": unknown,
        "alt_msl_m": np.zeros(n),
        "alt_var_m2": unknown,
        "range_rate_mps": np.zeros(n),
        "range_rate_var_m2ps2": unknown,
        "cooperative": np.zeros(n, dtype=np.bool_),
        "icao": none,
        "track_number": none,
        "mode_a": none,
        "callsign": np.full(n, "", dtype="<U8"),
        "extent_m": np.zeros(n),
        "extent_axis_site_rad": np.zeros(n),
        "record": np.column_stack([np.full(n, seq), np.arange(n)]),
    }
    return DetectionBatch(**(made | columns))


def bearings(
    azimuths_rad: Iterable[float], t_s: float, sensor_id: str, post_m: Any, sigma_rad: float
) -> DetectionBatch:
    az = np.asarray(list(azimuths_rad), dtype=np.float64)
    n = len(az)
    return batch(
        np.tile(post_m, (n, 1)),
        t_s,
        sensor_id=sensor_id,
        look=None,
        measures="bearing",
        cov_site_m2=np.tile([np.inf, 0.0, np.inf], (n, 1)),
        azimuth_site_rad=az,
        azimuth_var_rad2=np.full(n, sigma_rad**2),
    )


def follow_all(state: TrackerState, batches: Iterable[DetectionBatch]) -> TrackerState:
    for one in batches:
        step(state, one)
    return state


def flights(
    rng: np.random.Generator,
    scans: int,
    targets: int = 6,
    clutter: int = 10,
    sensor_id: str = "radar",
    first_s: float = 0.0,
    side_m: float = 40_000.0,
    truth: np.random.Generator | None = None,
) -> list[DetectionBatch]:
    """Return looks of straight flights at 50 m/s in clutter; `truth` draws the flights."""
    truth = truth or rng
    at = truth.uniform(-0.3, 0.3, (targets, 2)) * side_m
    course = truth.uniform(0.0, 2.0 * np.pi, targets)
    speed = 50.0 * np.column_stack([np.sin(course), np.cos(course)])
    looks = []
    for scan in range(scans):
        t_s = first_s + 4.0 * scan
        seen = (at + t_s * speed)[rng.random(targets) < 0.9]
        seen = seen + rng.normal(0.0, 50.0, seen.shape)
        false = rng.uniform(-0.5, 0.5, (rng.poisson(clutter), 2)) * side_m
        places = rng.permutation(np.concatenate([seen, false]))
        looks.append(batch(places, t_s, sensor_id=sensor_id))
    return looks


def used(state: TrackerState) -> dict[str, np.ndarray]:
    """Return the columns of the bank as far as they are used."""
    high = int(state.bank.counters[banks.HIGH])
    columns = state.bank._asdict()
    counters = columns.pop("counters")
    free = columns.pop("free")[: counters[banks.FREE]]
    return {
        "counters": counters,
        "free": free,
        **{name: column[:high] for name, column in columns.items()},
    }


def differences(one: TrackerState, other: TrackerState) -> list[str]:
    """Name everything that is not equal bit for bit in two trackers."""
    left, right = used(one), used(other)
    found = [name for name in left if left[name].tobytes() != right[name].tobytes()]
    for name in one.__dataclass_fields__:
        if name in ("bank", "settings", "views"):
            continue
        a, b = getattr(one, name), getattr(other, name)
        same = a.tobytes() == b.tobytes() if isinstance(a, np.ndarray) else a == b
        found += [] if same else [name]
    for name, view in one.views.items():
        found += [f"background of {name}: {part}" for part in _unlike(view, other.views[name])]
    return found


def _unlike(one: Any, other: Any) -> list[str]:
    a, b = one.background, other.background
    return [
        name
        for name in a.__dataclass_fields__
        if np.asarray(getattr(a, name)).tobytes() != np.asarray(getattr(b, name)).tobytes()
    ]


def arrive(sensors: tuple[Sensor, ...], batches: Iterable[DetectionBatch]) -> late.LateState:
    state = late.begin(tracker(*sensors))
    for one in batches:
        late.take(state, one)
    return state


def live_rows(state: TrackerState) -> np.ndarray:
    return np.flatnonzero(used(state)["live"])


def shown(state: TrackerState) -> np.ndarray:
    columns = used(state)
    return np.flatnonzero(columns["live"] & (columns["status"] == banks.SHOWN))


def dense(packed: np.ndarray) -> np.ndarray:
    """Return the 4x4 covariance of ten packed terms."""
    full = np.zeros((4, 4))
    full[ROW, COLUMN] = packed
    full[COLUMN, ROW] = packed
    return full


def packed(full: np.ndarray) -> np.ndarray:
    return full[ROW, COLUMN]


def put(bank: banks.Bank, i: int = 0, **values: Any) -> None:
    """Write a component that has been updated before into slot `i`; times are t = 0."""
    defaults = {
        "live": True,
        "exist": 0.5,
        "exist_born": 0.5,
        "model": (0.8, 0.2),
        "t_first_s": -8.0,
        "height_cov": (np.inf, 0.0, 0.0),
        "sensor": 0,
    }
    for name, value in (defaults | values).items():
        if name in bank._fields:
            getattr(bank, name)[i] = value
    bank.counters[banks.HIGH] = max(bank.counters[banks.HIGH], i + 1)


def call(kernel: Callable[..., Any], **known: Any) -> Any:
    """Call a kernel with those of `known` that it asks for, by name."""
    names = inspect.signature(kernel.py_func).parameters
    return kernel(**{name: known[name] for name in names})
