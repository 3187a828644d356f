"""The linter of a message: five contents, length, capitals, jargon, pages; with remedies.

The five contents are those of Sutton and Kuligowski's warning research: source, hazard,
location, guidance, time. Errors are what must not be sent; warnings what should be mended;
notes what a person must know to choose (which letters flip the alphabet, what it costs).
"""

import msgspec

from tocsin.model.alert import AlertText, Draft, Level, Purpose
from tocsin.wire.cell_broadcast.letters import Flip, flips, without_diacritics
from tocsin.wire.cell_broadcast.pages import Alphabet, alphabet_of, page_count
from tocsin.wire.cell_broadcast.reading import READINGS, Content
from tocsin.wire.cell_broadcast.rules import find
from tocsin.wire.cell_broadcast.subject import Finding, Subject
from tocsin.wire.cell_broadcast.text import broadcast_text


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the linter found in one language's message."""

    language: str
    text: str
    """As a cell broadcast shows it."""
    contents: tuple[Content, ...]
    """Those of the five that were found, in the order of the text."""
    alphabet: Alphabet
    characters: int
    pages: int
    flips: tuple[Flip, ...]
    """Letters that force the text to UCS-2."""
    plain_text: str | None
    """The variant without diacritics; None where none is needed, or there is none."""
    plain_pages: int | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Say whether nothing stands against sending it."""
        return not any(finding.severity == "error" for finding in self.findings)


def lint_text(
    text: AlertText,
    *,
    level: Level = "WARN",
    purpose: Purpose = "warning",
    synthetic: bool = False,
) -> Report:
    """Return what the linter finds in one language's message."""
    shown = broadcast_text(text)
    subject = Subject(
        text=text,
        shown=shown,
        reading=READINGS.get(text.language.split("-", maxsplit=1)[0]),
        level=level,
        purpose=purpose,
        synthetic=synthetic,
    )
    found, wrong = subject.found(), flips(shown)
    plain = without_diacritics(shown) if wrong else None
    return Report(
        language=text.language,
        text=shown,
        contents=tuple(sorted(found, key=found.__getitem__)),
        alphabet=alphabet_of(shown),
        characters=len(shown),
        pages=page_count(shown),
        flips=wrong,
        plain_text=plain,
        plain_pages=None if plain is None else page_count(plain),
        findings=find(subject),
    )


def lint_draft(draft: Draft) -> tuple[Report, ...]:
    """Return a report for each language of a draft; the same text in two of them is an error."""
    reports = [
        lint_text(text, level=draft.level, purpose=draft.purpose, synthetic=draft.synthetic)
        for text in draft.texts
    ]
    first: dict[str, str] = {}
    for number, report in enumerate(reports):
        other = first.setdefault(report.text, report.language)
        if other != report.language:
            reports[number] = msgspec.structs.replace(
                report, findings=(_twin(report.language, other), *report.findings)
            )
    return tuple(reports)


def _twin(language: str, other: str) -> Finding:
    """Return the finding that two languages have the same words."""
    return Finding(
        code="same_text",
        severity="error",
        place=language,
        what=f"the text is that of {other}, word for word",
        remedy="Fill the template of this language.",
    )
