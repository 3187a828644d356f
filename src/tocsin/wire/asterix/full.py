"""Every field of a record through libasterix: slow, complete, ready for JSON.

How a value looks: a quantity `{"value": 48.65, "unit": "NM"}`; a table entry
`{"value": 5, "text": "Single ModeS Roll-Call"}`; other numbers and texts plain; groups, extended
and compound items as mappings by name; repeated items as lists; RE and SP as `{"hex": ...}`, RE
also with its `fields` under libasterix's newest expansion where that fits all its bytes. Spare
bits that are not zero are listed under `spare`.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from tocsin.model.errors import BadInput
from tocsin.wire.asterix.encode import encode_block, encode_record
from tocsin.wire.asterix.specs import (
    LibSpec,
    Value,
    edition_text,
    find_spec,
    record_spec,
    variation_kind,
)

__all__ = ["Parsed", "decode_records", "encode_block", "encode_record", "parse_block"]


EXACT_BITS = 53
"""Wider plain bits (Mode S registers) are given in hex: JSON readers may hold numbers as floats."""


WINDOW_BYTES = 512
"""A record is tried on so many bytes first: libasterix copies all that follow for every field, so
that long blocks would take time with the square of their length."""


class Parsed(NamedTuple):
    """What libasterix made of a block."""

    records: list[dict[str, Any]]
    offsets: list[int]
    """Where each record begins in the block."""
    rest: int
    """Where the bytes begin that could not be parsed; the block's length when all could."""
    fault: str
    """Why, in libasterix's words; empty when all could."""


def decode_records(block: bytes, category: int, edition: str) -> list[dict[str, Any]]:
    """Return every field of every record of one block; item number to value.

    Raises:
        BadInput: a record cannot be parsed under this edition, or the block is of another category.
        BadSettings: no such category or edition.
    """
    parsed = parse_block(block, category, edition)
    if parsed.fault:
        raise BadInput(
            f"{parsed.fault}, at byte {parsed.rest}",
            where=f"CAT{category:03d} block read as edition {edition}",
            remedy="Check the edition with `tocsin probe`.",
        )
    return parsed.records


def parse_block(block: bytes, category: int, edition: str) -> Parsed:
    """Return the records of one block up to the first bad one; no bytes raise an error."""
    from asterix import base

    spec = find_spec(category, edition)
    records: list[dict[str, Any]] = []
    offsets: list[int] = []
    at = 3
    if len(block) < 3 or block[0] != category or int.from_bytes(block[1:3], "big") != len(block):
        return Parsed(records, offsets, 0, "not one block of this category")
    while at < len(block):
        found = _parse_record(spec, base.Bits.from_bytes(block[at : at + WINDOW_BYTES]))
        if isinstance(found, str) and at + WINDOW_BYTES < len(block):
            found = _parse_record(spec, base.Bits.from_bytes(block[at:]))
        if isinstance(found, str):
            return Parsed(records, offsets, at, found)
        record, size = found
        offsets.append(at)
        records.append(_plain_record(record))
        at += size
    return Parsed(records, offsets, at, "")


def _parse_record(spec: LibSpec, bits: LibSpec) -> tuple[LibSpec, int] | str:
    """Return a record and its length in bytes, or the fault."""
    fault = "no record"
    for layout, selects in _layouts(spec):
        parsed = _parse_layout(layout, bits)
        if isinstance(parsed, Exception):
            fault = str(parsed)
            continue
        record, rest = parsed
        if selects is None or selects(record):
            return record, (len(bits) - len(rest)) // 8
        fault = "item 020 does not fit the layout"
    return fault


def _parse_layout(layout: LibSpec, bits: LibSpec) -> Value:
    from asterix import base

    try:
        return layout.parse(base.ParsingMode.StrictParsing, bits)
    except TypeError:  # libasterix 0.36 stumbles over FSPEC bits after the last slot
        return ValueError("FSPEC bit set after the last item")


@cache
def _layouts(spec: LibSpec) -> tuple[tuple[LibSpec, Value], ...]:
    """Return the record layouts of a category, with the test that a record belongs to each."""
    uap = spec.cv_uap
    if not hasattr(uap, "cv_uaps"):
        return ((record_spec(spec), None),)
    (item, *_), names = uap.cv_selector

    def test(wanted: str) -> Value:
        def selects(record: LibSpec) -> bool:
            found = record.get_item(item)
            return found is not None and names.get(_selector(found, uap)) == wanted

        return selects

    return tuple((record_spec(spec, name), test(name)) for name in uap.cv_uaps)


def _selector(item: LibSpec, uap: LibSpec) -> int:
    """Return the number that chooses the layout, a whole item or its named part."""
    path = uap.cv_selector[0][1:]
    if not path:
        return int(item.as_uint())
    return int(item.arg.arg._get_item(path[0]).as_uint())  # noqa: SLF001 - no untyped public way


