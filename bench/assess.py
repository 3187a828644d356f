"""The cost of `assess.step`: 1,000 tracks of no known identity at the Galati site, all due at once.

    PYTHON bench/assess.py [TRACKS]

The site's real border, places and zones, the shipped library, default settings: 512 futures of
20 minutes for each track. Tracks are made up: 50 m/s, anywhere over the site, followed for three
minutes, so that all have a full history; then every one of them is assessed anew in each cycle.
One core; the least of some cycles, because a shared machine only ever adds.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import ROOT, figure

from tocsin.assess.stage import AssessState, step
from tocsin.assess.world import prepare
from tocsin.config import library_of_site, load_site
from tocsin.model.track import Identity, Picture, Track
from tocsin.model.units import S_NS

T0_NS = 1_780_000_000_000_000_000
EVERY_S, CYCLES, MEASURED = 10, 26, 6
SPEED_MPS = 50.0
COV = tuple(np.diag([60.0**2, 2.0**2, 60.0**2, 2.0**2]).ravel().tolist())
SEED = 3


def track(number: int, t_ns: int, pos_m: np.ndarray, vel_mps: np.ndarray) -> Track:
    return Track(
        id=number,
        status="confirmed",
        t_ns=t_ns,
        t_first_ns=T0_NS - 300 * S_NS,
        t_update_ns=t_ns,
        exists_prob=1.0,
        pos_site_m=(float(pos_m[0]), float(pos_m[1])),
        vel_site_mps=(float(vel_mps[0]), float(vel_mps[1])),
        cov=COV,
        lat_deg=45.0,
        lon_deg=28.0,
        speed_mps=SPEED_MPS,
        course_true_deg=0.0,
        alt_msl_m=500.0,
        alt_sigma_m=100.0,
        climb_mps=None,
        manoeuvre_prob=0.05,
        cooperative_prob=0.0,
        updates=30,
        identity=Identity(),
        contributions=(),
        evidence=(),
    )


def picture(cycle: int, pos_m: np.ndarray, vel_mps: np.ndarray) -> Picture:
    """Return all tracks, each where it has come by now."""
    t_ns = T0_NS + cycle * EVERY_S * S_NS
    now_m = pos_m + cycle * EVERY_S * vel_mps
    rows = enumerate(zip(now_m, vel_mps, strict=True))
    return Picture(
        t_ns=t_ns, revision=cycle, tracks=tuple(track(k, t_ns, at, vel) for k, (at, vel) in rows)
    )


def main(tracks: int) -> None:
    site = load_site(ROOT / "sites" / "galati.toml")
    world = prepare(site.borders, site.places, site.zones, site.assess, library_of_site(site))
    rng = np.random.default_rng(SEED)
    at_m = np.array([place.pos_site_m for place in site.places])
    pos_m = rng.uniform(at_m.min(axis=0), at_m.max(axis=0), (tracks, 2))
    course_rad = rng.uniform(0.0, 2.0 * np.pi, tracks)
    vel_mps = SPEED_MPS * np.stack([np.sin(course_rad), np.cos(course_rad)], axis=1)
    state, spent_s, wall_s, told = AssessState(), [], [], 0
    for cycle in range(CYCLES):
        now = picture(cycle, pos_m, vel_mps)
        begun, began = time.process_time(), time.perf_counter()
        state, found = step(state, now, world, site.assess)
        spent_s.append(time.process_time() - begun)
        wall_s.append(time.perf_counter() - began)
        told = sum(len(one.threats) + len(one.zones) + len(one.crossings) for one in found)
    figure(
        "assess, one cycle, every track due",
        f"{tracks:,} tracks of no known identity x {site.assess.futures} futures x 20 min, Galati",
        round(min(spent_s[-MEASURED:]), 3),
        unit="s of one core",
        reach="<= 0.6",
        peer=f"wall {min(wall_s[-MEASURED:]):.2f} to {max(wall_s[-MEASURED:]):.2f} s on this "
        f"machine; {told / tracks:.0f} passages told of each track",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
