"""An alert's words as one text for a cell broadcast, nothing said twice.

A phone shows one text under a heading of its own. The headline is kept only as far as it says
what the rest does not: its first word (`Alarm`), and `Update`.
"""

import re

from tocsin.model.alert import AlertText
from tocsin.wire.cell_broadcast.letters import without_diacritics
from tocsin.wire.cell_broadcast.pages import PAGES_LIMIT, page_count

_STOP = ". "
_CLAUSES = re.compile(r": |, ")


def broadcast_text(text: AlertText) -> str:
    """Return mark of exercise, what only the headline says, description, instruction."""
    mark = exercise_mark(text)
    headline, description, instruction = (
        part.removeprefix(mark) for part in (text.headline, text.description, text.instruction)
    )
    body = f"{description} {instruction}".strip()
    lead = [_unsaid(sentence, body) for sentence in headline.rstrip(".").split(_STOP)]
    return mark + "".join(f"{sentence}. " for sentence in lead if sentence) + body


def sendable_text(text: AlertText) -> str:
    """Return the text as it can be sent: without diacritics where it needs too many pages.

    What has no spelling without diacritics is returned as it is; `pages.encode` refuses it.
    """
    whole = broadcast_text(text)
    if page_count(whole) <= PAGES_LIMIT:
        return whole
    return without_diacritics(whole) or whole


def exercise_mark(text: AlertText) -> str:
    """Return the sentences that headline, description and instruction all begin with."""
    parts = (text.headline, text.description, text.instruction)
    mark = ""
    for sentence in text.headline.split(_STOP):
        longer = f"{mark}{sentence}{_STOP}"
        if not all(part.startswith(longer) for part in parts):
            break
        mark = longer
    return mark


def _unsaid(sentence: str, body: str) -> str:
    """Return the clauses of a sentence that the body does not hold word by word."""
    return ", ".join(clause for clause in _CLAUSES.split(sentence) if clause not in body)
