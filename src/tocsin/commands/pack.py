"""`tocsin pack`: the shipped scenarios simulated, replayed and scored, one process a run.

Every run leaves `scores.json` in a folder of its own; recordings and records are taken away when
they have been scored, unless they are to be kept. `pack.json` holds everything that was measured.
"""

import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from tocsin.commands.approver import Approver, Staff
from tocsin.commands.replay import replay
from tocsin.commands.score import score_run
from tocsin.commands.score_table import measure_table, scenario_tables
from tocsin.commands.simulate import simulate
from tocsin.commands.sites import scenario_file
from tocsin.config import load_site
from tocsin.model.errors import BadSettings, BadStorage, TocsinError
from tocsin.sim.scenario import load_scenario
from tocsin.sim.score.measures import Measures, Summary, summary

PACK: tuple[str, ...] = (
    "galati-2026",
    "galati-2026@100m",
    "galati-2026@2000m",
    "puiesti-2025",
    "foltesti-2025",
    "grindu-2025",
    "chilia-veche-2026",
    "galati-2023",
    "estonia-2026",
    "vilnius-2026",
    "poland-2025",
    "galati-raid-500",
    "family-steady",
    "family-through",
    "family-waypoint",
    "family-weave",
    "family-late-deflection",
    "family-lost",
    "clutter-24h",
)
"""Names of shipped scenarios; after the @ comes a variant."""
FAMILY = "family-"
PUT_TOGETHER = "together"
RESULT = "pack.json"
MOST_SEEDS = 1_000
TAKES_S = 15.0
PICTURE_STEP_S = 5.0
"""The picture of hours is scored at coarser steps than that of one run."""
SEEDS = re.compile(r"(\d+)(?:-(\d+))?", re.ASCII)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario at one seed."""

    name: str
    seed: int
    folder: Path
    takes_s: float
    """How long the scripted approver takes over each draft."""
    keep: bool

    @property
    def scenario(self) -> str:
        """Return the name without its variant."""
        return self.name.partition("@")[0]

    @property
    def variant(self) -> str:
        """Return the variant, or empty."""
        return self.name.partition("@")[2]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What one run came to."""

    name: str
    seed: int
    wall_s: float
    """Of simulation, replay and scoring."""
    data_s: float
    measures: Measures | None = None
    fault: str = ""
    """Why there are none: one line."""


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """All runs, and what they come to together."""

    runs: tuple[Done, ...]
    by_scenario: dict[str, Summary]
    families: Summary | None
    together: Summary | None


