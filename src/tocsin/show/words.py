"""Times, durations and numbers as the report prints them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.model.units import S_NS


class LocalTime:
    """Local time of a site; says so where the zone is not known on this machine."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._info = _zone_info(zone)

    @property
    def known(self) -> bool:
        """Say whether local times can be given."""
        return self._info is not None

    def at(self, t_ns: int) -> datetime | None:
        """Return the local time, or None where the zone is not known."""
        return None if self._info is None else utc(t_ns).astimezone(self._info)

    def offset_s(self, t_ns: int) -> int | None:
        """Return how far local time is ahead of UTC, in seconds."""
        local = self.at(t_ns)
        ahead = None if local is None else local.utcoffset()
        return None if ahead is None else int(ahead.total_seconds())

    def clock(self, t_ns: int) -> str:
        """Return `HH:MM:SS UTC (HH:MM:SS EEST)`."""
        local = self.at(t_ns)
        told = "" if local is None else f" ({local:%H:%M:%S %Z})"
        return f"{utc(t_ns):%H:%M:%S} UTC{told}"

    def between(self, from_ns: int, to_ns: int) -> str:
        """Return `between HH:MM:SS and HH:MM:SS UTC (HH:MM:SS and HH:MM:SS EEST)`."""
        told = f"between {utc(from_ns):%H:%M:%S} and {utc(to_ns):%H:%M:%S} UTC"
        begin, end = self.at(from_ns), self.at(to_ns)
        if begin is None or end is None:
            return told
        return f"{told} ({begin:%H:%M:%S} and {end:%H:%M:%S %Z})"

    def span(self, from_ns: int, to_ns: int) -> str:
        """Return the span in local time with its date, or words that it is not known."""
        begin, end = self.at(from_ns), self.at(to_ns)
        if begin is None or end is None:
            return (
                "local time zone not recorded" if not self.zone else f"{self.zone}: not known here"
            )
        return f"{_dated(begin, end)} {begin:%Z}"


def _zone_info(zone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def utc(t_ns: int) -> datetime:
    """Return the time, to the microsecond, as an aware datetime."""
    return datetime.fromtimestamp(t_ns // S_NS, UTC).replace(microsecond=t_ns % S_NS // 1000)


def utc_span(from_ns: int, to_ns: int) -> str:
    """Return `28 May 2026, 22:35:00 to 23:05:00 UTC`."""
    return f"{_dated(utc(from_ns), utc(to_ns))} UTC"


def _dated(begin: datetime, end: datetime) -> str:
    tail = f"{end:%H:%M:%S}" if begin.date() == end.date() else f"{end.day} {end:%b %H:%M:%S}"
    return f"{begin.day} {begin:%b %Y, %H:%M:%S} to {tail}"


def duration(span_ns: int) -> str:
    """Return `45 s`, `4 min 10 s` or `2 h 05 min`."""
    seconds = round(span_ns / S_NS)
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def ahead(early_ns: int, late_ns: int) -> str:
    """Return `in 4 to 9 min`; one number where both ends round to it."""
    early, late = (f"{max(0.0, ahead_ns / S_NS / 60):.0f}" for ahead_ns in (early_ns, late_ns))
    if early != late:
        return f"in {early} to {late} min"
    return f"in about {late} min" if late != "0" else "in less than 1 min"


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 track`, `2 tracks`, `no tracks`."""
    if number == 1:
        return f"1 {one}"
    return f"{thousands(number) if number else 'no'} {many or one + 's'}"


def first_upper(text: str) -> str:
    """Return the text with its first letter large and the rest as it is."""
    return text[:1].upper() + text[1:]


def thousands(number: int) -> str:
    """Return the number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def chance(event_prob: float) -> str:
    """Return a probability in percent; never 0 % or 100 %, which no estimate can claim."""
    if event_prob < 0.01:
        return "under 1 %"
    return "over 99 %" if event_prob > 0.99 else f"{event_prob:.0%}".replace("%", " %")


def zone_name(by_language: dict[str, str], zone_id: str = "") -> str:
    """Return a zone's name for this page, which is in English; else all its names."""
    return by_language.get("en") or ", ".join(dict.fromkeys(by_language.values())) or zone_id
