from models.errors import MendError


class SourceError(MendError):
    """The source cannot be read. The message names the file and the fix, and quotes no value of the data."""
