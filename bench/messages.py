"""Messages and outlines measured: every zone, every level and purpose, in four languages.

The facts are the worst that a night can bring: the place of the zone with the longest name, a
raid of 43, an update, a window of two two-digit minutes, and the mark of an exercise. Nothing
here has a seed, and nothing was left out.
"""

import sys
import time
from itertools import product
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import ROOT, figure

from tocsin.config import Site, load_site
from tocsin.geo.outline import Outline, area_of
from tocsin.model.alert import Level, Purpose
from tocsin.model.place import Place, Zone
from tocsin.warn.ground import Ground, ground_of
from tocsin.warn.names import names_of
from tocsin.warn.texts import Facts, texts_of
from tocsin.warn.words.table import WORDS
from tocsin.wire.cell_broadcast.lint import Report, lint_text
from tocsin.wire.cell_broadcast.pages import page_count

OTHERS = ("vaslui", "lublin", "vilnius", "estonia")
LEVELS: tuple[Level, ...] = ("PREPARE", "WARN", "LAST_CALL")
PURPOSES: tuple[Purpose, ...] = ("warning", "all_clear")
TAGS = tuple(words.tag for words in WORDS.values())
STANDING = "RO-Alert 2023-2025, 259 characters"
STANDING_PEER = "1 to 2 of 5; 7 pages (3 without diacritics)"


def facts(zone: Zone, place: Place | None, level: Level, purpose: Purpose, site: Site) -> Facts:
    """Return the worst facts for a zone."""
    return Facts(
        level=level,
        purpose=purpose,
        source=site.warn.source_name,
        zone=zone.name,
        place={} if place is None else names_of(place),
        tracks=43,
        span_min=(11, 22),
        valid_min=30,
        synthetic=True,
        update=True,
        tracks_left=21,
        tracks_explained=22,
    )


def reports(site: Site, ground: Ground) -> list[Report]:
    """Lint every message that can be made, in each language that the site has a sender in."""
    tags = [tag for tag in TAGS if tag[:2] in site.warn.source_name]
    longest = {
        place.zone: place
        for place in sorted(ground.places.values(), key=lambda place: len(place.name))
    }
    return [
        lint_text(text, level=level, purpose=purpose, synthetic=True)
        for zone, level, purpose in product(site.zones, LEVELS, PURPOSES)
        for text in texts_of(facts(zone, longest.get(zone.id), level, purpose, site), tags)
    ]


def contents(found: list[Report], on: str) -> None:
    """Print what must hold of every message anywhere."""
    complete = sum(len(report.contents) == 5 for report in found)
    figure("messages with 5 of 5 contents", on, complete / len(found), reach=">= 1",
           peer=f"{STANDING}: {STANDING_PEER}; fewer than 0.085 of a decade of WEAs")  # fmt: skip
    wrong = [f for report in found for f in report.findings if f.severity != "note"]
    figure("errors and warnings of the linter", on, len(wrong), reach="== 0")
    english = [report for report in found if report.language == "en-GB"]
    figure("English texts in GSM-7", on, np.mean([r.alphabet == "GSM-7" for r in english]),
           reach=">= 1", peer="one ț turns a whole text to UCS-2")  # fmt: skip
    figure("most pages, any language", on, max(report.pages for report in found), reach="<= 15")


def words(found: list[Report], on: str) -> None:
    """Print the pages of each language."""
    for tag in TAGS:
        own = [report for report in found if report.language == tag]
        figure(f"most pages, {tag}", on, max(r.pages for r in own), reach="<= 15")
        plain = [r.plain_pages for r in own if r.plain_pages is not None]
        if plain:
            figure(f"most pages, {tag} without diacritics", on, max(plain), reach="<= 15")
        with_prefix = max(page_count(r.text, language=tag[:2]) for r in own)
        figure(f"most pages, {tag}, language told in each page", on, with_prefix,
               reach="<= 15")  # fmt: skip


def outlines(site: Site, ground: Ground, corners: int, on: str) -> None:
    """Print what simplification costs, and that it cuts nobody off."""
    made: dict[str, Outline] = ground.outlines
    areas = {zone_id: area_of(outline.rings_lonlat_deg) for zone_id, outline in made.items()}
    outside = sum(
        not areas[place.zone].covers(shapely.Point(place.lon_deg, place.lat_deg))
        for place in ground.places.values()
    )
    cut = sum(not areas[z.id].covers(area_of(z.rings_lonlat_deg)) for z in site.zones)
    most = max(sum(len(ring) - 1 for ring in o.rings_lonlat_deg) for o in made.values())
    ratios = [outline.area_ratio for outline in made.values()]
    people = sum(zone.population for zone in site.zones)
    added = sum(outline.population_added for outline in made.values())
    figure("places left outside their outline", on, outside, reach="== 0")
    figure("zones cut by their outline", on, cut, reach="== 0")
    figure("most corners of an outline", on, most, reach=f"<= {corners}")
    figure("area of an outline over its zone, median", on, float(np.median(ratios)))
    figure("area of an outline over its zone, greatest", on, max(ratios))
    figure("people added, share of those of the zones", on, added / people, reach="<= 0.02")


def main() -> None:
    site = load_site(ROOT / "sites" / "galati.toml")
    begun = time.monotonic()
    ground = ground_of(site.zones, site.places, synthetic=True)
    ready_s = time.monotonic() - begun
    found = reports(site, ground)
    on = f"Galati: {len(site.zones)} zones, {len(found)} messages"
    contents(found, on)
    words(found, on)
    for corners in (20, 100):
        coarse = ground_of(site.zones, site.places, synthetic=True, max_vertices=corners)
        outlines(site, coarse, corners, f"Galati: {len(site.zones)} zones, {corners} corners")
    figure("outlines of all zones, once at the start", on, ready_s, unit="s", reach="<= 2")
    begun = time.monotonic()
    texts = [texts_of(facts(zone, None, "WARN", "warning", site), TAGS) for zone in site.zones]
    spent_ms = 1e3 * (time.monotonic() - begun) / len(texts)
    figure("a message in four languages", on, spent_ms, unit="ms", reach="<= 5")
    others = [load_site(ROOT / "sites" / f"{name}.toml") for name in OTHERS]
    found = [
        report
        for other in others
        for report in reports(other, ground_of(other.zones, other.places, synthetic=True))
    ]
    zones = sum(len(other.zones) for other in others)
    contents(found, f"{', '.join(OTHERS)}: {zones} zones, {len(found)} messages")


if __name__ == "__main__":
    main()
