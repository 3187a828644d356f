"""A scripted approver for replays: somebody who lets every draft out after some seconds.

It shows what people would have been told, and when, if a person had taken so long. Its decisions
are inputs like any other: journaled, and refused where the policy does not know the name.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tocsin.model.alert import Decision
from tocsin.model.errors import BadSettings
from tocsin.model.units import S_NS
from tocsin.pipeline import Inputs, Item, Line
from tocsin.share.published import Signer


class Approver(NamedTuple):
    """Who approves in a replay, and how long it takes."""

    name: str
    takes_s: float

    def checked(self) -> "Approver":
        """Return itself; raises BadSettings for a time that no person can take."""
        if not 0.0 <= self.takes_s <= 3600.0:
            raise BadSettings(
                f"{self.takes_s:g} s is no time to approve in",
                where="--takes",
                remedy="Give seconds in 0..3600.",
            )
        return self


class Staff(NamedTuple):
    """Who stands in for people in a replay."""

    approver: Approver | None = None
    """Somebody scripted who lets every draft out; None: nothing is sent."""
    signer: Signer | None = None
    """Key that sent alerts are signed with; a synthetic run makes one for itself."""


def approving(inputs: Inputs, line: Line, approver: Approver) -> Iterator[tuple[int, Item]]:
    """Yield the inputs, with the approver's decisions among them in the order of time.

    Args:
        inputs: What is replayed.
        line: The line that takes them; its drafts are what the approver sees.
        approver: Who, and how long after seeing a draft.
    """
    waiting: deque[Decision] = deque()
    seen = 0
    for t_ns, item in inputs:
        due_ns = line.t_in_ns + round(approver.takes_s * S_NS)
        waiting.extend(
            Decision(t_ns=due_ns, by=approver.name, choice="approve", subject=draft.id)
            for draft in line.desk.drafts[seen:]
        )
        seen = len(line.desk.drafts)
        while waiting and waiting[0].t_ns <= t_ns:
            decision = waiting.popleft()
            yield decision.t_ns, decision
        yield t_ns, item
