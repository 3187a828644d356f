"""What `detect` remembers between chunks: plain records and arrays, savable as bytes."""

from typing import Any

import msgspec
import numpy as np

from tocsin.detect.clock import ClockState
from tocsin.detect.friendly import TextMemory
from tocsin.detect.sectors import SectorState
from tocsin.detect.slices import SliceState
from tocsin.model.errors import BadStorage

VERSION = 1


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the stage. Never changed in place."""

    version: int = VERSION
    clocks: dict[str, ClockState] = {}
    """By `category/SAC/SIC`."""
    turning: dict[str, SectorState] = {}
    """By sensor id."""
    slicing: dict[str, SliceState] = {}
    seen: dict[str, dict[bytes, tuple[int, int]]] = {}
    """Recent blocks by source: digest to number and time of receipt."""
    blocks: dict[str, int] = {}
    """Blocks read so far by source."""
    texts: dict[str, TextMemory] = {}
    """By source."""
    newest_ns: int | None = None
    """Time that the feed has reached: a sensor first heard after midnight is dated by it."""
    dated: bool = False

    def having(self, **changes: Any) -> "FeedState":  # noqa: ANN401 - any of the fields
        """Return the state with some fields changed."""
        return msgspec.structs.replace(self, **changes)

    def after_clock(self, name: str, clock: ClockState) -> "FeedState":
        """Return the state after the clock of a source has moved."""
        newest_ns = self.newest_ns
        if clock.t_last_ns is not None:
            newest_ns = max(newest_ns or 0, clock.t_last_ns)
        return self.having(
            clocks=self.clocks | {name: clock},
            newest_ns=newest_ns,
            dated=self.dated or clock.dated,
        )

    def cutters(self) -> set[str]:
        """Return the sensors that have been heard."""
        return set(self.turning) | set(self.slicing)

    def waits(self, sensor_id: str) -> bool:
        """Say whether detections of a sensor wait for their look to be closed."""
        kept = self.slicing.get(sensor_id) or self.turning.get(sensor_id)
        return kept is not None and len(kept.rows) > 0

    def heard_ns(self, sensor_id: str) -> int | None:
        """Return the newest time heard of a sensor."""
        if sensor_id in self.slicing:
            return self.slicing[sensor_id].newest_ns
        turning = self.turning.get(sensor_id)
        if turning is None or len(turning.newest_ns) == 0:
            return None
        return int(turning.newest_ns[-1])


def snapshot(state: FeedState) -> bytes:
    """Return the state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state, enc_hook=_array_to_plain)


def restore(saved: bytes) -> FeedState:
    """Return the state that `snapshot` saved.

    Raises:
        BadStorage: the bytes are no such snapshot.
    """
    try:
        return msgspec.msgpack.decode(saved, type=FeedState, dec_hook=_array_from_plain)
    except (msgspec.DecodeError, TypeError, ValueError, KeyError) as error:
        raise BadStorage(
            f"the state of the feeds cannot be read ({error})",
            where="snapshot",
            remedy="Replay the journal from its beginning instead.",
        ) from error


def _array_to_plain(value: object) -> object:
    if not isinstance(value, np.ndarray):
        raise NotImplementedError(type(value).__name__)
    return (value.dtype.str, value.shape, np.ascontiguousarray(value).tobytes())


def _array_from_plain(_kind: type, plain: tuple[str, list[int], bytes]) -> object:
    dtype, shape, data = plain
    return np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape)
