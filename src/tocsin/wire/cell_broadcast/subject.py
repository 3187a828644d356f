"""What the rules of the linter look at, and what they find."""

from typing import Literal

import msgspec

from tocsin.model.alert import AlertText, Level, Purpose
from tocsin.wire.cell_broadcast.reading import CONTENTS, Content, Reading, first_at

Severity = Literal["error", "warning", "note"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the linter found."""

    code: str
    severity: Severity
    place: str
    """Language and part: `ro-RO description`."""
    what: str
    remedy: str


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at."""

    text: AlertText
    shown: str
    """As a cell broadcast shows it."""
    reading: Reading | None
    """None: nothing is known of the language."""
    level: Level
    purpose: Purpose
    synthetic: bool

    def parts(self) -> dict[str, str]:
        """Return the parts that have words, by name."""
        text = self.text
        return {
            "headline": text.headline,
            "description": text.description,
            "instruction": text.instruction,
            "area": text.area,
        }

    def body(self) -> str:
        """Return description and instruction: what must hold the five contents."""
        return f"{self.text.description} {self.text.instruction}"

    def found(self) -> dict[Content, int]:
        """Return where each of the five contents begins in the body, if it is there."""
        if self.reading is None:
            return {}
        places = {name: first_at(self.reading.contents[name], self.body()) for name in CONTENTS}
        if places["location"] is None and self.text.area and self.text.area in self.body():
            places["location"] = self.body().index(self.text.area)
        return {name: at for name, at in places.items() if at is not None}
