"""English."""

from tocsin.warn.words.language import AllClear, Form, Language, Officer


def plural(count: int) -> Form:
    """Return `one` for 1, else `many` (CLDR)."""
    return "one" if count == 1 else "many"


_MINUTES: dict[Form, str] = {"one": "{n} minute", "many": "{n} minutes"}

ENGLISH = Language(
    tag="en-GB",
    plural=plural,
    minutes=_MINUTES,
    minutes_within=_MINUTES,
    within="within {last}",
    between="in {first} to {last}",
    exercise="EXERCISE (invented data). ",
    update="Update. ",
    drone="possible DRONE",
    drones={"one": "{n} possible DRONE", "many": "{n} possible DRONES"},
    headline={
        "PREPARE": "Prepare: {drones}, {zone}",
        "WARN": "Warning: {drones}, {zone}. GO INDOORS",
        "LAST_CALL": "Alarm: {drones}, {zone}. TAKE SHELTER NOW",
    },
    source="Source: {source}.",
    hazard="Hazard: {drones}; debris may fall or there may be an explosion.",
    location="Location: {zone}.",
    location_place="Location: {zone}, above all near {place}.",
    guidance={
        "PREPARE": (
            "What to do: this message is for the duty services only, not for the public. Check "
            "the means of alarm and make sure that the person who approves can be reached."
        ),
        "WARN": (
            "What to do: GO INDOORS, into a solid building or a shelter, and stay away from "
            "windows and outer walls. If you see debris, do not touch it and call 112."
        ),
        "LAST_CALL": (
            "What to do: TAKE SHELTER NOW in the nearest shelter or deep inside a building, away "
            "from windows and outer walls. If you are outside with nowhere to go, LIE DOWN. If you "
            "see debris, do not touch it and call 112."
        ),
    },
    arrival="Time: possible passage {span} from this message.",
    arrival_unknown="Time: the moment of passage cannot be told.",
    valid="Valid for {minutes}; the danger may last longer.",
    all_clear=AllClear(
        headline="All clear: DRONE warning ended, {zone}",
        hazard="Hazard: DRONE warning ended.",
        known="What is known: {facts}.",
        left={
            "one": "{n} drone was seen to leave the area",
            "many": "{n} drones were seen to leave the area",
        },
        explained={"one": "{n} case was explained", "many": "{n} cases were explained"},
        decided="the person in charge has ended the warning",
        guidance={
            "PREPARE": (
                "What to do: this message is for the duty services only, not for the public. End "
                "the readiness for this warning. If you see debris, do not touch it and call 112."
            ),
            "WARN": (
                "What to do: you may leave shelter. DO NOT TOUCH debris or unknown objects, they "
                "may explode. Keep away and call 112."
            ),
            "LAST_CALL": (
                "What to do: you may leave shelter. DO NOT TOUCH debris or unknown objects, they "
                "may explode. Keep away and call 112."
            ),
        },
        time="Time: from this message on. If there is a new danger, you will be warned again.",
    ),
    officer=Officer(
        kinds={
            "drone_prob": "a drone",
            "slow_aircraft_prob": "a slow aircraft",
            "jet_prob": "a jet",
            "bird_prob": "a bird",
            "other_prob": "something else",
        },
        track="Track {id}, probably {kind} ({kind_prob}), without a believed transponder",
        lost=" (contact lost, position estimated)",
        passes=": {prob} chance of passing within {radius_km:g} km of {place} inside {within}",
        whole=" ({prob} for the zone as a whole)",
        arrives="; if it does, {span}",
        no_arrival="; when cannot be told",
        crosses=". {prob} chance of crossing the border",
        crosses_when=", {span}",
        inside=". It is already inside the border",
        at_border=". It is at the border",
        reach=(
            ". Last seen {ago} ago; by now it may be up to {radius_km} km from there, a region "
            "with a population of {people}"
        ),
        may_be=". It may be the same as track {id} ({prob})",
        thousands=",",
    ),
)
