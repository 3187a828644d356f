"""What a record does not say, so that nobody reads it into the page."""

from tocsin.show.flown import Flown
from tocsin.show.night import Night
from tocsin.show.told import all_passages, passages
from tocsin.show.told_alerts import alerts_unknown
from tocsin.show.words import count


def unknowns(night: Night, flown: list[Flown], *, truth_known: bool) -> list[str]:
    """Return what this record does not say, so that nobody reads it into the page."""
    silent = [a for a in night.sensors if a.silences or a.last is None]
    no_height = sum(not f.height_known for f in flown)
    lost = sum(f.status[-1] in {2, 3} for f in flown)
    conflicts = [f.track_id for f in flown if f.conflict]
    unread = sum(row.number for row in night.rejects)
    told = [
        "Who flew anything here, from where and for what: this record holds movements, not "
        "intent, and does not name an operator."
    ]
    if no_height:
        told.append(
            f"The height of {count(no_height, 'track')}: no sensor measured it. Whether such a "
            "track could have been seen elsewhere, lower or higher, is not known either."
        )
    if silent:
        told.append(
            f"What {count(len(silent), 'silent sensor')} would have seen "
            f"({', '.join(a.sensor.id for a in silent)}). A silent sensor is no evidence of "
            "absence; the timeline shows when."
        )
    if lost:
        told.append(
            f"Where {count(lost, 'track')} went after the last measurement. A lost track is not "
            "an all-clear."
        )
    if unseen := _unseen(night, flown):
        names = ", ".join(str(number) for number in unseen[:8])
        more = f" and {len(unseen) - 8} more" if len(unseen) > 8 else ""
        told.append(
            f"Whether track {names}{more} came inside a border: the picture carried it over the "
            "line after its last measurement, and no sensor saw it there."
        )
    if conflicts:
        names = ", ".join(str(c) for c in conflicts[:8])
        told.append(
            f"The identity of track {names}: the claim does not fit the movement or is double."
        )
    if unread:
        told.append(
            f"What stood in {count(unread, 'piece')} of input that could not be read; the bytes "
            "are in the journal."
        )
    told += alerts_unknown(night)
    told += [
        f"Which line is legally the border {b.id}: drawn from {b.source} ({b.vintage}), "
        f"1-sigma {b.sigma_m:g} m as the site states."
        for b in night.site.borders
    ]
    told.append(
        "How well the tracker did: see scores.json beside this page."
        if truth_known
        else "The truth: nothing here was checked against what really flew."
    )
    return told


def _unseen(night: Night, flown: list[Flown]) -> list[int]:
    """Return the tracks that came inside only as carried forward."""
    seen = {p.flown.track_id for p in passages(night, flown)}
    return sorted({p.flown.track_id for p in all_passages(night, flown)} - seen)
