"""The scenario pack, measured: simulated, replayed with a scripted approver, and scored.

    PYTHON bench/pack.py [SEEDS]

SEEDS is how many held-out seeds of each scenario are played (default TOCSIN_PACK_SEEDS, or 1); the
day of clutter is played at one. All seeds come from 5000 on: nothing was chosen on them.
TOCSIN_PACK_JOBS processes run at a time (default 2).
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import figure, skipped

from tocsin.commands.pack import PACK, Done, Packed, pack, packed_of
from tocsin.sim.score.measures import Summary

FIRST_SEED = 5000
DAY_OF_CLUTTER = "clutter-24h"
RAID = "galati-2026"
GAPS = ("puiesti-2025", "foltesti-2025")
LATE = "family-late-deflection"


def main() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TOCSIN_PACK_SEEDS", "1")
    jobs = int(os.environ.get("TOCSIN_PACK_JOBS", "2"))
    seeds = list(range(FIRST_SEED, FIRST_SEED + max(int(asked), 1)))
    rest = [name for name in PACK if name != DAY_OF_CLUTTER]
    with tempfile.TemporaryDirectory() as folder:
        first = pack(Path(folder), seeds=seeds[:1], jobs=jobs)
        more = pack(Path(folder), seeds=seeds[1:], only=rest, jobs=jobs) if seeds[1:] else None
    runs = [*first.runs, *(more.runs if more else ())]
    clutter = packed_of([run for run in runs if run.name == DAY_OF_CLUTTER])
    played = packed_of([run for run in runs if run.name != DAY_OF_CLUTTER])
    of = f"{len(seeds)} held-out seed{'s' if len(seeds) > 1 else ''}"
    tell_families(played, of)
    tell_pack(played, clutter, of)


def tell_families(played: Packed, of: str) -> None:
    told, on = played.families, f"families pooled, whole chain, {of}"
    if told is None:
        return
    given("WARN lead ratio to the course oracle, median", on, told.lead_median_ratio, ">= 0.93")
    given("WARN lead ratio to the course oracle, 10 %", on, told.lead_p10_ratio, ">= 0.80")
    given("drafted 2 min before where 3 were known", on, told.in_time_ratio, ">= 0.98")
    given("WARN for nothing, near-tolerant", on, told.false_near_ratio, "<= 0.22")
    given("WARN for nothing, strict", on, told.false_ratio, "<= 0.33")
    given("WARN for nothing, by track", on, told.false_track_ratio, "<= 0.08")
    late = played.by_scenario.get(LATE)
    if late is not None:
        on = f"late deflection, whole chain, {of}"
        given("WARN lead ratio to the course oracle, median", on, late.lead_median_ratio, ">= 0.95")
        given("WARN lead ratio to the course oracle, 10 %", on, late.lead_p10_ratio, ">= 0.88")


def tell_pack(played: Packed, clutter: Packed, of: str) -> None:
    whole = packed_of([*played.runs, *clutter.runs]).together
    on = f"the pack, {of}"
    if whole is not None:
        given("person-minutes warned, of whole counties", on, whole.people_ratio, "<= 0.25")
        given("premature all-clears", f"{on}, {whole.clears} all-clears", whole.premature, "<= 0")
        given("threshold to first alert, worst run, approver of 15 s", on, whole.first_alert_s,
              "<= 20", "s")  # fmt: skip
    day = clutter.together
    if day is not None:
        given("Extreme drafts in a day of clutter", "24 h, 1 held-out seed", day.extreme, "<= 0")
    raid = pooled(played, RAID)
    if raid is not None:
        on = f"43-drone raid at three heights, {of}"
        given("calls to the operator an hour, worst run", on, raid.calls_per_h, "<= 6")
        given("calls in the worst ten minutes", on, raid.calls_worst_10_min, "<= 10")
    for name in GAPS:
        told = played.by_scenario.get(name)
        if told is not None and told.gaps:
            on = f"{name}, {told.gaps} gaps, {of}"
            given("gaps recognised: same track or linked", on, told.gaps_known / told.gaps, ">= 1")
    broken = sum(bool(run.fault) for run in (*played.runs, *clutter.runs))
    given("runs that broke off", on_runs(played.runs, clutter.runs), broken, "<= 0")


def pooled(played: Packed, name: str) -> Summary | None:
    """Return a scenario with all its variants."""
    return packed_of([run for run in played.runs if run.name.partition("@")[0] == name]).together


def on_runs(played: tuple[Done, ...], clutter: tuple[Done, ...]) -> str:
    runs = (*played, *clutter)
    hours = sum(run.data_s for run in runs) / 3600.0
    wall_min = sum(run.wall_s for run in runs) / 60.0
    return f"{len(runs)} runs, {hours:.0f} h of data in {wall_min:.0f} min of work"


def given(what: str, on: str, value: float | None, reach: str, unit: str = "") -> None:
    """Print a figure, or say that there was nothing to measure."""
    if value is None:
        skipped(f"{what} ({on})", "nothing of the kind happened")
    else:
        figure(what, on, float(value), unit=unit, reach=reach)


if __name__ == "__main__":
    main()
