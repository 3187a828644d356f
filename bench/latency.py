"""How long the machine takes to warn: from the update that crosses a threshold to a signed alert.

100 tracks fly about Galati's site on courses of their own, and are all new in one picture: the
worst case, in which dozens of zones are drafted at once. Timed is all that the service does with
that picture: assessment of every track, policy, drafts in four languages, journal and files on
disk; and then, once approved, the strict check, the signature, the texts for phones, the feed.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import ROOT, figure

from tocsin.assess import stage as assess
from tocsin.assess import world as worlds
from tocsin.commands.signing import exercise_signer
from tocsin.config import library_of_site, load_site
from tocsin.desk import Desk
from tocsin.model.alert import Decision
from tocsin.model.track import Identity, Picture, Track
from tocsin.model.units import S_NS
from tocsin.record.run_folder import RunFolder
from tocsin.warn import stage as warn
from tocsin.warn.ground import ground_of
from tocsin.warn.policy import vertices_of

TRACKS, TRIALS, STEP_S, SPEED_MPS = 100, 40, 4, 50.0
T0_NS = 1_780_000_000 * S_NS
ON = f"{TRACKS} tracks at Galati, {TRIALS} trials"
COV = tuple(np.diag([3600.0, 1.0, 3600.0, 1.0]).ravel().tolist())


def track(plane, number: int, pos_m: np.ndarray, vel_mps: np.ndarray, t_s: int) -> Track:
    lat_deg, lon_deg = plane.geodetic_from_site(pos_m[None])
    t_ns = T0_NS + t_s * S_NS
    return Track(
        id=number, status="confirmed", t_ns=t_ns, t_first_ns=T0_NS - 600 * S_NS, t_update_ns=t_ns,
        exists_prob=0.999, pos_site_m=tuple(pos_m), vel_site_mps=tuple(vel_mps), cov=COV,
        lat_deg=float(lat_deg[0]), lon_deg=float(lon_deg[0]), speed_mps=SPEED_MPS,
        course_true_deg=0.0, alt_msl_m=500.0, alt_sigma_m=100.0, climb_mps=0.0,
        manoeuvre_prob=0.05, cooperative_prob=0.0, updates=60, identity=Identity(),
        contributions=(), evidence=((number, 1),),
    )  # fmt: skip


def flights(rng) -> tuple[np.ndarray, np.ndarray]:
    """Return places and velocities, anywhere and any way within 60 km."""
    course_rad = rng.uniform(0.0, 2.0 * np.pi, TRACKS)
    vel_mps = SPEED_MPS * np.stack([np.cos(course_rad), np.sin(course_rad)], axis=1)
    return rng.uniform(-60e3, 60e3, (TRACKS, 2)), vel_mps


def trial(site, world, ground, rng, folder: Path) -> tuple[float, float]:
    """Return wall seconds to the draft and on to the signed alert."""
    run = RunFolder.create(folder)
    with run.new_journal(salt_key=b"latency of a bench") as journal:
        desk = Desk(journal, run, site, exercise_signer(site, T0_NS))
        seen, held = assess.AssessState(), warn.WarnState()
        pos_m, vel_mps = flights(rng)
        for t_s in range(0, 700, STEP_S):
            tracks = [
                track(site.plane, n, pos_m[n] + vel_mps[n] * t_s, vel_mps[n], t_s)
                for n in range(TRACKS)
            ]
            now = Picture(t_ns=T0_NS + t_s * S_NS, revision=t_s, tracks=tuple(tracks))
            begun_s = time.perf_counter()
            seen, told = assess.step(seen, now, world, site.assess)
            held, outcome = warn.step(held, now.t_ns, told, ground, site.warn)
            desk.tell(now.t_ns, outcome)
            drafted_s = time.perf_counter()
            urgent = [draft for draft in outcome.drafts if draft.level == "WARN"]
            if not urgent:
                continue
            yes = Decision(
                t_ns=now.t_ns, by=site.warn.approvers[0], choice="approve", subject=urgent[0].id
            )
            held, outcome = warn.decide(held, yes, ground, site.warn)
            desk.tell(now.t_ns, outcome)
            assert desk.sent, desk.refused
            return drafted_s - begun_s, time.perf_counter() - begun_s
    raise AssertionError("no warning in 700 s")


def main() -> None:
    site = load_site(ROOT / "sites" / "galati.toml")
    library = library_of_site(site)
    world = worlds.prepare(site.borders, site.places, site.zones, site.assess, library)
    corners = vertices_of(site.zones, site.warn)
    ground = ground_of(site.zones, site.places, synthetic=True, max_vertices=corners)
    rng = np.random.default_rng(5_000)
    with tempfile.TemporaryDirectory() as folder:
        trial(site, world, ground, rng, Path(folder) / "compile")
        times_s = np.array(
            [trial(site, world, ground, rng, Path(folder) / str(n)) for n in range(TRIALS)]
        )
    languages = len(site.warn.languages)
    figure("languages of a draft", ON, languages, reach=">= 4")
    what = "update over threshold to signed alert, approval taking no time"
    figure(f"{what}, p95", ON, float(np.percentile(times_s[:, 1], 95)), unit="s", reach="<= 0.5")
    figure(f"{what}, p99", ON, float(np.percentile(times_s[:, 1], 99)), unit="s", reach="<= 1")
    figure("the same to the draft, median", ON, float(np.median(times_s[:, 0])), unit="s")


if __name__ == "__main__":
    main()
