"""`tocsin demo`: the Galati night, from recorded bytes to the report, in about a minute.

Synthetic, inspired by public timelines: routes, heights, times and sensors are invented, and
everything that is made here says so.
"""

import os
import webbrowser
from pathlib import Path

from rich.console import Console

from tocsin.commands.approver import Approver, Staff
from tocsin.commands.replay import replay
from tocsin.commands.score import ABOUT, print_scores, score_run
from tocsin.commands.simulate import simulate
from tocsin.commands.sites import scenario_file
from tocsin.commands.summary import print_summary
from tocsin.model.errors import BadStorage
from tocsin.record.run_folder import RunFolder
from tocsin.show.report import write_report

SCENARIO, SITE = Path("galati-2026"), "galati"
STAND_IN, TAKES_S = "Exercise approver", 15.0
"""Who approves in the demo, and how long it takes; the site knows the name."""
MADE = "simulated"
"""Folder in the run folder that holds the recordings and the truth."""


def demo(out: Path, *, browser: bool) -> Path:
    """Simulate the night, replay its recordings, score the run, write the report and name it.

    Args:
        out: the run folder; an earlier demo in it is replaced, any other run is not.
        browser: open the report where there is a display.

    Returns:
        The report.

    Raises:
        BadStorage: `out` holds a run that is no demo, or cannot be written.
    """
    told = Console()
    truth = out / MADE
    if RunFolder(out).holds_a_run() and not (truth / ABOUT).is_file():
        raise BadStorage(
            "this folder holds a run that is no demo", where=str(out), remedy="Name another folder."
        )
    told.print("Making the night: synthetic, inspired by public timelines ...", highlight=False)
    made = simulate(scenario_file(SCENARIO), truth)
    told.print(
        f"{made.targets} targets flown, {made.records:,} records in"
        f" {' and '.join(path.name for path in made.recordings)}\n",
        highlight=False,
        soft_wrap=True,
    )
    staff = Staff(approver=Approver(STAND_IN, TAKES_S))
    done = replay(list(made.recordings), out, site=SITE, replace=True, report=False, staff=staff)
    scored = score_run(out, truth)
    report = write_report(done.line.folder)
    print_summary(done, told)
    told.print()
    print_scores(scored, told)
    told.print(f"\nThe report of the night: {report}", highlight=False, soft_wrap=True)
    if browser and has_display():
        webbrowser.open(report.resolve().as_uri())
    return report


def has_display() -> bool:
    """Say whether there is a screen to open a browser on."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
