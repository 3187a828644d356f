"""Live UDP with real sockets on the loopback."""

import socket
import time

import made_blocks as made
import pytest

from tocsin.detect.udp import Listener
from tocsin.model.errors import BadInput

GROUP = "239.255.77.1"


def send(port: int, *datagrams: bytes, to: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        for datagram in datagrams:
            out.sendto(datagram, (to, port))


def take(listener: Listener, blocks: int):
    """Return what came until `blocks` blocks are there, or fail after five seconds."""
    until, got = time.monotonic() + 5.0, []
    while sum(len(r.chunk.start) for r in got if r.chunk) < blocks:
        assert time.monotonic() < until, got
        got.append(listener.take(0.2))
    return got


def test_datagrams_become_blocks_with_a_time_of_receipt() -> None:
    """A datagram may hold several blocks; each must be citable."""
    one, two = made.plot(azimuth_deg=10.0), made.plot(azimuth_deg=20.0)
    with Listener("127.0.0.1", 0) as listener:
        before_ns = time.time_ns()
        send(listener.port, one + two, one)
        got = take(listener, 3)
    chunks = [r.chunk for r in got if r.chunk]
    blocks = [c.block(i) for c in chunks for i in range(len(c.start))]
    assert blocks == [one, two, one]
    offsets = [int(o) for c in chunks for o in c.offset]
    assert offsets == [0, len(one), len(one) + len(two)]
    times = [int(t) for c in chunks for t in c.t_received_ns]
    assert all(before_ns <= t <= time.time_ns() for t in times)
    assert chunks[0].source == f"udp:127.0.0.1:{listener.port}"


def test_what_is_no_block_is_a_reject_with_its_offset() -> None:
    """A stray datagram on the port must not stop the feed."""
    with Listener("127.0.0.1", 0) as listener:
        send(listener.port, b"\x30\x00\x63short", made.plot())
        got = take(listener, 1)
    rejects = [r for received in got for r in received.rejects]
    assert [(r.reason, r.offset) for r in rejects] == [("truncated", 0)]


def test_a_full_queue_drops_and_counts() -> None:
    """A bound that is reached must be seen: silence would look like an empty sky."""
    with Listener("127.0.0.1", 0, queue_datagrams=5) as listener:
        send(listener.port, *[made.plot()] * 20)
        until = time.monotonic() + 5.0
        kept, dropped = 0, 0
        while kept + dropped < 20:
            assert time.monotonic() < until, (kept, dropped)
            time.sleep(0.05)
            received = listener.take(0.1)
            kept += len(received.chunk.start) if received.chunk else 0
            dropped += received.dropped
    assert kept >= 5
    assert kept + dropped == 20


def test_multicast_is_received() -> None:
    """Radar data comes by multicast in every centre."""
    try:
        listener = Listener(GROUP, 0, interface="127.0.0.1")
    except BadInput as error:
        pytest.skip(f"no multicast on the loopback here: {error.what}")
    with listener:
        try:
            send(listener.port, made.plot(), to=GROUP)
        except OSError as error:
            pytest.skip(f"no multicast on the loopback here: {error}")
        got = take(listener, 1)
    assert sum(len(r.chunk.start) for r in got if r.chunk) == 1


def test_nothing_heard_is_nothing_and_does_not_block() -> None:
    """The pipeline must get its turn while the feed is silent."""
    with Listener("::1", 0) as listener:
        begin_s = time.monotonic()
        assert listener.take(0.1) == (None, (), 0)
        assert time.monotonic() - begin_s < 2.0


@pytest.mark.parametrize(
    ("address", "port"), [("300.1.1.1", 0), ("198.51.100.7", 0), ("127.0.0.1", 70_000)]
)
def test_an_address_that_cannot_be_listened_to_is_one_clear_line(address: str, port: int) -> None:
    """A mistyped address is a setting to mend, not a traceback."""
    with pytest.raises(BadInput, match="cannot listen"):
        Listener(address, port)


def test_a_listener_frees_its_port() -> None:
    """A restart within a second must find the port free."""
    with Listener("127.0.0.1", 0) as first:
        port = first.port
    with Listener("127.0.0.1", port) as second:
        assert second.port == port
