"""Which key a run signs its alerts with: the one that is named, or one made for an exercise."""

from pathlib import Path

from tocsin.config import Site
from tocsin.model.errors import BadInput, BadSettings
from tocsin.record.run_folder import RunFolder
from tocsin.share.published import Signer
from tocsin.wire.cap.keys import (
    exercise_identity,
    load_certificates,
    load_key,
    must_be_valid,
)

CERTIFICATE, TRUST = "certificate.pem", "trust.toml"
"""Left beside the alerts: `tocsin cap ALERT --trust FOLDER` checks the signatures with them."""


def named_signer(key: Path, certificate: Path) -> Signer:
    """Return the signer of a key and a certificate in PEM files.

    Raises:
        BadInput: a file cannot be read, is no key or certificate, or they do not belong together.
    """
    pems = [_read(path) for path in (key, certificate)]
    made = Signer(load_key(pems[0], str(key)), load_certificates(pems[1], str(certificate))[0])
    if made.key.public_key() != made.certificate.public_key():
        raise BadInput(
            f"it belongs to another key than {key}",
            where=str(certificate),
            remedy="Name the certificate that was made for this key.",
        )
    return made


def signer_at(named: Signer | None, site: Site, t_begin_ns: int) -> Signer | None:
    """Return who signs a run that begins then: the one that is named, or one for an exercise.

    Raises BadInput where the named certificate is not valid then.
    """
    if named is None:
        return exercise_signer(site, t_begin_ns)
    must_be_valid(named.certificate, t_begin_ns, "--certificate")
    return named


def exercise_signer(site: Site, t_begin_ns: int) -> Signer | None:
    """Return a signer made for this run alone; None where the data are not invented.

    Its key is forgotten with the run: such a signature shows the way, and proves nothing.
    """
    if not site.synthetic:
        return None
    key, certificate = exercise_identity(site.warn.sender, t_begin_ns)
    return Signer(load_key(key), load_certificates(certificate)[0])


def leave_trust(folder: RunFolder, site: Site, signer: Signer) -> None:
    """Write the certificate, and a trust store that pins it for this sender, beside the alerts."""
    store = f'[[sender]]\nid = "{site.warn.sender}"\ncertificates = ["{CERTIFICATE}"]\n'
    folder.write_trust({CERTIFICATE: signer.pem(), TRUST: store.encode()})


def both_or_neither(key: Path | None, certificate: Path | None) -> Signer | None:
    """Return the named signer, or None where none is named; raises BadSettings for half of one."""
    if key is None and certificate is None:
        return None
    if key is None or certificate is None:
        raise BadSettings(
            "a key signs only with its certificate",
            where="--key, --certificate",
            remedy="Name both, or neither.",
        )
    return named_signer(key, certificate)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise BadInput(
            wrong.strerror or "cannot be read", where=str(path), remedy="Name a readable PEM file."
        ) from None
