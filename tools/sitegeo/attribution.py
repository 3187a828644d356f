"""The words about source and licence that travel with the layers."""

from pathlib import Path

from sitegeo.specs import COUNTRY_NAMES, SiteSpec

WORDS = Path(__file__).parent / "words"
LICENCE = (WORDS / "licence.md").read_text(encoding="utf-8")


def attribution(spec: SiteSpec) -> str:
    west, south, east, north = (f"{degrees:g}" for degrees in spec.region.bounds)
    words = WORDS / ("by-hand.md" if spec.towns else "gazetteer.md")
    return words.read_text(encoding="utf-8").format(
        lines=" and ".join(line.words for line in spec.lines),
        country=COUNTRY_NAMES[spec.inside],
        counties=", ".join(spec.counties),
        west=west,
        south=south,
        east=east,
        north=north,
    )
