"""docs/messages.md shows every message as it is, and names every finding of the linter."""

import importlib.util
from pathlib import Path

from tocsin.wire.cell_broadcast.rules import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")


def test_the_page_shows_the_words_as_they_are() -> None:
    """What was reviewed must be what is sent.

    Mend it with `python tools/make_messages_doc.py`.
    """
    path = ROOT / "tools" / "make_messages_doc.py"
    spec = importlib.util.spec_from_file_location("make_messages_doc", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    shown = PAGE.partition(tool.BEGIN)[2].partition(tool.END)[0]
    assert shown.strip() == tool.rendered().strip()


def test_every_finding_is_explained_with_its_severity() -> None:
    """A code that is looked up must be found."""
    told = [*((code, severity) for code, severity, _ in RULES), ("same_text", "error")]
    for code, severity in told:
        assert f"| `{code}` | {severity} |" in PAGE


def test_the_page_says_that_the_texts_await_review() -> None:
    """Nobody may take them for signed."""
    assert "awaiting review" in PAGE
