"""docs/cap.md says what the code says."""

from pathlib import Path

from tocsin.wire.cap.reasons import GROUPS
from tocsin.wire.cap.verifying import VERDICTS

PAGE = (Path(__file__).parents[3] / "docs" / "cap.md").read_text()


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |".replace("<", "&lt;")


def test_every_reason_is_in_the_table() -> None:
    """Code, severities, meaning and remedy, word for word."""
    rows = {
        row(f"`{code}`", one.reading, one.sending, one.meaning, one.remedy, one.checklist or "-")
        for group in GROUPS.values()
        for code, one in group.items()
    }
    missing = {line for line in rows if line not in PAGE}
    assert not missing, missing
    assert all(f"### {title}\n" in PAGE for title in GROUPS)


def test_every_verdict_is_in_the_table() -> None:
    """An officer looks up the word that the command printed."""
    assert not [code for code, text in VERDICTS.items() if row(f"`{code}`", text) not in PAGE]


def test_no_row_is_left_of_reasons_that_are_gone() -> None:
    """A code that the checker does not know is found by nobody."""
    known = {code for group in GROUPS.values() for code in group} | set(VERDICTS)
    written = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")}
    assert written == known
