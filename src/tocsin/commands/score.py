"""`tocsin score`: a run folder against the truth of its scenario, as a table and as JSON."""

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from tocsin.commands.score_table import measure_table
from tocsin.commands.scored_run import read_case
from tocsin.model.errors import BadInput
from tocsin.record.run_folder import RunFolder
from tocsin.sim.score.measures import Measures, measure, summary
from tocsin.sim.score.night import NightScore, score_night
from tocsin.sim.score.warnings import WarningScore, read_about, read_warnings, score_warnings

TRUTH, LINKS, ABOUT = "truth.parquet", "links.parquet", "truth.json"


class Scored(NamedTuple):
    """What a run is worth."""

    night: NightScore
    warnings: WarningScore | None
    """None where the truth knows no crossings (drones injected into a recording)."""
    measures: Measures | None = None
    """None there too, and where the run has no journal of this version."""

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        warned = None if self.warnings is None else msgspec.to_builtins(self.warnings)
        told: dict[str, Any] = {"picture": msgspec.to_builtins(self.night), "warnings": warned}
        if self.measures is not None:
            told["measures"] = msgspec.to_builtins(self.measures)
            told["summary"] = msgspec.to_builtins(summary([self.measures]))
        return told


def score_run(run: Path, truth: Path, *, step_s: float = 1.0) -> Scored:
    """Score a run folder and leave `scores.json` in it.

    Args:
        run: the folder of the run.
        truth: the folder that `tocsin simulate` wrote, or its `truth.parquet`.
        step_s: pictures are scored so often.

    Raises:
        BadInput: run or truth cannot be read, or do not belong together.
        BadStorage: `scores.json` cannot be written.
    """
    states = truth / TRUTH if truth.is_dir() else truth
    folder = RunFolder(run)
    if not folder.tracks_parquet.is_file():
        raise BadInput(
            "no tracks.parquet here" if run.is_dir() else "no such folder",
            where=str(run),
            remedy="Name the folder that `tocsin replay --out` wrote.",
        )
    if not states.is_file():
        raise BadInput(
            "no such file",
            where=str(states),
            remedy="Name the folder that `tocsin simulate --out` wrote, for --truth.",
        )
    links, about = states.with_name(LINKS), states.with_name(ABOUT)
    partial = about.is_file() and bool(read_about(about).get("partial"))
    night = score_night(
        folder.tracks_parquet,
        states,
        links=links if links.is_file() else None,
        step_s=step_s,
        partial=partial,
    )
    warned = measures = None
    if about.is_file() and not partial:
        warned = score_warnings(read_warnings(folder.alerts), about, states)
        case = read_case(folder, states, about)
        measures = None if case is None else measure(case)
    scored = Scored(night, warned, measures)
    folder.write_scores(scored.plain())
    return scored


def print_scores(scored: Scored, console: Console) -> None:
    """Print the scores as tables."""
    table = Table("measure", "value", title="Picture against truth")
    for name, value in _lines(scored.night):
        table.add_row(name, value)
    console.print(table)
    if scored.warnings is not None:
        console.print(_warning_table(scored.warnings))
    if scored.measures is not None:
        console.print(measure_table(summary([scored.measures]), "Measures of warning"))


def _lines(night: NightScore) -> list[tuple[str, str]]:
    start, siap, atm = night.initiation, night.siap, night.atm
    kinds = night.initiation_by_kind.items()
    return [
        ("pictures scored", f"{night.pictures}, every {night.step_s:g} s"),
        ("GOSPA (p 2, c 500 m)", _text(night.gospa.gospa_m, "m")),
        ("missed, false in a picture", f"{night.gospa.missed_per_look:.2f}, "
                                       f"{night.gospa.false_per_look:.2f}"),
        ("targets found", f"{start.found} of {start.targets} ({start.never_seen} gave no plot)"),
        *((f"  {kind}", f"{s.found} of {s.targets}, median {_text(s.median_s, 's')}, "
                        f"90 % {_text(s.p90_s, 's')} after the first plot") for kind, s in kinds),
        ("identity switches", str(start.switches)),
        ("completeness, ambiguity, spuriousness", ", ".join(
            _text(v) for v in (siap.completeness_ratio, siap.ambiguity_ratio,
                               siap.spuriousness_ratio))),
        ("probability of update", _text(atm.update_prob)),
        ("gaps over 10 s, longest", f"{atm.gaps}, {atm.longest_gap_s:.0f} s"),
        ("tracks, of these false, extra, dubious", f"{atm.tracks}, {atm.false_tracks}, "
                                                   f"{atm.extra_tracks}, {atm.dubious_tracks}"),
        ("position error (RMS)", _text(atm.distance_rms_m, "m")),
        ("NEES of position (ideal 2)", _text(night.position_nees.mean_ratio)),
        ("existence: calibration error", _text(night.existence.error_prob)),
        ("identity right, wrong, missing", ", ".join(
            _text(v) for v in (night.identification.right_ratio, night.identification.wrong_ratio,
                               night.identification.missing_ratio))),
    ]  # fmt: skip


def _warning_table(score: WarningScore) -> Table:
    table = Table("zone", "target", "lead", "before the border", "level", title="Warnings drafted")
    for danger in score.dangers:
        table.add_row(
            danger.zone_id,
            str(danger.target_id),
            _text(danger.lead_s, "s"),
            _text(danger.before_crossing_s, "s"),
            danger.level or "not warned",
        )
    table.caption = (
        f"{score.warnings} drafted, {score.for_nothing} for nothing, {score.missed} missed"
    )
    return table


def _text(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{value:.3g} {unit}".rstrip()
