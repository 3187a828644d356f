"""The synthetic night with the lives of its alerts: written by hand, invented, and it says so.

One zone is warned, updated twice and lapses; one is cleared; one draft is rejected, one lapses
undecided. A track is lost, its region grows until a person explains it, and a later track may be
the same.
"""

import msgspec

from synthetic_night import T0_NS, Night, make_night, write_night
from tocsin.model.alert import Alarm, AlertText, Decision, Draft, Level, Sent, Transition
from tocsin.model.place import Zone
from tocsin.model.threat import Assessment, MayBe, Reach, ZoneThreat
from tocsin.model.units import S_NS
from tocsin.record import entries
from tocsin.record.journal import Journal
from tocsin.record.run_folder import RunFolder

ION, POPA = "I. Ionescu", "M. Popa"
LOST_S, EXPLAINED_S = 1510, 1700
TULCEA = ((28.70, 45.14), (28.90, 45.14), (28.92, 45.24), (28.72, 45.25), (28.70, 45.14))
RENI = ((28.22, 45.42), (28.36, 45.42), (28.36, 45.50), (28.24, 45.51), (28.22, 45.42))
BRAILA = ((27.88, 45.22), (28.04, 45.22), (28.05, 45.33), (27.90, 45.33), (27.88, 45.22))
ZONES = (
    Zone(id="tulcea-city", name={"ro": "Municipiul Tulcea", "en": "City of Tulcea"},
         rings_lonlat_deg=(TULCEA,), population=65_624, county="TL"),
    Zone(id="reni-town", name={"uk": "Рені", "en": "Reni"}, rings_lonlat_deg=(RENI,),
         population=17_736, county="OD"),
    Zone(id="braila-city", name={"ro": "Municipiul Brăila", "en": "City of Brăila"},
         rings_lonlat_deg=(BRAILA,), population=154_686, county="BR"),
)  # fmt: skip


def at(seconds: float) -> int:
    return T0_NS + round(seconds * S_NS)


def lively_night(step_s: float = 4.0) -> Night:
    """Return the night; its drafts are those that `write_lively` writes with their lives."""
    night = make_night(step_s=step_s)
    night.site = msgspec.structs.replace(night.site, zones=(*night.site.zones, *ZONES))
    night.assessments[:] = [[_assessed(a) for a in found] for found in night.assessments]
    night.drafts[:] = []
    return night


def write_lively(night: Night, folder: RunFolder, *, without: str = "") -> None:
    """Write the night as a pipeline would, lives and all; `without` decisions of one kind."""
    told = sorted(_told(), key=lambda item: item[0])
    told = [t for t in told if not isinstance(t[1], tuple) or t[1][0].choice != without]
    picture = entries.journal_assessments

    def with_lives(journal: Journal, t_ns: int, found, *, picture_idx: int) -> int:
        idx = picture(journal, t_ns, found, picture_idx=picture_idx)
        while told and told[0][0] <= t_ns:
            _write(journal, *told.pop(0))
        return idx

    entries.journal_assessments = with_lives
    try:
        write_night(night, folder)
    finally:
        entries.journal_assessments = picture


def _write(journal: Journal, t_ns: int, item: object) -> None:
    match item:
        case Draft():
            entries.journal_draft(journal, item)
        case Sent():
            entries.journal_sent(journal, item)
        case Alarm():
            entries.journal_alarm(journal, item)
        case Transition():
            entries.journal_transitions(journal, t_ns, [item])
        case (Decision() as decision, str(refused)):
            idx = entries.journal_decision(journal, t_ns, decision)
            if refused:
                entries.journal_refusal(journal, t_ns, decision_idx=idx, why=refused)


