"""The errors of Seguito, by what whoever catches one does next. Their messages say what a person can do."""


class SeguitoError(Exception):
    """Something that was foreseen went wrong; its message is for a person, and gives away no secret."""


class TryLaterError(SeguitoError):
    """Something outside does not answer, or asks for patience: what was to be done is still to do, at the next run."""


class MendError(SeguitoError):
    """A person has to mend a file, a setting or the machine; until then trying again changes nothing."""


class RefusedError(SeguitoError, ValueError):
    """What was asked for cannot be done, and nothing was: tell whoever asked, who may ask differently."""


class RowError(SeguitoError, ValueError):
    """One row, cell or address cannot be used: it is set aside with its reason, and all others go on."""
