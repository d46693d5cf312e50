"""Text files in old encodings: UTF-8 copies in a temporary folder, which DuckDB can read."""

import codecs
import shutil
from collections.abc import Mapping
from pathlib import Path

from tasks.importing.config import AUTO, SourceConfig
from tasks.importing.encodings import TEXT_FILES, encoding_of, is_utf8
from tasks.importing.errors import SourceError


def encodings_of(data: Path, config: SourceConfig) -> dict[str, str]:
    """By file, relative to the data folder: the encoding of those that have to be transcoded."""
    found = dict(config.encodings)
    if config.encoding == "utf-8":
        return found
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        if name not in found and path.suffix.lower() in TEXT_FILES and path.is_file() and not is_utf8(path):
            found[name] = encoding_of(path) if config.encoding == AUTO else config.encoding
    return found


def in_utf8(data: Path, encodings: Mapping[str, str], target: Path) -> Path:
    """The data folder itself; or, when files have to be transcoded, a copy made of links and of those files.

    Raises:
        SourceError: a file is missing, its encoding is not known, or it is not in that encoding.
    """
    if not encodings:
        return data
    for path in sorted(data.rglob("*")):
        link = target / path.relative_to(data)
        if path.is_file() and path.relative_to(data).as_posix() not in encodings:
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
    for name, encoding in encodings.items():
        _transcode(data / name, encoding, target / name)
    return target


def _transcode(path: Path, encoding: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        codecs.lookup(encoding)
        with (
            path.open(encoding=encoding, newline="") as old,
            target.open("w", encoding="utf-8", newline="") as new,
        ):
            shutil.copyfileobj(old, new)
    except LookupError:
        raise SourceError(
            f"source.toml: encodings: {encoding!r} is none; write for instance cp1250"
        ) from None
    except FileNotFoundError:
        raise SourceError(f"source.toml: encodings: there is no {path.name} in {path.parent}") from None
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        raise SourceError(
            f"{path.name}: is not {encoding} ({place}); mend its line under [encodings]"
        ) from None
