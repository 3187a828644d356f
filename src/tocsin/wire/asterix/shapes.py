"""Numbers that `program` writes and `_kernels` reads: kinds of node, outputs, faults."""

FIXED, EXTENDED, REPEATED, EXPLICIT, COMPOUND = range(5)
"""Kinds of node, first entry of a node's row."""

LAST_FX, OPEN_ENDED = 1, 2
"""Flags of an extended node: its last part ends in FX; further octets are stepped over."""

OUT_FLOAT, OUT_INT, OUT_ICAO, OUT_ASCII, OUT_COUNT = range(5)
"""How a field is delivered: scaled to its unit, whole number, text of 6-bit or 8-bit characters,
number of elements of a repeated item."""

FAULTS = (
    "",
    "past_end",
    "fspec_too_long",
    "undefined_item",
    "undefined_extension",
    "zero_length",
    "empty_record",
    "no_record_type",
)
"""Why a record was rejected, by the number that the kernel reports."""

PAST_END, FSPEC_TOO_LONG, UNDEFINED_ITEM, UNDEFINED_EXTENSION = 1, 2, 3, 4
ZERO_LENGTH, EMPTY_RECORD, NO_RECORD_TYPE = 5, 6, 7

EXPLAIN = {
    "past_end": "runs past the end of its block",
    "fspec_too_long": "has a field specification longer than the edition defines",
    "undefined_item": "announces an item that the edition does not define",
    "undefined_extension": "continues an item past its last defined extension",
    "zero_length": "holds an item with a stated length of 0",
    "empty_record": "announces no item at all",
    "no_record_type": "does not say whether it is a plot or a track (item 020)",
}
"""What happened to the record, in words."""
