"""Bad zones, policies, keys, approvers and alerts: one clear line each, and nothing is sent."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tocsin.commands.sites import shipped
from tocsin.model.units import S_NS
from tocsin.wire.cap.keys import exercise_identity, load_certificates, load_key
from tocsin.wire.cap.signing import sign

Tocsin = Callable[..., tuple[int, str, str]]
Features = list[dict[str, Any]]

ASTRAY = [[28.0, 45.3], [28.1, 45.5], [28.1, 45.3], [28.0, 45.5], [28.0, 45.3]]
SWAPPED = [[45.4, 28.0], [45.5, 28.0], [45.5, 28.1], [45.4, 28.0]]


def outline(ring: list[list[float]]) -> Callable[[Features], None]:
    """Return a change of the first zone's outline."""
    return lambda zones: zones[0].update(geometry={"type": "Polygon", "coordinates": [ring]})


def given(key: str, value: object) -> Callable[[Features], None]:
    """Return a change of one of the first zone's properties."""
    return lambda zones: zones[0]["properties"].update({key: value})


def refused(tocsin: Tocsin, out: Path, *words: object, told: tuple[str, ...]) -> None:
    """Check for code 2, one line with all that it must hold, and nothing written or sent."""
    code, _, err = tocsin(*words, "--out", out)
    lines = [line for line in err.splitlines() if not line.startswith("compiling")]
    assert (code, len(lines)) == (2, 1), err
    assert lines[0].startswith("tocsin: ")
    for word in told:
        assert re.search(word, lines[0]), (word, lines[0])
    assert not out.exists()


ZONES = {
    "crosses itself": (outline(ASTRAY), ("feature 0", "Self-intersection", "Repair")),
    "one of many is swapped": (outline(SWAPPED), ("feature 0", "exchanged", "longitude, latitude")),
    "is a point": (
        lambda zones: zones[0].update(geometry={"type": "Point", "coordinates": [28, 45]}),
        ("feature 0", "polygon is needed"),
    ),
    "overlap": (
        lambda zones: zones[1].update(geometry=zones[0]["geometry"]),
        ("feature 1", "overlaps `ro-gl-galati`", "Cut one"),
    ),
    "given twice": (lambda zones: zones.append(zones[0]), ("ro-gl-galati", "twice")),
    "none": (lambda zones: zones.clear(), ("no features", "Check")),
    "no population": (given("population", None), ("no population", "Give")),
    "nobody": (given("population", 0), ("no population", "leave out")),
    "fewer than nobody": (given("population", -5), ("population", "whole number")),
    "population in words": (given("population", "many"), ("population", "whole number")),
    "more than live on Earth": (given("population", 10**30), ("population", "0 to 10000000000")),
    "true for a number": (given("population", True), ("population", "True", "whole number")),
    "no id": (given("id", None), ("`id` is missing", "an `id`")),
    "no name in a language": (given("name:uk", ""), ("no name in `uk`", "name:uk")),
    "name with mark-up": (given("name:ro", "<b>Galați</b>"), ("zone ro-gl-galati", "mark-up")),
    "name with a bell": (given("name:ro", "Galați\x07"), ("zone ro-gl-galati", "unseen")),
    "name without end": (given("name:ro", "Galați " * 300), ("zone ro-gl-galati", "at most 100")),
    "language without texts": (given("languages", ["ro-RO", "fr-FR"]), ("galati", "texts exist")),
    "no language": (given("languages", ["romanian"]), ("romanian", "ro-RO")),
}


@pytest.mark.parametrize(("change", "told"), ZONES.values(), ids=ZONES)
def test_a_wrong_zone_is_refused(
    tocsin: Tocsin,
    recordings: tuple[Path, ...],
    tmp_path: Path,
    change: Callable[[Features], object],
    told: tuple[str, ...],
) -> None:
    """Found at the start: at night, one would be warned of too late, or not at all."""
    layer = json.loads((shipped() / "galati" / "zones.geojson").read_text())
    change(layer["features"])
    (tmp_path / "zones.geojson").write_text(json.dumps(layer))
    site = written(tmp_path, replace={'"galati/zones.geojson"': '"zones.geojson"'})
    refused(tocsin, tmp_path / "run", "replay", *recordings, "--site", site, told=told)