def _plain_record(record: LibSpec) -> dict[str, Any]:
    layout: LibSpec = type(record)
    category = _category_of(layout)
    plain = {name: _plain(item.arg, record) for name, item in record.items_regular.items()}
    sequences = [list(sequence) for sequence in record.items_rfs if sequence]
    if sequences:
        plain["RFS"] = [
            {name: _plain(item.arg, record)} for pairs in sequences for name, item in pairs
        ]
    if "RE" in plain and category is not None:
        plain["RE"] |= _expansion(category, bytes.fromhex(plain["RE"]["hex"]), record)
    return plain


@cache
def _category_of(layout: LibSpec) -> int | None:
    """Return the category that a record class belongs to, if it has expansions."""
    from asterix import generated

    for category in generated.manifest["REFS"]:
        for spec in generated.manifest["CATS"][category]:
            if layout is spec.cv_uap.cv_record:
                return int(category)
    return None


def _expansion(category: int, raw: bytes, record: LibSpec) -> dict[str, Any]:
    """Return the fields of a reserved expansion where the newest definition fits all its bytes."""
    from asterix import base, generated

    spec = generated.manifest["REFS"][category][-1]
    parsed = spec.cv_expansion.parse(base.Bits.from_bytes(raw))
    if isinstance(parsed, ValueError) or len(parsed[1]):
        return {}
    fields = {name: _plain(item.arg, record) for name, item in parsed[0].arg.items()}
    return {"edition": edition_text(spec), "fields": fields}


def _plain(rule: LibSpec, record: LibSpec) -> Value:
    """Return the value of an item from the rule that libasterix wraps around its layout."""
    if hasattr(rule, "arg"):
        return _plain_variation(rule.arg, record)
    key = _look_up(type(rule).cv_depends_on, record)
    known = [case for case, _ in type(rule).cv_cases]
    found = rule._variation(key if key in known else None)  # noqa: SLF001 - no untyped public way
    if isinstance(found, ValueError):
        return {"hex": rule.unparse().to_bytes().hex()}
    return _plain_variation(found, record)


def _look_up(paths: list[list[str]], record: LibSpec) -> list[int] | None:
    """Return the numbers of other items that decide how one is read; None where one is absent."""
    numbers = []
    for item, *names in paths:
        found = record.items_regular.get(item)
        for name in names:
            found = found and found.arg.arg._get_item(name)  # noqa: SLF001 - as above
        if found is None:
            return None
        numbers.append(int(found.as_uint()))
    return numbers


def _plain_variation(variation: LibSpec, record: LibSpec) -> Value:
    kind: LibSpec = type(variation)
    return _PLAIN[variation_kind(kind)](variation, record)


def _plain_element(variation: LibSpec, record: LibSpec) -> Value:
    rule = variation.cv_rule
    if not hasattr(rule, "cv_cases"):
        return _plain_content(rule.cv_content(variation.bs))
    key = _look_up(rule.cv_depends_on, record)
    known = {tuple(case): content for case, content in rule.cv_cases}
    content = known.get(tuple(key or ()), rule.cv_default_content)
    return _plain_content(content(variation.bs))


def _plain_content(content: LibSpec) -> Value:
    if hasattr(content, "cv_lsb"):
        value = content._as_quantity()  # noqa: SLF001 - the public name needs the unit by type
        return {"value": value, "unit": content.cv_unit} if content.cv_unit else value
    if hasattr(content, "cv_values"):
        text = content.table_value()
        return content.as_uint() if text is None else {"value": content.as_uint(), "text": text}
    if hasattr(content, "cv_string_type"):
        return content.as_string()
    if hasattr(content, "cv_signedness"):
        return content.as_integer()
    number = content.as_uint()
    return number if len(content.bs) <= EXACT_BITS else f"{number:0{len(content.bs) // 4}x}"


def _plain_group(variation: LibSpec, record: LibSpec) -> Value:
    return dict(_members(variation.arg, record)) | _spare(variation)


def _plain_extended(variation: LibSpec, record: LibSpec) -> Value:
    members = [member for part in variation.arg for member in part]
    return dict(_members(members, record)) | _spare(variation)


def _members(members: list[LibSpec], record: LibSpec) -> Iterator[tuple[str, Value]]:
    for member in members:
        if hasattr(member, "cv_non_spare"):
            yield member.cv_non_spare.cv_name, _plain(member.arg.arg, record)


def _spare(variation: LibSpec) -> dict[str, list[int]]:
    bits = [number for number in variation.get_spares() if number]
    return {"spare": bits} if bits else {}


def _plain_repetitive(variation: LibSpec, record: LibSpec) -> Value:
    return [_plain_variation(element, record) for element in variation.arg]


def _plain_explicit(variation: LibSpec, _record: LibSpec) -> Value:
    return {"hex": variation.get_bytes().hex()}


def _plain_compound(variation: LibSpec, record: LibSpec) -> Value:
    return {name: _plain(item.arg, record) for name, item in variation.arg.items()}


_PLAIN = {
    "Element": _plain_element,
    "Group": _plain_group,
    "Extended": _plain_extended,
    "Repetitive": _plain_repetitive,
    "Compound": _plain_compound,
    "Explicit": _plain_explicit,
}
