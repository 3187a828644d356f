"""Write every message, as people will read it, into docs/messages.md.

    python tools/make_messages_doc.py

Run it after a word was changed or a language added; tests/warn/test_warn_docs.py asks for it.
"""

from pathlib import Path

from tocsin.model.alert import AlertText
from tocsin.model.place import Place
from tocsin.model.threat import Assessment, ClassBelief, Crossing, MayBe, Reach, Threat, ZoneThreat
from tocsin.model.units import S_NS
from tocsin.warn.danger import Danger
from tocsin.warn.policy import LEVELS, Policy
from tocsin.warn.reasons import reason_of
from tocsin.warn.texts import Facts, texts_of
from tocsin.warn.words.table import WORDS
from tocsin.wire.cell_broadcast.lint import lint_text

PAGE = Path(__file__).parents[1] / "docs" / "messages.md"
BEGIN, END = "<!-- messages: made by tools/make_messages_doc.py -->", "<!-- end of messages -->"
T_NS = 1_780_000_000_000_000_000
ZONE = {"ro": "zona Isaccea", "en": "Isaccea area", "uk": "Ісакча та околиці",
        "hu": "Isaccea és környéke"}  # fmt: skip
PLACE = Place(id="p", name="Revărsarea", name_en="Revarsarea", lat_deg=45.25, lon_deg=28.4,
              pos_site_m=(0.0, 0.0), population=500, country="ROU", zone="z")  # fmt: skip
KINDS: tuple[tuple[str, dict], ...] = (
    ("PREPARE: for duty services, never for the public", {"level": "PREPARE"}),
    ("WARN", {"level": "WARN"}),
    ("WARN, an update, three drones, time not known",
     {"level": "WARN", "update": True, "tracks": 3, "span_min": None}),
    ("LAST CALL", {"level": "LAST_CALL", "span_min": (0, 4)}),
    ("All clear of a WARN or LAST CALL",
     {"level": "WARN", "purpose": "all_clear", "tracks_left": 2, "tracks_explained": 1}),
    ("All clear, ended by a person against the machine's advice",
     {"level": "WARN", "purpose": "all_clear"}),
    ("All clear of a PREPARE", {"level": "PREPARE", "purpose": "all_clear", "tracks_left": 1}),
)  # fmt: skip


def main() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{rendered()}\n{END}{after}", encoding="utf-8")
    print(f"{PAGE.name}: {len(KINDS)} messages in {len(WORDS)} languages")


def rendered() -> str:
    told = "\n\n".join(kind(title, changes) for title, changes in KINDS)
    return f"{told}\n\n{sentences()}"


def kind(title: str, changes: dict) -> str:
    valid_s = Policy().rules()[LEVELS.index(changes["level"])].valid_s
    facts = Facts(
        **(
            {
                "source": Policy().source_name,
                "zone": ZONE,
                "place": {"local": PLACE.name, "en": PLACE.name_en},
                "tracks": 1,
                "span_min": (6, 9),
                "valid_min": round(valid_s / 60),
                "synthetic": True,
            }
            | changes
        )
    )
    tags = tuple(words.tag for words in WORDS.values())
    blocks = [block(text, facts) for text in texts_of(facts, tags)]
    return f"### {title}\n\n" + "\n\n".join(blocks)


def block(text: AlertText, facts: Facts) -> str:
    report = lint_text(text, level=facts.level, purpose=facts.purpose, synthetic=True)
    plain = f", {report.plain_pages} without diacritics" if report.plain_pages else ""
    head = f"**{text.language}**, {report.alphabet}, {report.pages} pages{plain}"
    return f"{head}\n\n> **{text.headline}**\n>\n> {text.description}\n>\n> {text.instruction}"


def sentences() -> str:
    danger = Danger(assessment=lost(), threat=lost().threats[0], place=PLACE, probs=(0.6, 0.4, 0.2))
    rows = [
        f"**{words.tag}**\n\n> {reason_of(danger, 600.0, T_NS, language).sentence}"
        for language, words in WORDS.items()
    ]
    return "### The reason, for the duty officer\n\n" + "\n\n".join(rows)


def lost() -> Assessment:
    minute_ns = 60 * S_NS
    classes = ClassBelief(drone_prob=0.88, slow_aircraft_prob=0.08, jet_prob=0.01, bird_prob=0.01,
                          other_prob=0.02)  # fmt: skip
    window = {"t_p05_ns": T_NS + 6 * minute_ns, "t_p50_ns": T_NS + 7 * minute_ns,
              "t_p95_ns": T_NS + 9 * minute_ns}  # fmt: skip
    within = {"track_id": 17, "within_s": (300.0, 600.0, 1200.0), "prob": (0.2, 0.4, 0.6)}
    threat = Threat(place_id="p", radius_m=3000.0, **within, **window)
    crossing = Crossing(border_id="line", window_reason="", state="outside", **within, **window)
    zone = ZoneThreat(
        track_id=17, zone_id="z", radius_m=3000.0, within_s=(300.0, 600.0, 1200.0),
        prob=(0.3, 0.52, 0.7), **window)  # fmt: skip
    reach = Reach(t_seen_ns=T_NS - 3 * minute_ns, centre_lonlat_deg=(28.5, 45.4), radius_m=9400.0,
                  people=21_500, zones=("z",))  # fmt: skip
    return Assessment(
        track_id=17,
        t_ns=T_NS,
        exists_prob=0.97,
        noncooperative_prob=0.98,
        classes=classes,
        context="lost",
        crossings=(crossing,),
        threats=(threat,),
        zones=(zone,),
        reach=reach,
        may_be=(MayBe(track_id=4, same_prob=0.62),),
        evidence=(),
    )


if __name__ == "__main__":
    main()