AUTHORITY = (
    'approvers = ["Ana"]\n[warn.standing_authority]\n'
    'given_by = "{by}"\ngiven_on = "{on}"\nlevels = ["{level}"]'
)
POLICIES = {
    "thresholds inverted": (
        "warn = { within_s = 600.0, min_prob = 0.15 }",
        (
            "warn: warn.min_prob = 0.15, prepare.min_prob = 0.2",
            "a higher level must not ask for a lower probability",
            "docs/warning.md",
        ),
    ),
    "times inverted": (
        "warn = { within_s = 1300.0, min_prob = 0.35 }",
        ("warn.within_s = 1300, prepare.within_s = 1200", "a higher level must look less far"),
    ),
    "inverted in one zone": (
        '[warn.zone."ro-gl-galati"]\nwarn = { min_prob = 0.9 }',
        ('zone "ro-gl-galati"', "lower probability"),
    ),
    "inverted by county and zone together": (
        '[warn.zone."ro-gl"]\nwarn = { min_prob = 0.55 }\nlast_call = { min_prob = 0.6 }\n'
        '[warn.zone."ro-gl-galati"]\nlast_call = { min_prob = 0.52 }',
        ('warn.zone\\["ro-gl-galati"\\]', "lower probability", "county"),
    ),
    "a probability over 1": (
        "warn = { within_s = 600.0, min_prob = 1.5 }",
        ("warn.min_prob = 1.5", "above 0, at most 1"),
    ),
    "a probability of nothing": (
        "warn = { within_s = 600.0, min_prob = 0.0 }",
        ("warn.min_prob = 0", "above 0, at most 1"),
    ),
    "beyond the forecast": (
        "prepare = { within_s = 3600.0, min_prob = 0.2 }",
        ("warn.prepare", "3600", "1200"),
    ),
    "a zone that is none": ('[warn.zone."ro-gl-galat"]', ("Did you mean `ro-gl-galati`",)),
    "a language without texts": (
        'languages = ["ro-RO", "fr-FR"]',
        ("warn", "'fr-FR': texts exist"),
    ),
    "no language": ("languages = []", ("languages", "at least one")),
    "authority of a stranger": (
        AUTHORITY.format(by="Bob", on="2026-05-01", level="WARN"),
        ("standing_authority.given_by", "none of the approvers"),
    ),
    "authority without a date": (
        AUTHORITY.format(by="Ana", on="soon", level="WARN"),
        ("standing_authority.given_on", "'soon'", "2026-05-01"),
    ),
    "authority for no level": (
        AUTHORITY.format(by="Ana", on="2026-05-01", level="LAST-CALL"),
        ("levels", "Did you mean `LAST_CALL`"),
    ),
    "two persons, one name": ('approvers = ["Ana"]\ntwo_person = true', ("two approvers",)),
    "misspelt": ("two_persons = true", ("two_persons", "Did you mean `two_person`")),
    "library that is not there": ('[assess]\nlibrary = "own.npz"', ("assess.library", "own.npz")),
}


@pytest.mark.parametrize(("policy", "told"), POLICIES.values(), ids=POLICIES)
def test_a_policy_that_contradicts_itself_is_refused(
    tocsin: Tocsin,
    recordings: tuple[Path, ...],
    tmp_path: Path,
    policy: str,
    told: tuple[str, ...],
) -> None:
    """It names file and key; nothing starts by half of a policy."""
    site = written(tmp_path, policy=policy)
    words = ("replay", *recordings, "--site", site)
    refused(tocsin, tmp_path / "run", *words, told=("site.toml", *told))


def written(folder: Path, *, policy: str = "", replace: dict[str, str] | None = None) -> Path:
    """Write Galati's site file with another policy or another layer."""
    text = (shipped() / "galati.toml").read_text()
    for old, new in (replace or {}).items():
        assert old in text
        text = text.replace(old, new)
    if policy:
        text = text[: text.index("[warn]")] + f"[warn]\n{policy}\n"
    path = folder / "site.toml"
    path.write_text(text.replace('"galati/', f'"{shipped() / "galati"}/'))
    return path


