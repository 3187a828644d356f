"""Live ASTERIX over UDP, unicast and multicast, IPv4 and IPv6, to raw chunks.

A thread empties the socket into a bounded queue, so that a slow consumer never makes the kernel
drop unseen: what does not fit is dropped here, and counted. `Listener.take` hands over what came.
"""

import ipaddress
import socket
import struct
import threading
import time
from collections import deque
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from tocsin.model.errors import BadInput
from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.containers import split_blocks

BUFFER_BYTES = 8 * 1024 * 1024
"""Asked of the kernel; it may grant less."""
QUEUE_DATAGRAMS = 50_000
"""Bound of the queue: half a minute of fifty radars."""
DATAGRAM_BYTES = 65_535
_POLL_S = 0.2


class Received(NamedTuple):
    """What came since the last call."""

    chunk: RawChunk | None
    """None where nothing came."""
    rejects: tuple[Rejected, ...]
    dropped: int
    """Datagrams for which the queue had no room."""


class Listener:
    """One UDP address that is listened to; a context manager.

    Raises BadInput where the address cannot be bound or the group not joined.
    """

    def __init__(
        self,
        address: str,
        port: int,
        *,
        interface: str = "",
        queue_datagrams: int = QUEUE_DATAGRAMS,
    ) -> None:
        """Bind and begin to receive.

        Args:
            address: a local address, a multicast group, or "" for every local IPv4 address.
            port: UDP port; 0 lets the system choose (see `port`).
            interface: for multicast: local IPv4 address, or name of the interface for IPv6.
            queue_datagrams: bound of the queue.
        """
        self._socket = _bound(address, port, interface)
        self.port: int = self._socket.getsockname()[1]
        self.source = f"udp:{address or '*'}:{self.port}"
        self._queue: deque[tuple[int, bytes]] = deque()
        self._bound_of_queue = queue_datagrams
        self._dropped = 0
        self._offset = 0
        self._come = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._receive, name=self.source, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop receiving and free the port."""
        self._closing = True
        self._thread.join()
        self._socket.close()

    def take(self, wait_s: float = 1.0) -> Received:
        """Return what came; waits up to `wait_s` for the first datagram."""
        with self._come:
            self._come.wait_for(lambda: bool(self._queue), timeout=wait_s)
            datagrams = list(self._queue)
            self._queue.clear()
            dropped, self._dropped = self._dropped, 0
        return self._received(datagrams, dropped)

    def _receive(self) -> None:
        """Empty the socket until it is closed."""
        self._socket.settimeout(_POLL_S)
        while not self._closing:
            try:
                datagram = self._socket.recv(DATAGRAM_BYTES)
            except TimeoutError:
                continue
            with self._come:
                if len(self._queue) < self._bound_of_queue:
                    self._queue.append((time.time_ns(), datagram))
                    self._come.notify()
                else:
                    self._dropped += 1

    def _received(self, datagrams: list[tuple[int, bytes]], dropped: int) -> Received:
        """Return datagrams as one chunk; offsets count the bytes received since the start."""
        starts, lengths, times, at = [], [], [], 0
        rejects: list[Rejected] = []
        for t_ns, datagram in datagrams:
            split = split_blocks(datagram, self.source, self._offset + at)
            starts.append(split.start + at)
            lengths.append(split.length)
            times.append(np.full(len(split.start), t_ns, dtype=np.int64))
            rejects.extend(split.rejects)
            at += len(datagram)
        if not datagrams:
            return Received(None, (), dropped)
        start = np.concatenate(starts)
        chunk = RawChunk(
            source=self.source,
            data=b"".join(datagram for _, datagram in datagrams),
            start=start,
            length=np.concatenate(lengths),
            offset=start + self._offset,
            t_received_ns=np.concatenate(times),
        )
        self._offset += at
        return Received(chunk, tuple(rejects), dropped)


def _bound(address: str, port: int, interface: str) -> socket.socket:
    """Return a socket that receives what is sent to an address."""
    try:
        host = ipaddress.ip_address(address or "0.0.0.0")  # noqa: S104 - the user asked for all
        family = socket.AF_INET6 if host.version == 6 else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            made.bind((str(host), port))
            if host.is_multicast:
                _join(made, host, interface)
        except (OSError, OverflowError):
            made.close()
            raise
    except (OSError, ValueError, OverflowError) as error:
        raise BadInput(
            f"cannot listen ({error})",
            where=f"udp:{address}:{port}",
            remedy="Check the address, that the port is free, and the interface of the group.",
        ) from error
    return made


def _join(
    made: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address, interface: str
) -> None:
    """Join a multicast group on one interface, or on the one that the system prefers."""
    if group.version == 6:
        index = socket.if_nametoindex(interface) if interface else 0
        member = group.packed + struct.pack("@I", index)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        return
    local = ipaddress.IPv4Address(interface or "0.0.0.0")  # noqa: S104 - any interface
    made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group.packed + local.packed)
