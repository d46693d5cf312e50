class SourceError(Exception):
    """The source cannot be read. The message names the file and the fix, and quotes no value of the data."""
