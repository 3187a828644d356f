"""`report.html`: one page that holds everything it needs and asks nobody for more.

The page is made from the run folder alone. Its script and style stand in the page, allowed by
their hashes in a content security policy that forbids everything else, so it opens from a disk
without a network and cannot be made to load anything.
"""

import base64
import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from tocsin.model.raw import Rejected
from tocsin.record.run_folder import RunFolder
from tocsin.show.calls import act_rows, call_load, call_rows
from tocsin.show.flown import Flown, read_flown
from tocsin.show.night import Night, gather
from tocsin.show.page_data import page_data
from tocsin.show.rows import sensor_rows, track_rows
from tocsin.show.stories import draft_cards
from tocsin.show.told import headline
from tocsin.show.unknowns import unknowns
from tocsin.show.words import LocalTime, count, duration, thousands, utc_span

SCRIPTS = ("read.js", "view.js", "map.js", "marks.js", "timeline.js", "card.js", "page.js")
GAP_LOOKS = 3.0
GAP_MIN_S = 15.0
"""A line is broken where the slowest radar should have seen the track three times."""
HEX_SHOWN = 24
"""Bytes of a reject that are printed."""


def gap_for(night: Night) -> float:
    """Return the time in seconds between measurements that leaves a gap in a line."""
    turns_s = [a.sensor.revisit_s for a in night.sensors if a.last and a.last.batches]
    return max(GAP_MIN_S, GAP_LOOKS * max(turns_s, default=0.0))


def render(run_folder: RunFolder) -> bytes:
    """Return the page of a run as UTF-8 HTML.

    Raises:
        BadInput: the journal holds no settings.
        BadStorage: the journal or the table of tracks cannot be read.
    """
    with run_folder.read_journal() as journal:
        night = gather(journal)
    gap_s = gap_for(night)
    flown, step_s = read_flown(run_folder.tracks_parquet, gap_s=gap_s)
    data = page_data(night, flown, step_s=step_s, gap_s=gap_s)
    told = _told(night, flown, truth_known=run_folder.scores.exists())
    return _page(data, told).encode()


def write_report(run_folder: RunFolder) -> Path:
    """Make the page of a run, write it to `report.html`, and return the file."""
    return run_folder.write_report(render(run_folder))


def _told(night: Night, flown: list[Flown], *, truth_known: bool) -> dict[str, Any]:
    local = LocalTime(night.site.time_zone)
    return {
        "night": night,
        "site": night.site,
        "local": local,
        "utc_span": utc_span(night.from_ns, night.to_ns),
        "local_span": local.span(night.from_ns, night.to_ns),
        "headline": headline(night, flown),
        "drafts": draft_cards(night, local),
        "calls": call_rows(night, local),
        "call_load": call_load(night),
        "acts": act_rows(night, local),
        "tracks": track_rows(night, flown),
        "sensors": sensor_rows(night, local),
        "unknowns": unknowns(night, flown, truth_known=truth_known),
        "entry_total": sum(night.entries_by_kind.values()),
    }


def _page(data: dict[str, Any], told: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("tocsin.show"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": count,
        "duration": duration,
        "hex": _hex,
        "thousands": thousands,
    }
    style = _asset("report.css")
    script = "\n".join(_asset(name) for name in SCRIPTS)
    script = f'(() => {{\n"use strict";\n{script}\n}})();\n'
    return environment.get_template("report.html.j2").render(
        told,
        style=Markup(style),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own files
        style_hash=_policy_hash(style),
        script_hash=_policy_hash(script),
        data=Markup(_json(data)),  # noqa: S704  escaped by _json
    )


def _asset(name: str) -> str:
    return (files("tocsin.show") / "templates" / name).read_text("utf-8")


def _policy_hash(text: str) -> str:
    """Return the source expression of a content security policy for an inline block."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _json(data: dict[str, Any]) -> str:
    """Return JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hex(reject: Rejected) -> str:
    more = " …" if len(reject.raw) > HEX_SHOWN else ""
    return reject.raw[:HEX_SHOWN].hex(" ") + more