def _assessed(one: Assessment) -> Assessment:
    second = (one.t_ns - T0_NS) / S_NS
    changes: dict[str, object] = {}
    if one.track_id == 7 and LOST_S <= second < EXPLAINED_S:
        radius_m = 2_000 + 45.0 * (second - 1500)
        zones = ("reni-town", "tulcea-city") if radius_m > 6_000 else ("tulcea-city",)
        changes["reach"] = Reach(
            t_seen_ns=at(1500), centre_lonlat_deg=(28.97, 45.43), radius_m=radius_m,
            people=83_360 if len(zones) > 1 else 65_624, zones=zones,
        )  # fmt: skip
    if one.track_id == 6:
        changes["may_be"] = (MayBe(track_id=7, same_prob=0.62), MayBe(track_id=2, same_prob=0.11))
    if one.track_id == 4:
        crossing = msgspec.structs.replace(
            one.crossings[0], prob=(0.1, 0.2, 0.31), window_reason="manoeuvring",
            t_p05_ns=None, t_p50_ns=None, t_p95_ns=None,
        )  # fmt: skip
        changes |= {"crossings": (crossing,), "context": "manoeuvring"}
    if one.track_id == 5 and second > 1000:
        prob = min(0.93, second / 1500)
        changes["zones"] = (_zone_threat(one, "galati-city", prob),)
    if one.track_id == 3 and 500 < second < 1000:
        changes["zones"] = (_zone_threat(one, "reni-town", 0.55),)
    return msgspec.structs.replace(one, **changes)


def _zone_threat(one: Assessment, zone_id: str, prob: float) -> ZoneThreat:
    return ZoneThreat(
        track_id=one.track_id, zone_id=zone_id, radius_m=2000.0,
        within_s=(120.0, 300.0, 600.0, 1200.0), prob=(prob * 0.1, prob * 0.4, prob * 0.8, prob),
        t_p05_ns=one.t_ns + 240 * S_NS, t_p50_ns=one.t_ns + 400 * S_NS,
        t_p95_ns=one.t_ns + 700 * S_NS,
    )  # fmt: skip


def _texts(zone: str) -> tuple[AlertText, ...]:
    return (
        AlertText(language="ro-RO", headline=f"DRONĂ spre {zone}. ADĂPOSTIȚI-VĂ.",
                  description="O dronă se apropie; poate ajunge în 4–12 minute.",
                  instruction="Mergeți la subsol sau într-o cameră fără ferestre.", area=zone),
        AlertText(language="en-GB", headline=f"DRONE towards {zone}. TAKE SHELTER.",
                  description="A drone is approaching; it may arrive in 4-12 minutes.",
                  instruction="Go to a cellar or a room without windows.", area=zone),
        AlertText(language="uk-UA", headline=f"ДРОН у напрямку {zone}. В УКРИТТЯ.",
                  description="Наближається дрон; може бути тут за 4–12 хвилин.",
                  instruction="Ідіть у підвал або кімнату без вікон.", area=zone),
        AlertText(language="hu-HU", headline=f"DRÓN {zone} felé. MENJEN ÓVÓHELYRE.",
                  description="Drón közeledik; 4–12 perc múlva érhet ide.",
                  instruction="Menjen a pincébe vagy ablaktalan helyiségbe.", area=zone),
    )  # fmt: skip


class Story:
    """One draft and its steps, as (time, what to write) in the order of time."""

    def __init__(
        self, zone: str, level: Level, second: float, *, alarm: str, until_s: float,
        replaces: str = "", purpose: str = "warning", people: int = 217_851, added: int = 0,
    ) -> None:  # fmt: skip
        template = next(d for d in make_night(step_s=600.0).drafts if d.level == level)
        kind = "all_clear" if purpose == "all_clear" else level.lower()
        self.draft = msgspec.structs.replace(
            template, id=f"{zone}-{kind}-{second:.0f}", zone_id=zone, t_drafted_ns=at(second),
            t_expires_ns=at(until_s), texts=_texts(zone), population=people, replaces=replaces,
            population_added=added, alarm_id=alarm, purpose=purpose,
            reasons=() if purpose == "all_clear" else tuple(
                msgspec.structs.replace(reason, track_id=5 if zone == "galati-city" else 3)
                for reason in template.reasons
            ),
        )  # fmt: skip
        self.told: list[tuple[int, object]] = [(at(second), self.draft)]
        why = "nothing threatens, and nothing lost may be there" if not self.draft.reasons else (
            f"the policy asks for {level}")  # fmt: skip
        self.step(second, "draft", "draft", "tocsin", why)

    def step(self, second: float, before, after, by: str, why: str) -> "Story":
        step = Transition(
            t_ns=at(second), draft_id=self.draft.id, zone_id=self.draft.zone_id, before=before,
            after=after, by=by, why=why, tracks=(5,), evidence=((2, 0),),
        )  # fmt: skip
        self.told.append((at(second), step))
        return self

    def decide(self, second: float, by: str, choice="approve", why="", refused="") -> "Story":
        decision = Decision(t_ns=at(second), by=by, choice=choice, subject=self.draft.id, why=why)
        self.told.append((at(second), (decision, refused)))
        return self

    def send(self, second: float, by: str, why: str, *, replaces=()) -> "Story":
        t_ns, draft = at(second), self.draft
        sent = Sent(id=draft.id, draft=draft, t_sent_ns=t_ns, by=by, replaces=replaces)
        self.told.append((t_ns, sent))
        self.step(second, "draft", "approved", by, why)
        return self.step(second, "approved", "sent", by, why)


