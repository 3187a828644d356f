"""The summary of the measures of warning as lines and tables, each beside what is to be reached."""

from collections.abc import Callable, Mapping

from rich.table import Table

from tocsin.sim.score.measures import Summary

Reading = Callable[[Summary], str]


def measure_table(told: Summary, title: str) -> Table:
    """Return the table of one summary."""
    table = Table("measure", "value", "reach", title=title)
    for name, read, reach in ROWS:
        table.add_row(name, read(told), reach)
    return table


def scenario_tables(by_scenario: Mapping[str, Summary]) -> list[Table]:
    """Return one line a scenario in two tables that fit a terminal, for `tocsin pack`."""
    return [_lines(title, columns, by_scenario) for title, columns in COLUMNS.items()]


def _lines(title: str, columns: Mapping[str, Reading], by_scenario: Mapping[str, Summary]) -> Table:
    table = Table("scenario", *columns, title=title)
    for name, told in by_scenario.items():
        table.add_row(name, *(read(told) for read in columns.values()))
    return table


def ratio(value: float | None) -> str:
    """Write a share with two places, or a dash for nothing to measure."""
    return "-" if value is None else f"{value:.2f}"


def number(value: float | None, unit: str = "") -> str:
    """Write a number shortly, or a dash."""
    return "-" if value is None else f"{value:.3g} {unit}".rstrip()


ROWS: tuple[tuple[str, Reading, str], ...] = (
    ("arrivals known to the course oracle, others in the dark",
     lambda s: f"{s.arrivals}, {s.dark}", ""),
    ("WARN lead ratio, median / 10th percentile",
     lambda s: f"{ratio(s.lead_median_ratio)} / {ratio(s.lead_p10_ratio)}", ">= .93 / .80"),
    ("drafted 2 min before, where 3 were known",
     lambda s: f"{ratio(s.in_time_ratio)} of {s.known}", ">= .98"),
    ("WARN raises for nothing: near / strict / by track",
     lambda s: " / ".join(map(ratio, (s.false_near_ratio, s.false_ratio, s.false_track_ratio)))
     + f" of {s.raises}", "<= .22 / .33 / .08"),
    ("PREPARE, LAST CALL for nothing (strict)",
     lambda s: f"{ratio(s.prepare_false_ratio)}, {ratio(s.last_call_false_ratio)}", ""),
    ("person-minutes, of whole counties warned", lambda s: ratio(s.people_ratio), "<= .25"),
    ("drafts of severity Extreme", lambda s: str(s.extreme), "0 in clutter"),
    ("all-clears, of these premature", lambda s: f"{s.clears}, {s.premature}", "0 premature"),
    ("calls an hour, worst ten minutes",
     lambda s: f"{number(s.calls_per_h)}, {number(s.calls_worst_10_min)}", "<= 6, <= 10"),
    ("threshold to first alert out", lambda s: number(s.first_alert_s, "s"),
     "<= 20 s with an approver of 15 s"),
    ("gaps recognised", lambda s: f"{s.gaps_known} of {s.gaps}", "all"),
)  # fmt: skip

COLUMNS: dict[str, dict[str, Reading]] = {
    "In time, and for nothing": {
        "runs": lambda s: str(s.runs),
        "arrivals": lambda s: str(s.arrivals),
        "lead": lambda s: f"{ratio(s.lead_median_ratio)}/{ratio(s.lead_p10_ratio)}",
        "in time": lambda s: ratio(s.in_time_ratio),
        "raises": lambda s: str(s.raises),
        "nothing": lambda s: f"{ratio(s.false_near_ratio)}/{ratio(s.false_ratio)}",
    },
    "People and duty officers": {
        "people": lambda s: ratio(s.people_ratio),
        "extreme": lambda s: str(s.extreme),
        "clears": lambda s: f"{s.premature}/{s.clears}",
        "calls": lambda s: f"{number(s.calls_per_h)}, {number(s.calls_worst_10_min)}",
        "first": lambda s: number(s.first_alert_s, "s"),
        "gaps": lambda s: f"{s.gaps_known}/{s.gaps}",
    },
}
"""By title of table. lead: median/10th percentile; nothing: near-tolerant/strict; clears:
premature/all; calls: an hour, worst ten minutes; gaps: recognised/all."""
