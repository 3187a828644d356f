"""How the linter finds in a text what a warning must say, language by language.

The words are those of duty services at large, not only of Tocsin's own templates, so that any
text can be scored. Marks are left out before matching (`ș` is `s`), so that a text without
diacritics scores the same.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

import msgspec

Content = Literal["source", "hazard", "location", "guidance", "time"]
CONTENTS: tuple[Content, ...] = ("source", "hazard", "location", "guidance", "time")
"""In the order in which they are to be said."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for in one language; regular expressions over the text without marks."""

    contents: dict[Content, str]
    shelter: str
    """What only a public call to take shelter says."""
    capitals: str
    """Words that may stand in capitals: mark of exercise, hazard, action."""
    jargon: str
    exercise: str


READINGS: dict[str, Reading] = {
    "ro": Reading(
        contents={
            "source": r"Sursa: \w|\b(IGSU|ISU|Inspectoratul|Ministerul|Prefectura|Primaria)\b",
            "hazard": r"\b[Dd]ron|DRON",
            "location": r"Loc: \w|\b(judetul|municipiul|orasul|comuna|localitatea|zona) [A-Z]",
            "guidance": (
                r"(?i)adapost|intrati|culcati|nu (le )?atingeti|verificati|puteti iesi|incheiati|"
                r"ramaneti|stati departe|deplasati-va|indepartati-va"
            ),
            "time": r"Timp: \w|\d+ (de )?minut|\d{1,2}[:.]\d{2}\b|ora \d",
        },
        shelter=r"(?i)adapostiti|intrati intr|culcati",
        capitals=r"EXERCITIU|DRON\w*|INTRATI|INTR|O|CLADIRE|ADAPOSTITI|VA|ACUM|CULCATI|NU|ATINGETI",
        jargon=(
            r"(?i)\bUA[VS]\b|fara pilot|vector aerian|incursiun|spatiul aerian|transponder|azimut|"
            r"\btint[ae]\b|RO-?ALERT"
        ),
        exercise=r"EXERCITIU",
    ),
    "en": Reading(
        contents={
            "source": r"Source: \w|\b(Inspectorate|Ministry|Civil Protection|Police)\b",
            "hazard": r"(?i)\bdrone",
            "location": r"Location: \w|\b(county|district|municipality|commune) of [A-Z]|"
            r"[A-Z]\w+ (county|district|area)\b",
            "guidance": (
                r"(?i)shelter|go indoors|go inside|lie down|do not touch|stay |keep away|check |"
                r"end the readiness"
            ),
            "time": r"Time: \w|\d+ minutes?|\d{1,2}[:.]\d{2}\b",
        },
        shelter=r"(?i)take shelter|go indoors|lie down",
        capitals=r"EXERCISE|DRONES?|GO|INDOORS|TAKE|SHELTER|NOW|LIE|DOWN|DO|NOT|TOUCH",
        jargon=(
            r"(?i)\bUA[VS]\b|unmanned|airspace|incursion|transponder|azimuth|\btracks?\b|\bvector|"
            r"\bassets?\b"
        ),
        exercise=r"EXERCISE",
    ),
    "uk": Reading(
        contents={
            "source": r"Джерело: \w|ДСНС|Інспекторат|Міністерств|адміністраці",
            "hazard": r"(?i)дрон|безпілотник",
            "location": r"Місце: \w|(?i:район|область|повіт|громад)",
            "guidance": (
                r"(?i)укритт|зайдіть|ляжте|не торкайтеся|перевірте|завершіть|залишайтеся|відійдіть"
            ),
            "time": r"Час: \w|\d+ хвилин|\d{1,2}[:.]\d{2}\b",
        },
        shelter=r"(?i)прямуйте в укриття|зайдіть|ляжте",
        capitals=(
            r"НАВЧАННЯ|ДРОН\w*|ЗАЙДІТЬ|У|В|БУДІВЛЮ|НЕГАЙНО|ПРЯМУЙТЕ|УКРИТТЯ|ЛЯЖТЕ|НЕ|ТОРКАЙТЕСЯ"
        ),
        jargon=r"(?i)бпла|повітрян\w+ прост|транспондер|азимут|\bціль|борт\b",
        exercise=r"НАВЧАННЯ",
    ),
    "hu": Reading(
        contents={
            "source": r"Forras: \w|Katasztrofaved|Miniszterium|Rendorseg",
            "hazard": r"(?i)dron",
            "location": r"Hely: \w|(?i:megye|kornyek|varos|kozseg)",
            "guidance": (
                r"(?i)menjen|vonuljon|fekudjon|ne nyul|ne erint|ellenoriz|maradjon|elhagyhatja|"
                r"fejezzek be"
            ),
            "time": r"Ido: \w|\d+ perc|\d{1,2}[:.]\d{2}\b",
        },
        shelter=r"(?i)vonuljon|menjen epuletbe|fekudjon",
        capitals=(
            r"GYAKORLAT|DRON\w*|MENJEN|EPULETBE|AZONNAL|VONULJON|OVOHELYRE|FEKUDJON|NE|ERINTSEN|MEG"
        ),
        jargon=r"(?i)\bUA[VS]\b|pilota nelkuli|legter|transzponder|azimut|celtargy",
        exercise=r"GYAKORLAT",
    ),
}


@lru_cache(maxsize=256)
def bare(text: str) -> str:
    """Return a text without the marks on its letters, for matching only."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=256)
def pattern_of(pattern: str) -> re.Pattern[str]:
    """Return a regular expression of the table, without marks on its letters."""
    return re.compile(bare(pattern))


def first_at(pattern: str, text: str) -> int | None:
    """Return where a pattern is found first in a text, marks left out of both, or None."""
    found = pattern_of(pattern).search(bare(text))
    return None if found is None else found.start()