def _told() -> list[tuple[int, object]]:
    reni = Story("reni-town", "WARN", 560, alarm="OD-1", until_s=1600, people=17_736, added=412)
    reni.decide(575, ION).send(575, ION, "approved")
    reni.step(1130, "sent", "cleared", POPA, "seen to turn away; patrol confirms")
    over = Story("reni-town", "WARN", 1100, alarm="OD-1", until_s=1800, purpose="all_clear",
                 replaces=reni.draft.id, people=17_736)  # fmt: skip
    over.decide(1130, POPA, why="seen to turn away; patrol confirms")
    over.send(1130, POPA, "seen to turn away; patrol confirms",
              replaces=((reni.draft.id, at(575)),))  # fmt: skip
    tulcea = Story("tulcea-city", "PREPARE", 700, alarm="TL-1", until_s=1300, people=65_624)
    tulcea.decide(720, "A. Guest", refused="A. Guest has not the right to approve: not an approver")
    tulcea.step(1300, "draft", "lapsed", "tocsin", "nobody decided in time")
    braila = Story("braila-city", "WARN", 1250, alarm="BR-1", until_s=1850, people=154_686)
    braila.decide(1275, POPA, "reject", "two crop drones, seen by a patrol")
    braila.step(1275, "draft", "rejected", POPA, "two crop drones, seen by a patrol")
    one = Story("galati-city", "PREPARE", 1040, alarm="GL-1", until_s=1640)
    one.decide(1055, ION).send(1055, ION, "approved")
    two = Story("galati-city", "WARN", 1160, alarm="GL-1", until_s=1760, replaces=one.draft.id,
                added=3_410)  # fmt: skip
    two.decide(1172, ION).decide(1181, POPA)
    two.send(1181, f"{ION} and {POPA}", "approved", replaces=((one.draft.id, at(1055)),))
    one.step(1181, "sent", "updated", "tocsin", f"updated by {two.draft.id}")
    three = Story("galati-city", "LAST_CALL", 1400, alarm="GL-1", until_s=1780,
                  replaces=two.draft.id, added=3_410)  # fmt: skip
    authority = f"standing authority of {ION} (2026-05-28)"
    three.send(1400, authority, "a standing authority is in force",
               replaces=((two.draft.id, at(1181)),))  # fmt: skip
    two.step(1400, "sent", "updated", "tocsin", f"updated by {three.draft.id}")
    three.step(1780, "sent", "lapsed", "tocsin", "its time ran out; this is no all-clear")
    grant = Decision(t_ns=at(30), by=ION, choice="grant", subject="LAST_CALL", why="night duty")
    explain = Decision(t_ns=at(EXPLAINED_S), by=POPA, choice="explain", subject="7",
                       why="fallen into the river, found by the border police")  # fmt: skip
    alarms = [
        Alarm(id="OD-1", area_id="OD", level="WARN", t_ns=at(560), zones=("reni-town",),
              why="1 track"),
        Alarm(id="TL-1", area_id="TL", level="PREPARE", t_ns=at(700), zones=("tulcea-city",),
              why="2 tracks"),
        Alarm(id="GL-1", area_id="GL", level="PREPARE", t_ns=at(1040), zones=("galati-city",),
              why="1 track"),
        Alarm(id="GL-1", area_id="GL", level="LAST_CALL", t_ns=at(1400), zones=("galati-city",),
              why="raised from WARN"),
    ]  # fmt: skip
    stories = (reni, over, tulcea, braila, one, two, three)
    told = [item for story in stories for item in story.told]
    told += [(alarm.t_ns, alarm) for alarm in alarms]
    return [*told, (at(30), (grant, "")), (at(EXPLAINED_S), (explain, ""))]
