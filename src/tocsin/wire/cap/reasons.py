"""Every reason why an alert is found wanting: how grave, what it means, what to do.

`reading` is the severity for what others sent: an error is what a receiver could misunderstand
or could not use at all; old forms and blemishes are warnings. `sending` is the severity for what
we send, where nearly everything is an error. `checklist` names the reason of the public
checklist of the google/cap-library project that it covers (`CapException.ReasonType`).
"""

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Reason(msgspec.Struct, frozen=True):
    """One row of the table."""

    meaning: str
    remedy: str
    reading: Severity = "error"
    sending: Severity = "error"
    checklist: str = ""


def _blemish(meaning: str, remedy: str, checklist: str = "") -> Reason:
    """Return a reason that is a warning on what we read, an error on what we send."""
    return Reason(meaning, remedy, "warning", "error", checklist)


FILE = {
    "too-large": Reason("larger than any alert", "Ask the sender for a smaller file."),
    "not-xml": Reason(
        "not well-formed XML", "Ask the sender for the file again.", checklist="OTHER"
    ),
    "bomb": Reason(
        "built to exhaust whoever reads it",
        "Do not open it and do not pass it on; ask the sender by another way.",
    ),
    "doctype": Reason("a document type declaration", "Trust nothing of it; ask the sender."),
    "too-many-elements": Reason("more elements than any alert", "Ask the sender."),
    "too-many-points": Reason("more points than any alert", "Simplify the polygons."),
    "not-cap": Reason("no CAP alert", "Name a file whose root element is a CAP alert."),
    "old-version": _blemish("an old version of CAP", "Send CAP 1.2."),
}

STRUCTURE = {
    "missing-element": Reason(
        "a required element is missing", "Add it.", checklist="MISSING_REQUIRED_ELEMENT"
    ),
    "empty-element": Reason("a required element is empty", "Fill it."),
    "empty-optional": _blemish("an optional element is empty", "Leave it out."),
    "duplicate-element": Reason(
        "an element stands more often than it may", "Keep one.", checklist="DUPLICATE_ELEMENT"
    ),
    "wrong-order": Reason(
        "elements are not in the standard's order",
        "Put them in order.",
        checklist="INVALID_SEQUENCE",
    ),
    "unknown-element": Reason(
        "an element that CAP does not have", "Take it out.", checklist="UNSUPPORTED_ELEMENT"
    ),
    "foreign-element": _blemish(
        "an element of another vocabulary",
        "Put extra facts into parameter.",
        "UNSUPPORTED_ELEMENT",
    ),
    "foreign-attribute": _blemish("an attribute; CAP has none", "Take it out."),
    "stray-text": Reason("text between elements", "Take it out.", checklist="INVALID_CHARACTERS"),
    "markup-in-text": Reason(
        "elements inside a text", "Write plain text.", checklist="INVALID_CHARACTERS"
    ),
    "password": Reason(
        "a password, which CAP dropped",
        "Take it out; sign instead.",
        checklist="PASSWORD_DEPRECATED",
    ),
    "bad-value": Reason(
        "a value outside the standard's list", "Use a listed value.", checklist="INVALID_ENUM_VALUE"
    ),
    "very-likely": _blemish(
        "certainty Very Likely, dropped since CAP 1.0",
        "Use Likely.",
        "CERTAINTY_VERY_LIKELY_DEPRECATED",
    ),
}