@pytest.fixture(scope="module")
def pems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of keys and certificates, most of them of no use."""
    folder = tmp_path_factory.mktemp("pems")
    key = ec.generate_private_key(ec.SECP256R1())
    other = ec.generate_private_key(ec.SECP256R1())
    made = {
        "key": private(key),
        "other": private(other),
        "rsa": private(rsa.generate_private_key(65_537, 2048)),
        "locked": private(key, serialization.BestAvailableEncryption(b"word")),
        "valid": certificate(key, 2026),
        "expired": certificate(key, 2020),
        "future": certificate(key, 2030),
        "letter": b"Dear Sir or Madam,",
        "empty": b"",
    }
    for name, pem in made.items():
        (folder / f"{name}.pem").write_bytes(pem)
    return folder


def private(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    lock: serialization.KeySerializationEncryption | None = None,
) -> bytes:
    """Return a key as PEM, locked with a password or not."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        lock or serialization.NoEncryption(),
    )


def certificate(key: ec.EllipticCurvePrivateKey, year: int) -> bytes:
    """Return a certificate of a key that is valid for one year."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "invented")])
    begin = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=365))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


@pytest.mark.parametrize(
    ("key", "proof", "told"),
    [
        ("key", "expired", ("--certificate", "to 2020-12-31", "it is 2026-05-28", "valid")),
        ("key", "future", ("--certificate", "from 2030-01-01", "it is 2026-05-28")),
        ("other", "valid", ("valid.pem", "another key", "Name the certificate")),
        ("rsa", "valid", ("rsa.pem", "not of the kind", "P-256")),
        ("locked", "valid", ("locked.pem", "without a password")),
        ("letter", "valid", ("letter.pem", "no private key")),
        ("valid", "key", ("valid.pem", "no private key")),
        ("key", "letter", ("letter.pem", "no certificate", "BEGIN CERTIFICATE")),
        ("key", "empty", ("empty.pem", "no certificate")),
        ("absent", "valid", ("absent.pem", "No such file")),
        ("key", "absent", ("absent.pem", "No such file")),
    ],
)
def test_a_key_that_nobody_would_believe_is_refused_before_anything_is_written(
    tocsin: Tocsin,
    recordings: tuple[Path, ...],
    tmp_path: Path,
    pems: Path,
    key: str,
    proof: str,
    told: tuple[str, ...],
) -> None:
    """An alert that no receiver can verify is an alert that is not received."""
    words = ("replay", *recordings, "--site", "galati")
    pair = ("--key", pems / f"{key}.pem", "--certificate", pems / f"{proof}.pem")
    refused(tocsin, tmp_path / "run", *words, *pair, told=told)


def test_half_of_a_key_pair_and_a_time_that_is_none_are_refused(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path, pems: Path
) -> None:
    """Options that contradict leave no run folder behind."""
    words = ("replay", *recordings, "--site", "galati")
    refused(tocsin, tmp_path / "a", *words, "--key", pems / "key.pem", told=("Name both",))
    for takes in ("-1", "nan", "inf", "4000"):
        named = (*words, "--approver", "Exercise approver", "--takes", takes)
        refused(tocsin, tmp_path / "b", *named, told=("--takes", "0..3600"))


def test_what_an_approver_without_the_right_lets_out_stays(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """A name that the policy does not know lets nothing out, and the summary says so."""
    out = tmp_path / "run"
    words = ("replay", *recordings, "--site", "galati", "--out", out, "--approver", "Nobody")
    code, told, _ = tocsin(*words)
    assert code == 0
    assert re.search(r"^Refused +Nobody has not the right to approve", told, re.MULTILINE)
    assert "warn.approvers of the site file" in told
    assert re.search(r"^Sent +nothing", told, re.MULTILINE)
    assert list((out / "alerts").glob("*.xml"))
    assert not list((out / "alerts").glob("*/*"))
    other = ("--out", tmp_path / "other", "--approver", "Exercise approver")
    code, told, _ = tocsin("replay", out, *other)
    assert (code, "EQUAL" in told) == (0, False), "another approver asks another question"
    assert "alerts, let out by Exercise approver" in told


def test_one_name_where_two_are_needed_lets_nothing_out_and_is_told(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """Who approved and sees nothing sent must read why."""
    site = written(tmp_path, policy='approvers = ["Ana", "Ion"]\ntwo_person = true')
    words = ("replay", *recordings, "--site", site, "--out", tmp_path / "run")
    code, told, _ = tocsin(*words, "--approver", "Ana")
    assert code == 0
    assert re.search(r"^Sent +nothing: no draft was approved by all", told, re.MULTILINE)
    assert re.search(
        r"^Waiting +\d+ drafts? ha(s|ve) one name of the two needed", told, re.MULTILINE
    )
    assert not re.search(r"^Refused", told, re.MULTILINE)


NS = "urn:oasis:names:tc:emergency:cap:1.2"
INFO = """<info><language>{language}</language><category>Safety</category><event>Drone</event>
<responseType>Shelter</responseType><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Likely</certainty><expires>2026-05-28T23:00:00-00:00</expires>
<headline>Drone</headline><description>A drone.</description><instruction>Go in.</instruction>
<area><areaDesc>Galati</areaDesc><polygon>{polygon}</polygon></area></info>"""
POLYGON = "45.4,28.0 45.4,28.1 45.5,28.1 45.4,28.0"
SENDER = "isu@galati.example"


def alert(head: str = "", polygon: str = POLYGON, infos: int = 1) -> bytes:
    """Return an unsigned alert."""
    info = INFO.format(language="en-GB", polygon=polygon) * infos
    return (
        f'<?xml version="1.0"?>{head}<alert xmlns="{NS}"><identifier>one</identifier>'
        f"<sender>{SENDER}</sender><sent>2026-05-28T22:00:00-00:00</sent><status>Exercise</status>"
        f"<msgType>Alert</msgType><scope>Public</scope>{info}</alert>"
    ).encode()


BOMB = "<!DOCTYPE alert [" + "".join(
    f'<!ENTITY e{n} "{"lol" if n == 0 else f"&e{n - 1};" * 10}">' for n in range(10)
)
FILES = {
    "entities": (lambda: alert(BOMB + "]>").replace(b"one", b"&e9;"), "bomb"),
    "a file from this machine": (
        lambda: alert('<!DOCTYPE alert [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        "doctype",
    ),
    "100 MB": (lambda: alert() + b" " * 100_000_000, "too-large"),
    "a million corners": (lambda: alert(polygon="45,28 " * 1_000_000), "too-many-points"),
    "elements without end": (lambda: alert(infos=3_000), "too-many-elements"),
    "deep": (lambda: b"<a>" * 100_000, "bomb"),
    "cut off": (lambda: alert()[:500], "not-xml"),
    "empty": (lambda: b"", "not-xml"),
    "a letter": (lambda: b"Dear Sir or Madam,", "not-xml"),
}


@pytest.mark.parametrize(("make", "code"), FILES.values(), ids=FILES)
def test_a_file_that_would_harm_the_reader_is_told_in_one_finding(
    tocsin: Tocsin, tmp_path: Path, make: Callable[[], bytes], code: str
) -> None:
    """Nothing of it is expanded, fetched or repeated at length."""
    path = tmp_path / "alert.xml"
    path.write_bytes(make())
    ended, told, err = tocsin("cap", path)
    assert (ended, err) == (1, "")
    assert f"[{code}]" in " ".join(told.split())
    assert told.count("error:") == 1
    assert len(told) < 1_000
    assert "root:" not in told
    assert "NOT SOUND because of its contents" in told
    assert "xmlCtxt" not in told


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a signed alert, and a trust store that pins its certificate."""
    folder = tmp_path_factory.mktemp("signed")
    begin = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    key, pem = exercise_identity(SENDER, int(begin.timestamp()) * S_NS, days=60)
    (folder / "alert.xml").write_bytes(sign(alert(), load_key(key), load_certificates(pem)[0]))
    (folder / "own.pem").write_bytes(pem)
    store = '[[sender]]\nid = "{sender}"\ncertificates = ["own.pem"]\n'
    (folder / "trust.toml").write_text(store.format(sender=SENDER))
    (folder / "others.toml").write_text(store.format(sender="else@agency.example"))
    return folder