def pack(
    out: Path,
    *,
    seeds: Sequence[int],
    only: Sequence[str] = (),
    jobs: int = 1,
    takes_s: float = TAKES_S,
    keep: bool = False,
    console: Console | None = None,
) -> Packed:
    """Run scenarios of the pack at some seeds.

    Args:
        out: folder for all runs and `pack.json`; runs of the same name and seed are replaced.
        seeds: everything random of a run comes from one of them.
        only: names of scenarios (a name without @ means all its variants); empty: the whole pack.
        jobs: processes at a time.
        takes_s: how long the scripted approver takes over each draft; it lets all of them out.
        keep: keep recordings and records too.
        console: where progress is shown; the standard error unless given.

    Raises:
        BadSettings: there is no such scenario, or no seed.
        BadStorage: `out` cannot be written.
    """
    told = console or Console(stderr=True)
    work = [
        Job(
            name=name,
            seed=seed,
            folder=out / f"{name.replace('@', '-')}-{seed}",
            takes_s=takes_s,
            keep=keep,
        )
        for seed in seeds
        for name in chosen(only)
    ]
    work.sort(key=_hours, reverse=True)  # the longest first: else one of them is left over alone
    done = sorted(_all_done(work, jobs, told), key=lambda d: (PACK.index(d.name), d.seed))
    packed = packed_of(done)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / RESULT).write_text(json.dumps(plain(packed), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadStorage(
            f"cannot be written ({error.strerror})",
            where=str(out / RESULT),
            remedy="Name a folder that can be written and has room.",
        ) from error
    return packed


def chosen(only: Sequence[str]) -> list[str]:
    """Return the names of the pack that are asked for, in its order."""
    unknown = [n for n in only if not any(n in {name, name.partition("@")[0]} for name in PACK)]
    if unknown:
        raise BadSettings(
            f"the pack has no scenario {unknown[0]!r}",
            where="--only",
            remedy=f"Name some of: {', '.join(PACK)}.",
        )
    return [n for n in PACK if not only or n in only or n.partition("@")[0] in only]


def seeds_of(text: str) -> list[int]:
    """Read seeds as `1000`, `1000-1009` or `1000,1003`."""
    found: list[int] = []
    for part in text.split(","):
        read = SEEDS.fullmatch(part.strip())
        if read is None:
            raise BadSettings(
                f"{part!r} is no seed",
                where="--seeds",
                remedy="Write 1000 or 1000-1009 or 1,5.",
            )
        first, last = read.groups()
        found += range(int(first), int(last or first) + 1)[: MOST_SEEDS + 1]
    if not 0 < len(found) <= MOST_SEEDS:
        raise BadSettings(
            f"{len(found)} seeds", where="--seeds", remedy=f"Give 1 to {MOST_SEEDS} seeds."
        )
    return found


def packed_of(done: Sequence[Done]) -> Packed:
    """Return what runs come to, scenario by scenario and together."""
    measured = [(d.name, d.measures) for d in done if d.measures is not None]
    names = list(dict.fromkeys(name for name, _ in measured))
    families = [m for name, m in measured if name.startswith(FAMILY)]
    return Packed(
        runs=tuple(done),
        by_scenario={n: summary([m for name, m in measured if name == n]) for n in names},
        families=summary(families) if families else None,
        together=summary([m for _, m in measured]) if measured else None,
    )


def plain(packed: Packed) -> dict[str, Any]:
    """Return everything as JSON has it."""
    told: dict[str, Any] = msgspec.to_builtins(packed)
    return {"synthetic": True, **told}


def print_pack(packed: Packed, console: Console) -> None:
    """Print a line a scenario, the families and the whole."""
    for table in scenario_tables(packed.by_scenario):
        console.print(table)
    titles: Mapping[str, Summary | None] = {
        "Families, pooled": packed.families,
        "All runs together": packed.together,
    }
    for title, told in titles.items():
        if told is not None:
            console.print(measure_table(told, f"{title} ({told.runs} runs; synthetic)"))
    for run in packed.runs:
        if run.fault:
            console.print(f"{run.name} seed {run.seed}: {run.fault}", style="red")


def run_one(job: Job) -> Done:
    """Simulate, replay and score one scenario at one seed, in this process."""
    begun_s = time.monotonic()
    path = scenario_file(Path(job.scenario))
    made, run = job.folder / "made", job.folder / "run"
    measures, fault, data_s = None, "", 0.0
    try:
        scenario = load_scenario(path, variant=job.variant)
        data_s = scenario.duration_s
        recordings = simulate(path, made, variant=job.variant, seed=job.seed).recordings
        site = str((path.parent / scenario.site).resolve())
        replay(
            list(recordings),
            run,
            site=site,
            replace=True,
            report=False,
            staff=_staff(site, job.takes_s),
            console=Console(quiet=True),
        )
        measures = score_run(run, made, step_s=PICTURE_STEP_S).measures
        (run / "scores.json").replace(job.folder / "scores.json")
    except TocsinError as error:
        fault = str(error)
    if not job.keep:
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(run, ignore_errors=True)
    return Done(
        name=job.name,
        seed=job.seed,
        wall_s=time.monotonic() - begun_s,
        data_s=data_s,
        measures=measures,
        fault=fault,
    )


def _hours(job: Job) -> float:
    return load_scenario(scenario_file(Path(job.scenario))).duration_s / 3600.0


def _staff(site: str, takes_s: float) -> Staff:
    """Return a stand-in under the first name that the site lets approve; nobody where it has none.

    Without one nothing is let out, and latency is not measured.
    """
    names = load_site(site).warn.approvers
    return Staff(approver=Approver(names[0], takes_s) if names else None)


def _all_done(work: Sequence[Job], jobs: int, console: Console) -> Iterator[Done]:
    """Yield runs as they end; each has a process of its own, so that none inherits another's."""
    context = get_context("spawn")
    with ProcessPoolExecutor(max(jobs, 1), mp_context=context, max_tasks_per_child=1) as pool:
        waiting = {pool.submit(run_one, job): job for job in work}
        for number, ended in enumerate(as_completed(waiting), 1):
            job, broke = waiting[ended], ended.exception()
            done = ended.result() if broke is None else _broken(job, broke)
            how = done.fault or _pace(done)
            console.print(
                f"{number} of {len(work)}: {done.name} seed {done.seed}: {how}", highlight=False
            )
            yield done


def _broken(job: Job, broke: BaseException) -> Done:
    """Return the account of a run that ended by a fault of ours: the others still count."""
    fault = f"broke off ({type(broke).__name__}: {broke})"
    return Done(name=job.name, seed=job.seed, wall_s=0.0, data_s=0.0, fault=fault)


def _pace(done: Done) -> str:
    speed = f"{done.data_s / done.wall_s:.0f} times as fast as it happened"
    return f"{done.wall_s:.0f} s, {speed}"