MESSAGE = {
    "bad-identifier": Reason(
        "spaces, commas, < or & in the identifier",
        "Use letters, digits, points and hyphens.",
        checklist="INVALID_IDENTIFIER",
    ),
    "bad-sender": Reason(
        "spaces, commas, < or & in the sender",
        "Use letters, digits, points, @ and hyphens.",
        checklist="INVALID_SENDER",
    ),
    "references-missing": Reason(
        "Update, Cancel, Ack or Error about nothing",
        "Name what it is about as sender,identifier,sent.",
    ),
    "bad-references": _blemish(
        "a reference that is not sender,identifier,sent",
        "Write sender,identifier,sent, a space between references.",
        "INVALID_REFERENCES",
    ),
    "circular-reference": Reason(
        "it refers to itself", "Refer to the earlier message.", checklist="CIRCULAR_REFERENCE"
    ),
    "postdated-reference": _blemish(
        "it refers to a message that was sent later",
        "Compare the clocks; refer to earlier ones.",
        "POSTDATED_REFERENCE",
    ),
    "duplicate-reference": _blemish("the same reference twice", "Keep one."),
    "references-on-alert": _blemish(
        "a first Alert refers to others", "Make it an Update, or take the references out."
    ),
    "error-without-note": _blemish("an Error message without note", "Say in note what failed."),
    "exercise-without-note": _blemish("an exercise without note", "Name the exercise in note."),
    "draft-public": _blemish("a draft for the public", "Set scope Restricted, or approve it."),
    "synthetic-actual": Reason(
        "it is Actual and says that it was made from invented data", "Set status Exercise."
    ),
    "restriction-without-scope": Reason(
        "restriction, but scope is not Restricted",
        "Set scope Restricted, or take the restriction out.",
        checklist="RESTRICTION_SCOPE_MISMATCH",
    ),
    "restriction-missing": Reason(
        "scope Restricted without restriction",
        "Say who may have it.",
        checklist="RESTRICTION_SCOPE_MISMATCH",
    ),
    "addresses-missing": Reason("scope Private without addresses", "Name the receivers."),
    "info-missing": _blemish("an Alert or Update that tells nothing", "Add an info block."),
    "all-clear-on-alert": _blemish(
        "responseType AllClear in a message that replaces nothing",
        "Send it as Update with references.",
    ),
    "all-clear-mixed": Reason(
        "AllClear beside a response that asks people to act", "Keep one of the two."
    ),
    "all-clear-urgent": _blemish(
        "AllClear with urgency or severity of a danger", "Set urgency Past, severity Minor."
    ),
    "cancel-asks-action": _blemish(
        "a Cancel that asks people to act", "Send an Update, or take the response out."
    ),
}

TIMES = {
    "bad-time": Reason(
        "a time that cannot be read",
        "Write it as 2002-05-24T16:49:00-07:00.",
        checklist="INVALID_DATE",
    ),
    "time-z": _blemish("a time that ends in Z", "Write -00:00.", "INVALID_DATE"),
    "time-fraction": _blemish(
        "a time with a fraction of a second", "Write whole seconds.", "INVALID_DATE"
    ),
    "time-plus-zero": _blemish("UTC written as +00:00", "Write -00:00."),
    "expires-missing": _blemish("no end", "Set expires."),
    "expires-before-sent": Reason("over before it was sent", "Mend expires or sent."),
    "expires-before-effective": Reason("over before it begins", "Mend expires or effective."),
    "expires-before-onset": Reason("over before the event begins", "Mend expires or onset."),
    "effective-before-sent": _blemish(
        "in force over a day before it was sent", "Mend effective or sent."
    ),
    "onset-before-effective": _blemish(
        "the event begins before the message is in force", "Mend onset or effective."
    ),
    "sent-in-future": _blemish("sent after the time of checking", "Compare the clocks."),
}

WORDS = {
    "bad-language": Reason(
        "no language tag that is registered",
        "Write it as ro-RO or en (RFC 3066).",
        checklist="INVALID_LANGUAGE",
    ),
    "duplicate-language": _blemish(
        "two info blocks in the same language", "One info block a language."
    ),
    "same-text": _blemish(
        "the same text in two languages", "Translate it.", "SAME_TEXT_DIFFERENT_LANGUAGE"
    ),
    "html-tags": _blemish("HTML tags in a text", "Write plain text.", "TEXT_CONTAINS_HTML_TAGS"),
    "html-entities": _blemish(
        "HTML entities in a text", "Write the letters themselves.", "TEXT_CONTAINS_HTML_ENTITIES"
    ),
    "control-characters": _blemish(
        "characters that cannot be seen or spoken", "Take them out.", "INVALID_CHARACTERS"
    ),
    "text-missing": _blemish(
        "a part of the message is missing", "Write headline, description and instruction."
    ),
    "too-long": _blemish("a text that nobody will read", "Shorten it."),
}

