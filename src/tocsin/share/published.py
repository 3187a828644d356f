"""What a person has let out, as files: the CAP message, the texts for phones, the feed.

    alerts/sent/<alert id>.xml              public alerts, signed where there is a key
    alerts/sent/<alert id>.<language>.txt   text for a cell broadcast, with its pages
    alerts/sent/feed.atom                   the alerts in force
    alerts/duty/<alert id>.xml              PREPARE: for duty services, in no feed

A file says what was let out. It says nothing of any phone: whether a network took a text, and
whom it reached, is not known here.
"""

from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tocsin.model.alert import AlertText, Sent
from tocsin.model.errors import BadInput, BadStorage
from tocsin.share.whole import write_whole
from tocsin.wire.cap.atom import feed
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.keys import must_be_valid
from tocsin.wire.cap.publish import alert_of_sent, cancel_of, issue
from tocsin.wire.cap.records import CapAlert
from tocsin.wire.cap.regions import Box
from tocsin.wire.cell_broadcast.pages import PAGES_LIMIT, alphabet_of, encode
from tocsin.wire.cell_broadcast.text import sendable_text

FEED = "feed.atom"


class Signer(NamedTuple):
    """The key that alerts are signed with, and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        """Return the certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM)


class Issued(NamedTuple):
    """A message that is ready to go out."""

    alert: CapAlert
    xml: bytes
    """Unsigned: what goes on record, so that a replay without the key gives the same."""


class Publisher:
    """Writes what is let out, whole or not at all, and keeps the feed."""

    def __init__(
        self,
        folder: Path,
        sender: str,
        sender_names: dict[str, str],
        signer: Signer | None = None,
        *,
        region: Box | None = None,
        base_url: str = ".",
    ) -> None:
        """Publish into the `alerts` folder of a run, in the name of a sender.

        Alerts that lie there already, from before a restart, stay in the feed. Nothing outside
        `region` is warned.
        """
        self._folder, self._sender, self._names = folder, sender, sender_names
        self._signer, self._region, self._base_url = signer, region, base_url
        self._alerts = _lying_there(folder / "sent")
        self._withheld = {alert.identifier for alert in _lying_there(folder / "duty")}
        """What the public never saw, and a public alert therefore does not refer to."""

    def issue(self, sent: Sent) -> tuple[Issued, ...]:
        """Return the messages of what was let out: the alert; with an all-clear, its Cancel too.

        Raises:
            BadInput: A message is not sound by the strict check, or nobody could believe its
                signature (the certificate has ended): nothing may be sent.
        """
        if self._signer is not None:
            must_be_valid(self._signer.certificate, sent.t_sent_ns, "the signer's certificate")
        withheld = () if sent.draft.level == "PREPARE" else self._withheld
        alerts = [alert_of_sent(sent, self._sender, self._names, withheld=withheld)]
        if sent.draft.purpose == "all_clear":
            alerts.append(cancel_of(sent, self._sender))
        return tuple(Issued(alert, issue(alert, region=self._region)) for alert in alerts)

    def write(self, sent: Sent, issued: tuple[Issued, ...]) -> tuple[Path, ...]:
        """Write messages and texts, and the feed anew.

        Raises:
            BadStorage: The folder cannot be written; the alert itself is in the journal.
        """
        public = all(message.alert.scope == "Public" for message in issued)
        folder = self._folder / ("sent" if public else "duty")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            paths = [
                write_whole(folder / f"{alert.identifier}.xml", self._signed(alert, xml))
                for alert, xml in issued
            ]
            if public:
                paths += [self._write_text(folder, sent.id, text) for text in sent.draft.texts]
                self._alerts += [message.alert for message in issued]
                paths.append(write_whole(folder / FEED, self._feed(sent.t_sent_ns)))
            else:
                self._withheld |= {message.alert.identifier for message in issued}
        except OSError as wrong:
            raise _unwritable(folder, wrong) from wrong
        return tuple(paths)

    def refresh(self, t_ns: int) -> Path:
        """Write the feed as of `t_ns`, without what has lapsed; also before the first alert.

        Raises:
            BadStorage: The folder cannot be written.
        """
        folder = self._folder / "sent"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return write_whole(folder / FEED, self._feed(t_ns))
        except OSError as wrong:
            raise _unwritable(folder, wrong) from wrong

    def _signed(self, alert: CapAlert, xml: bytes) -> bytes:
        return xml if self._signer is None else issue(alert, *self._signer)

    def _write_text(self, folder: Path, name: str, text: AlertText) -> Path:
        return write_whole(folder / f"{name}.{text.language}.txt", broadcast_file(text))

    def _feed(self, t_ns: int) -> bytes:
        return feed(
            self._alerts,
            t_ns=t_ns,
            id=f"urn:tocsin:feed:{self._sender}",
            title="Alerts",
            author=next(iter(self._names.values()), self._sender),
            base_url=self._base_url,
        )


def _lying_there(folder: Path) -> list[CapAlert]:
    """Return the alerts of a folder; what cannot be read as one is left out of the feed."""
    read = (parse(path.read_bytes(), path.name) for path in sorted(folder.glob("*.xml")))
    return [alert for alert in read if isinstance(alert, CapAlert)]


def _unwritable(folder: Path, wrong: OSError) -> BadStorage:
    return BadStorage(
        f"an alert cannot be written ({wrong.strerror})",
        where=str(wrong.filename or folder),
        remedy="Free space or rights on that folder; the alert itself is in the journal.",
    )


def broadcast_file(text: AlertText) -> bytes:
    """Return the text for a cell broadcast, under a head that says how much of a page it takes."""
    words = sendable_text(text)
    try:
        told = f"{len(encode(words).pages)} of at most {PAGES_LIMIT} pages"
    except BadInput as wrong:
        told = f"NOT SENDABLE: {wrong.what}"
    head = (
        f"Language: {text.language}\n"
        f"Alphabet: {alphabet_of(words)}, {told}\n"
        "For a cell-broadcast centre. That a phone showed it is not known here.\n\n"
    )
    return (head + words + "\n").encode()