def doubled(data: bytes) -> bytes:
    """Return an alert with its signature twice."""
    found = re.search(rb"<ds:Signature .*</ds:Signature>", data, re.DOTALL)
    assert found
    return data.replace(found[0], 2 * found[0])


def stripped(data: bytes) -> bytes:
    """Return an alert without its signature."""
    return re.sub(rb"<ds:Signature .*</ds:Signature>", b"", data, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("change", "trust", "day", "verdict"),
    [
        (bytes, "trust.toml", "2026-05-29", ""),
        (stripped, "trust.toml", "2026-05-29", "unsigned"),
        (doubled, "trust.toml", "2026-05-29", "doubly-signed"),
        (lambda data: data.replace(b"Go in.", b"Go on."), "trust.toml", "2026-05-29", "altered"),
        (bytes, "trust.toml", "2026-04-29", "not-yet-valid"),
        (bytes, "trust.toml", "2026-07-29", "expired"),
        (bytes, "others.toml", "2026-05-29", "unknown-sender"),
    ],
    ids=["sound", "unsigned", "twice", "altered", "too early", "expired", "unknown"],
)
def test_an_alert_whose_sender_is_not_proven_is_not_sound(
    tocsin: Tocsin,
    signed: Path,
    tmp_path: Path,
    change: Callable[[bytes], bytes],
    trust: str,
    day: str,
    verdict: str,
) -> None:
    """The first line of the answer says that it is the signature, and why."""
    path = tmp_path / "alert.xml"
    path.write_bytes(change((signed / "alert.xml").read_bytes()))
    ended, told, err = tocsin("cap", path, "--trust", signed / trust, "--at", day)
    first = told.splitlines()[0]
    assert err == ""
    if verdict:
        assert ended == 1
        assert f"NOT SOUND because of the signature: {verdict} " in first
    else:
        assert ended == 0, told
        assert "SOUND, sender proven" in first


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cap", "{folder}/absent.xml"], "absent.xml"),
        (["cap", "{folder}"], "Name files"),
        (["cap", "{folder}/alert.xml", "--at", "yesterday"], "'yesterday' is no time"),
        (["cap", "{folder}/alert.xml", "--trust", "{folder}/absent"], "no trust store here"),
        (["cap", "{folder}/alert.xml", "--trust", "{folder}/own.pem"], "docs/cap.md"),
        (["feed", "{folder}"], "no run|journal"),
        (["learn", "{folder}", "--out", "{folder}/own.npz"], "tracks.parquet: no such file"),
        (["score", "{folder}/absent", "--truth", "{folder}"], "absent: no such folder"),
        (["feed", "{folder}/absent"], "no run|journal"),
        (["pack", "--only", "atlantis", "--out", "{folder}/pack"], "Name some of: galati-2026"),
        (["pack", "--seeds", "many", "--out", "{folder}/pack"], "--seeds"),
        (["pack", "--seeds", "9-1", "--out", "{folder}/pack"], "--seeds"),
        (["simulate", "atlantis", "--out", "{folder}/made"], "atlantis"),
        (["simulate", "galati-2026", "--variant", "x", "--out", "{folder}/made"], "variant"),
        (["simulate", "galati-2026", "--seed", "-1", "--out", "{folder}/made"], "seed"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_told_with_its_remedy(
    tocsin: Tocsin, signed: Path, words: list[str], told: str
) -> None:
    """Feeds, packs, scenarios and trust stores refuse like everything else."""
    code, _, err = tocsin(*(word.format(folder=signed) for word in words))
    assert (code, len(err.splitlines())) == (2, 1), err
    assert err.startswith("tocsin: ")
    assert re.search(told, err), err
