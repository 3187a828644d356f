"""Assessments, zones and places made by hand, so that thresholds can be hit exactly."""

import msgspec
import pytest

from tocsin.model.alert import Decision
from tocsin.model.place import Place, Zone
from tocsin.model.threat import Assessment, ClassBelief, Crossing, Reach, Threat
from tocsin.model.units import S_NS
from tocsin.warn.ground import ground_of
from tocsin.warn.policy import Policy
from tocsin.warn.stage import WarnState, decide, step

T0_NS = 1_780_000_000_000_000_000
HORIZONS_S = (120.0, 300.0, 600.0, 900.0, 1200.0)


def place_of(number: int, zone: str) -> Place:
    return Place(
        id=f"p{number}",
        name=f"Măcin {number}",
        name_en=f"Macin {number}",
        lat_deg=45.2,
        lon_deg=28.1,
        pos_site_m=(0.0, 0.0),
        population=100,
        country="RO",
        zone=zone,
    )


def zone_of(name: str) -> Zone:
    ring = ((28.0, 45.0), (28.3, 45.0), (28.3, 45.2), (28.0, 45.2), (28.0, 45.0))
    return Zone(
        id=name,
        name={"ro": f"județul {name}", "en": f"{name} county"},
        rings_lonlat_deg=(ring,),
        population=5000,
    )


@pytest.fixture(scope="session")
def ground():
    """Two zones with two places each, and a place in no zone; synthetic."""
    zones = (zone_of("galati"), zone_of("tulcea"))
    places = (
        place_of(1, "galati"),
        place_of(2, "galati"),
        place_of(3, "tulcea"),
        place_of(4, "tulcea"),
        place_of(5, ""),
    )
    return ground_of(zones, places, synthetic=True)


@pytest.fixture(scope="session")
def assessment_of():
    """Return a maker of assessments: a drone that threatens places with given probabilities.

    `probs` are those within 5, 10 and 20 minutes; the window is in minutes from `t_ns`.
    """

    def make(track_id=1, t_ns=T0_NS, places=("p1",), probs=(0.0, 0.0, 0.0), **changes):
        window = changes.pop("window_min", (6.0, 9.0))
        early_ns, late_ns = (
            (None, None)
            if window is None
            else tuple(t_ns + round(minute * 60 * S_NS) for minute in window)
        )
        five, ten, twenty = probs
        told = (0.0, five, ten, (ten + twenty) / 2.0, twenty)
        threats = tuple(
            Threat(
                track_id=track_id,
                place_id=place_id,
                radius_m=3000.0,
                within_s=HORIZONS_S,
                prob=told,
                t_p05_ns=early_ns,
                t_p50_ns=early_ns,
                t_p95_ns=late_ns,
            )
            for place_id in places
        )
        crossing = Crossing(
            track_id=track_id,
            border_id="line",
            within_s=HORIZONS_S,
            prob=(0.0, 0.3, 0.6, 0.7, 0.8),
            t_p05_ns=early_ns,
            t_p50_ns=early_ns,
            t_p95_ns=late_ns,
            window_reason="" if window else "manoeuvring: 12% of its futures cross",
            state=changes.pop("state", "outside"),
        )
        fields = {
            "track_id": track_id,
            "t_ns": t_ns,
            "exists_prob": 0.99,
            "noncooperative_prob": 0.98,
            "classes": ClassBelief(
                drone_prob=0.88,
                slow_aircraft_prob=0.08,
                jet_prob=0.01,
                bird_prob=0.01,
                other_prob=0.02,
            ),
            "context": "straight",
            "seen_s": 240.0,
            "crossings": (crossing,),
            "threats": threats,
            "evidence": ((7, track_id), (8, 2)),
        }
        return Assessment(**(fields | changes))

    return make


class Watch:
    """A night on watch: looks and decisions one after the other, and all that came of them."""

    def __init__(self, ground, policy) -> None:
        self.ground, self.policy, self.t_ns, self.t_look_ns = ground, policy, T0_NS, T0_NS
        self.state = WarnState()
        self.drafts, self.transitions, self.sent, self.alarms = [], [], [], []

    def look(self, *assessments, times=1, every_s=5.0):
        """Take the same look some times; return the last outcome."""
        for _ in range(times):
            now = tuple(
                msgspec.structs.replace(a, t_ns=self.t_ns if a.reach is None else a.t_ns)
                for a in assessments
            )
            self.state, outcome = step(self.state, self.t_ns, now, self.ground, self.policy)
            self._note(outcome)
            self.t_look_ns = self.t_ns
            self.t_ns += round(every_s * S_NS)
        return outcome

    def say(self, choice, subject, *, by="Ana", why=""):
        """Let somebody decide; return the outcome."""
        decision = Decision(t_ns=self.t_ns, by=by, choice=choice, subject=subject, why=why)
        self.state, outcome = decide(self.state, decision, self.ground, self.policy)
        self._note(outcome)
        return outcome

    def stages(self, draft_id):
        """Return what a draft has gone through."""
        return [t.after for t in self.transitions if t.draft_id == draft_id]

    def _note(self, outcome) -> None:
        self.drafts += outcome.drafts
        self.transitions += outcome.transitions
        self.sent += outcome.sent
        self.alarms += outcome.alarms


@pytest.fixture(scope="session")
def watching():
    """Return what begins a night: of a ground and a policy."""
    return Watch


@pytest.fixture
def watch(ground):
    """Return a night with two approvers, on which five minutes of calm are enough."""
    return Watch(ground, Policy(approvers=("Ana", "Ion"), all_clear_after_s=300.0))


@pytest.fixture(scope="session")
def lost_of(assessment_of):
    """Return a maker of lost tracks: not seen for a while, somewhere within a radius."""

    def make(track_id=1, zones=("galati",), radius_m=3000.0, t_seen_ns=T0_NS, **changes):
        reach = Reach(
            t_seen_ns=t_seen_ns,
            centre_lonlat_deg=changes.pop("centre", (28.1, 45.1)),
            radius_m=radius_m,
            people=5000 * len(zones),
            zones=zones,
        )
        return assessment_of(
            track_id=track_id, places=(), reach=reach, context="lost", t_ns=t_seen_ns, **changes
        )

    return make
