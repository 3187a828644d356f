"""From a captured frame to the UDP payload in it: link layers, VLAN tags, IPv4, IPv6.

Sources: IEEE 802.3/802.1Q; libpcap's list of link types; RFC 791, 8200, 768.
"""

from collections.abc import Callable
from typing import NamedTuple


class Payload(NamedTuple):
    """Where the UDP payload lies in a captured frame, or why there is none."""

    begin: int
    end: int
    missing: str
    """Empty, or `not_udp`, `fragment`, `truncated`, `unknown_link`."""


_IPV4, _IPV6 = 0x0800, 0x86DD
_VLAN = frozenset({0x8100, 0x88A8, 0x9100})
_UDP = 17
_EXTENSIONS = frozenset({0, 43, 60, 135})
_FRAGMENT = 44


def find_payload(frame: bytes, link_type: int) -> Payload:
    """Return where the UDP payload of a captured frame lies.

    Args:
        frame: captured bytes, beginning with the link layer.
        link_type: libpcap's number of the link layer.
    """
    link = _LINKS.get(link_type)
    if link is None:
        return _none("unknown_link")
    try:
        protocol, at = link(frame)
        return _NETWORKS.get(protocol, _not_udp)(frame, at)
    except IndexError:
        return _none("truncated")


def _none(missing: str) -> Payload:
    return Payload(0, 0, missing)


def _not_udp(_frame: bytes, _at: int) -> Payload:
    return _none("not_udp")


def _word(frame: bytes, at: int) -> int:
    return frame[at] << 8 | frame[at + 1]


def _ethernet(frame: bytes) -> tuple[int, int]:
    """Return the protocol inside and where it begins, behind any VLAN tags."""
    return _behind_vlan(frame, 12)


def _behind_vlan(frame: bytes, at: int) -> tuple[int, int]:
    protocol = _word(frame, at)
    while protocol in _VLAN:
        at += 4
        protocol = _word(frame, at)
    return protocol, at + 2


def _cooked(frame: bytes) -> tuple[int, int]:
    """Linux cooked capture (SLL): the protocol is in octets 14 and 15."""
    return _behind_vlan(frame, 14)


def _cooked_2(frame: bytes) -> tuple[int, int]:
    """Linux cooked capture 2 (SLL2): the protocol is in front, 20 octets in all."""
    protocol = _word(frame, 0)
    return _behind_vlan(frame, 22) if protocol in _VLAN else (protocol, 20)


def _bare(frame: bytes) -> tuple[int, int]:
    """Raw IP: the first four bits tell the version."""
    return {4: _IPV4, 6: _IPV6}.get(frame[0] >> 4, 0), 0


def _loopback(frame: bytes) -> tuple[int, int]:
    """BSD loopback: a family of four octets whose number depends on the system, then IP."""
    return {4: _IPV4, 6: _IPV6}.get(frame[4] >> 4, 0), 4


_LINKS: dict[int, Callable[[bytes], tuple[int, int]]] = {
    0: _loopback,
    1: _ethernet,
    12: _bare,
    14: _bare,
    101: _bare,
    108: _loopback,
    113: _cooked,
    228: _bare,
    229: _bare,
    276: _cooked_2,
}


def _ipv4(frame: bytes, at: int) -> Payload:
    header = (frame[at] & 0x0F) * 4
    if frame[at + 9] != _UDP:
        return _none("not_udp")
    if _word(frame, at + 6) & 0x3FFF:
        return _none("fragment")
    return _udp(frame, at + header, at + _word(frame, at + 2))


def _ipv6(frame: bytes, at: int) -> Payload:
    after = at + 40 + _word(frame, at + 4)
    header, at = frame[at + 6], at + 40
    while header in _EXTENSIONS:
        header, at = frame[at], at + 8 + 8 * frame[at + 1]
    if header == _FRAGMENT:
        return _none("fragment")
    return _udp(frame, at, after) if header == _UDP else _none("not_udp")


def _udp(frame: bytes, at: int, after: int) -> Payload:
    """Return the payload; what the capture cut off is missing at its end."""
    end = min(at + _word(frame, at + 4), after if after > at else len(frame), len(frame))
    return Payload(at + 8, max(end, at + 8), "") if len(frame) >= at + 8 else _none("truncated")


_NETWORKS: dict[int, Callable[[bytes, int], Payload]] = {_IPV4: _ipv4, _IPV6: _ipv6}