AGREEMENT = {
    "event-mismatch": _blemish(
        "info blocks about different events", "One alert, one event: send two alerts."
    ),
    "grading-mismatch": _blemish(
        "languages differ in urgency, severity, certainty or response", "Say the same in each."
    ),
    "time-mismatch": _blemish("languages differ in their times", "Say the same in each."),
    "area-mismatch": _blemish("languages differ in their areas", "Say the same in each."),
}

LINKS = {
    "bad-web": Reason("web is no absolute address", "Write https://...", checklist="INVALID_WEB"),
    "bad-uri": Reason(
        "uri is no address",
        "Write an absolute or a relative address.",
        checklist="INVALID_URI, INVALID_RESOURCE_URI",
    ),
    "relative-uri": Reason(
        "a relative uri without the content itself",
        "Add derefUri, or write the whole address.",
        checklist="RELATIVE_URI_MISSING_DEREF_URI",
    ),
    "bad-mime-type": Reason(
        "no media type", "Write it as image/png.", checklist="INVALID_MIME_TYPE"
    ),
    "bad-size": Reason(
        "size is no number of bytes", "Write digits.", checklist="INVALID_RESOURCE_SIZE"
    ),
    "bad-content": Reason(
        "derefUri is not base64", "Encode the content.", checklist="INVALID_DEREF_URI"
    ),
    "bad-digest": _blemish("digest is no SHA-1 (40 hexadecimal digits)", "Work it out again."),
    "digest-mismatch": Reason("the content is not what digest or size say", "Trust neither."),
}

AREAS = {
    "area-missing": _blemish("no area", "Say where."),
    "area-without-geometry": _blemish(
        "an area with neither polygon, circle nor geocode", "Add a polygon."
    ),
    "bad-polygon": Reason(
        "a polygon that cannot be read", "Write lat,lon lat,lon ...", checklist="INVALID_POLYGON"
    ),
    "too-few-points": Reason(
        "a polygon of under four points",
        "Three corners and the first again.",
        checklist="INVALID_POLYGON",
    ),
    "open-polygon": Reason(
        "the last point is not the first", "Close the ring.", checklist="INVALID_POLYGON"
    ),
    "out-of-range": Reason(
        "no place on Earth",
        "Latitude -90 to 90 first, then longitude -180 to 180.",
        checklist="INVALID_POLYGON",
    ),
    "self-crossing": Reason(
        "the outline crosses or touches itself",
        "Order the corners along the outline.",
        checklist="INVALID_POLYGON_SELF_INTERSECTION",
    ),
    "flat-polygon": Reason(
        "a polygon without extent", "Give it three corners.", checklist="INVALID_POLYGON"
    ),
    "swapped-coordinates": Reason(
        "latitude and longitude are probably swapped", "Write latitude first."
    ),
    "out-of-region": _blemish("outside the region of the sender", "Check the place."),
    "too-many-corners": Reason(
        "more corners than networks take", "Simplify the polygon.", "warning", "error"
    ),
    "bad-circle": Reason(
        "a circle that cannot be read", "Write lat,lon radius_km.", checklist="INVALID_CIRCLE"
    ),
    "flat-circle": _blemish("a circle without extent", "Give it a radius in kilometres."),
    "bad-height": Reason(
        "altitude or ceiling is no number", "Write feet above sea level.", checklist="INVALID_VALUE"
    ),
    "ceiling-without-altitude": Reason(
        "ceiling without altitude", "Add altitude.", checklist="INVALID_AREA"
    ),
    "ceiling-below-altitude": Reason(
        "ceiling below altitude", "Swap or mend them.", checklist="INVALID_ALTITUDE_CEILING_RANGE"
    ),
}

GROUPS: dict[str, dict[str, Reason]] = {
    "The file": FILE,
    "Structure": STRUCTURE,
    "The message": MESSAGE,
    "Times": TIMES,
    "Words and languages": WORDS,
    "Info blocks against each other": AGREEMENT,
    "Links and files": LINKS,
    "Areas": AREAS,
}
REASONS: dict[str, Reason] = {code: row for group in GROUPS.values() for code, row in group.items()}
