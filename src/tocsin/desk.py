"""The duty officer's desk: what the warn stage brings about goes on record, then into files.

Everything is in the journal before anything leaves. What is let out is held to the strict check
once more; a message that is not sound stays here, with the reason on record.
"""

from collections.abc import Sequence

from tocsin.config import Site
from tocsin.model.alert import Alarm, Draft, Sent
from tocsin.model.errors import BadInput
from tocsin.model.place import Zone
from tocsin.record import entries
from tocsin.record.journal import Journal
from tocsin.record.run_folder import RunFolder
from tocsin.share.cap_files import write_drafts
from tocsin.share.published import Publisher, Signer
from tocsin.warn.outcome import Outcome
from tocsin.wire.cap.drafts import build
from tocsin.wire.cap.regions import Box

MARGIN_DEG = 0.5
"""A simplified outline is a little larger than its zone."""


def box_of(zones: Sequence[Zone]) -> Box | None:
    """Return the box about all zones, with a margin; None where there is no zone."""
    points = [point for zone in zones for ring in zone.rings_lonlat_deg for point in ring]
    if not points:
        return None
    lon_deg, lat_deg = zip(*points, strict=True)
    box = Box(min(lat_deg), min(lon_deg), max(lat_deg), max(lon_deg))
    return box.grown(MARGIN_DEG)


class Desk:
    """What was drafted, let out and called for in a run."""

    def __init__(
        self, journal: Journal, folder: RunFolder, site: Site, signer: Signer | None = None
    ) -> None:
        """Keep the outcomes of one run; alerts are signed where there is a key."""
        self.journal, self.folder, self._policy = journal, folder, site.warn
        self._publisher = Publisher(
            folder.alerts,
            site.warn.sender,
            site.warn.source_name,
            signer,
            region=box_of(site.zones),
        )
        self.drafts: list[Draft] = []
        self.sent: list[Sent] = []
        self.alarms: list[Alarm] = []
        self.refused: list[str] = []
        """Why a decision was not acted upon, or a message not sent: one line each."""

    def tell(self, t_ns: int, outcome: Outcome, *, decision_idx: int | None = None) -> None:
        """Put an outcome on record, then publish what was let out.

        Args:
            t_ns: Time of the picture or of the decision.
            outcome: What happened.
            decision_idx: Journal entry of the decision that brought it about, if one did.
        """
        if outcome.refused and decision_idx is not None:
            self._refuse(t_ns, decision_idx, outcome.refused)
        messages = {draft.id: xml for draft in outcome.drafts if (xml := self._draft(draft))}
        entries.journal_transitions(self.journal, t_ns, outcome.transitions)
        for alarm in outcome.alarms:
            entries.journal_alarm(self.journal, alarm)
        for sent in outcome.sent:
            self._send(sent)
        if any((step.before, step.after) == ("sent", "lapsed") for step in outcome.transitions):
            self.journal.commit()
            self._publisher.refresh(t_ns)
        self.alarms.extend(outcome.alarms)
        if outcome.drafts:
            self.journal.commit()
            write_drafts(messages, self.folder.alerts)
            self.drafts.extend(outcome.drafts)

    def _draft(self, draft: Draft) -> bytes:
        """Put a draft on record; return its message, or nothing where it cannot be written."""
        idx = entries.journal_draft(self.journal, draft)
        try:
            cap_xml = build(draft, self._policy.sender, self._policy.source_name)
        except BadInput as wrong:
            self._refuse(draft.t_drafted_ns, idx, str(wrong))
            return b""
        entries.journal_warning(self.journal, draft.t_drafted_ns, cap_xml, draft_id=draft.id)
        return cap_xml

    def _send(self, sent: Sent) -> None:
        """Let an alert out: on record first, and only if it is sound."""
        idx = entries.journal_sent(self.journal, sent)
        try:
            issued = self._publisher.issue(sent)
        except BadInput as wrong:
            self._refuse(sent.t_sent_ns, idx, str(wrong))
            return
        for message in issued:
            entries.journal_published(
                self.journal, sent.t_sent_ns, message.xml, sent_id=message.alert.identifier
            )
        self.journal.commit()
        self._publisher.write(sent, issued)
        self.sent.append(sent)

    def _refuse(self, t_ns: int, idx: int, why: str) -> None:
        entries.journal_refusal(self.journal, t_ns, decision_idx=idx, why=why)
        self.refused.append(why)
