"""What each sensor has given so far, by the clock of the picture: so that silence is seen."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.facts import FeedOutput
from tocsin.model.detection import DetectionBatch

KEPT = ("records", "rows", "heartbeats")
"""What became of a record that was of use; any other word is a reason why it was not."""


@dataclass(slots=True)
class Account:
    """One sensor's account; counts run from the start."""

    batches: int = 0
    records: int = 0
    detections: int = 0
    rejected: int = 0
    """Records that became no detection and no sign of life."""
    t_first_data_ns: int | None = None
    t_last_data_ns: int | None = None
    ahead_ns: list[int] = field(default_factory=list)
    """Signs of life that were read already and that the picture has not reached."""

    def heard(self, t_ns: int) -> None:
        """Take note of data."""
        first_ns, last_ns = self.t_first_data_ns, self.t_last_data_ns
        self.t_first_data_ns = t_ns if first_ns is None else min(t_ns, first_ns)
        self.t_last_data_ns = t_ns if last_ns is None else max(t_ns, last_ns)

    def reach(self, t_ns: int) -> None:
        """Take note of the signs of life up to a time."""
        reached = [beat_ns for beat_ns in self.ahead_ns if beat_ns <= t_ns]
        if reached:
            self.heard(min(reached))
            self.heard(max(reached))
            self.ahead_ns = [beat_ns for beat_ns in self.ahead_ns if beat_ns > t_ns]

    def told(self) -> dict[str, int | None]:
        """Return the account as the record keeps it."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "ahead_ns"}


class Learned(Protocol):
    """What the tracker learned of false detections: their number by cell, and that of looks."""

    seen: NDArray[np.float64]
    looked: NDArray[np.float64]


class Looks(Protocol):
    """A sensor as the tracker sees it."""

    @property
    def background(self) -> Learned:
        """Return what was learned of it."""
        ...


class Tally:
    """The accounts of all sensors, and the count of everything."""

    def __init__(self, sensor_ids: Iterable[str]) -> None:
        self.accounts = {sensor_id: Account() for sensor_id in sensor_ids}
        self.counts: Counter[str] = Counter()
        """Records by `where:what became of them`, as in `FeedOutput.counts`."""
        self.notes: Counter[str] = Counter()
        """What was noticed and cost no record, as in `FeedOutput.notes`."""

    def note(self, found: FeedOutput) -> None:
        """Take note of what a chunk gave."""
        self.counts.update(found.counts)
        self.notes.update(found.notes)
        for name, number in found.counts.items():
            sensor_id, _, what = name.rpartition(":")
            if sensor_id in self.accounts:
                account = self.accounts[sensor_id]
                account.records += number * (what == "records")
                account.rejected += number * (what not in KEPT)
        for beat in found.heartbeats:
            self.accounts[beat.sensor_id].ahead_ns.append(beat.t_ns)

    def note_batch(self, batch: DetectionBatch) -> None:
        """Take note of a batch that the tracker has taken."""
        account = self.accounts[batch.sensor_id]
        account.batches += 1
        account.detections += len(batch)
        if len(batch):
            account.heard(int(batch.t_measured_ns.max()))
        elif batch.look is not None:
            account.heard(batch.t_ns)

    def beats(self, t_ns: int, views: Mapping[str, Looks]) -> Iterator[dict[str, Any]]:
        """Yield every sensor's account at a time, silent ones too, as the record keeps it.

        `views` are the tracker's, which hold what was learned of each sensor's clutter.
        """
        for sensor_id, account in self.accounts.items():
            account.reach(t_ns)
            background = views[sensor_id].background
            looks = float(background.looked.mean())
            clutter = float(background.seen.sum()) / looks if looks else None
            told = {"sensor_id": sensor_id, "t_ns": t_ns, "clutter_per_look": clutter}
            yield told | account.told()
