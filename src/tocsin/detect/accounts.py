"""What each sensor has given so far, by the clock of the picture: so that silence is seen."""

from collections import Counter
from dataclasses import dataclass, field

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
        self.t_first_data_ns = min(t_ns, t_ns if (t := self.t_first_data_ns) is None else t)
        self.t_last_data_ns = max(t_ns, t_ns if (t := self.t_last_data_ns) is None else t)


Accounts = dict[str, Account]
"""By sensor id."""


def note_output(accounts: Accounts, found: FeedOutput) -> None:
    """Take note of what a chunk gave."""
    for name, number in found.counts.items():
        sensor_id, _, what = name.rpartition(":")
        if sensor_id in accounts:
            account = accounts[sensor_id]
            account.records += number * (what == "records")
            account.rejected += number * (what not in KEPT)
    for beat in found.heartbeats:
        accounts[beat.sensor_id].ahead_ns.append(beat.t_ns)


def note_batch(accounts: Accounts, batch: DetectionBatch) -> None:
    """Take note of a batch that the tracker is given."""
    account = accounts[batch.sensor_id]
    account.batches += 1
    account.detections += len(batch)
    if len(batch):
        account.heard(int(batch.t_measured_ns.max()))
    elif batch.look is not None:
        account.heard(batch.t_ns)


def note_time(accounts: Accounts, t_ns: int) -> None:
    """Take note of the signs of life up to a time."""
    for account in accounts.values():
        reached = [beat_ns for beat_ns in account.ahead_ns if beat_ns <= t_ns]
        if reached:
            account.heard(min(reached))
            account.heard(max(reached))
            account.ahead_ns = [beat_ns for beat_ns in account.ahead_ns if beat_ns > t_ns]


def totals(counts: Counter[str], found: FeedOutput) -> None:
    """Add what a chunk gave to the count of everything."""
    counts.update(found.counts)
    counts.update(found.notes)
