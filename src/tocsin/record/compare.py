"""Are two journals the same? Entry by entry, by the hash of each header, which covers its body."""

from itertools import zip_longest

import msgspec

from tocsin.record.reader import JournalReader


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How far two journals agree."""

    identical: int
    """Entries from the beginning that are equal, byte for byte."""
    difference: str
    """What the first entry that differs is, or empty."""
    shorter: int
    """Entries by which the first journal ends before the second: a run that was cut short."""


def compare(first: JournalReader, second: JournalReader) -> Comparison:
    """Compare two journals from their first entries on.

    Equal leaves are equal headers, and a header holds the salted hash of its body: pictures,
    assessments, drafts and everything else are then equal too.
    """
    identical = shorter = 0
    for one, other in zip_longest(first.read(bodies=False), second.read(bodies=False)):
        if one is None:
            shorter += 1
        elif other is None or one.leaf != other.leaf:
            told = "is missing" if other is None else f"is now a {other.kind} of other content"
            difference = f"entry {one.idx} ({one.kind}) {told}"
            return Comparison(identical=identical, difference=difference, shorter=0)
        else:
            identical += 1
    return Comparison(identical=identical, difference="", shorter=shorter)
