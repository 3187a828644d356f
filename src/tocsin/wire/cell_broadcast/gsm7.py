"""The GSM 7-bit default alphabet and its extension (3GPP TS 23.038, sections 6.2.1 and 6.1.2.2).

A septet is a number 0 to 127; characters of the extension take two, the first being ESC (0x1B).
Septets are packed into octets from the lowest bit up:

    octet 0:  bit 7 = bit 0 of septet 1     bits 6..0 = septet 0
    octet 1:  bits 7..6 = bits 1..0 of septet 2     bits 5..0 = bits 6..1 of septet 1     ...
"""

ESC = 0x1B
CR = 0x0D
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""By septet."""
_EXTENDED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
"""By the septet after ESC."""

SEPTETS: dict[str, tuple[int, ...]] = {
    **{letter: (code,) for code, letter in enumerate(_BASIC) if code not in (ESC, CR)},
    **{letter: (ESC, code) for code, letter in _EXTENDED.items()},
}
"""One septet or two for each character. CR is left out: it pads a page."""


def septets_of(text: str) -> list[tuple[int, ...]]:
    """Return the septets of each character; raises KeyError for one that has none."""
    return [SEPTETS[letter] for letter in text]


def text_of(septets: list[int]) -> str:
    """Return the text of septets; after an unknown escape the basic character stands."""
    letters, escaped = [], False
    for septet in septets:
        if escaped:
            letters.append(_EXTENDED.get(septet, _BASIC[septet]))
            escaped = False
        elif septet == ESC:
            escaped = True
        else:
            letters.append(_BASIC[septet])
    return "".join(letters)


def pack(septets: list[int]) -> bytes:
    """Return septets as octets; the bits left over in the last one are 0."""
    bits = sum(septet << 7 * place for place, septet in enumerate(septets))
    return bits.to_bytes((7 * len(septets) + 7) // 8, "little")


def unpack(octets: bytes, count: int) -> list[int]:
    """Return the first `count` septets of octets."""
    bits = int.from_bytes(octets, "little")
    return [bits >> 7 * place & 0x7F for place in range(count)]
