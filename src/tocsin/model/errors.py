"""The error tree: one clear line each, saying what, where and what to do.

    TocsinError
    ├── BadInput      the bytes or file handed in cannot be used
    ├── BadSettings   a site, scenario or option is wrong
    └── BadStorage    the journal or run folder cannot be written or read

A single bad message is not an error but a value: see `tocsin.model.raw.Rejected`.
"""


class TocsinError(Exception):
    """Say what is wrong, where it is and how to mend it, in one line."""

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(f"{where}: {what}. {remedy}")


class BadInput(TocsinError):
    """The bytes or file handed in cannot be used."""


class BadSettings(TocsinError):
    """A site, a scenario or an option is wrong."""


class BadStorage(TocsinError):
    """The journal or the run folder cannot be written or read."""
