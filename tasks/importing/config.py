"""`source.toml`: what a source says of itself."""

import codecs
import os
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from models import languages
from tasks.importing.errors import SourceError
from tasks.importing.places import read_country, read_zone

AUTO = "auto"
FIRST_IMPORT = "first-import"
"""The value of a variable that stands for the local day of the first import."""


def _written(text: str) -> str:
    code = languages.read(text)
    if code not in languages.CODES:
        raise ValueError(f"is a language without texts; write one of {', '.join(languages.CODES)}")
    return code


def _encoding(text: str) -> str:
    if text == AUTO:
        return text
    try:
        return codecs.lookup(text).name
    except LookupError:
        raise ValueError(f"is no encoding; write {AUTO}, or a name such as cp1250") from None


class SourceConfig(BaseModel):
    """The settings of a source: defaults for empty columns, and where its SELECTs run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: Annotated[str, AfterValidator(read_zone)]
    """IANA name; resolves naive times."""
    country: Annotated[str, AfterValidator(read_country)]
    language: Annotated[str, AfterValidator(_written)]
    language_else: Annotated[str, AfterValidator(_written)] = languages.ELSE
    """For whoever speaks a language that is not written here."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    url: str | None = None
    """SQLAlchemy address, or `env:NAME`; without it the SELECTs run in DuckDB over files."""
    variables: dict[str, str] = {}
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    """Of text files that are not UTF-8: a name that Python knows, or `auto`: each is judged by its letters."""
    complete: bool | None = None
    """Whether every export has all rows, so that one that is missing is gone; None: that is seen from what comes."""
    encodings: dict[str, str] = {}
    """By file, for those that are not UTF-8: any name Python knows, such as `cp1250`."""


def read_config(folder: Path) -> SourceConfig:
    """Read `source.toml`.

    Raises:
        SourceError: the folder or the file is missing, is no TOML, or says something that cannot hold.
    """
    path = folder / "source.toml"
    try:
        return SourceConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}); a source is a folder with this file"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: is no TOML: {error}") from error
    except ValidationError as error:
        problems = (f"{path}: {_place(item['loc'])}: {_said(item['msg'])}" for item in error.errors())
        raise SourceError("\n".join(problems)) from error


def address_of(config: SourceConfig, folder: Path) -> str | None:
    """The database address of a source; `env:NAME` is looked up here alone, so that no file holds a password.

    Raises:
        SourceError: the variable is not set.
    """
    if config.url is None or not config.url.startswith("env:"):
        return config.url
    name = config.url.removeprefix("env:")
    if not (value := os.environ.get(name)):
        raise SourceError(f"{folder / 'source.toml'}: url: the environment variable {name} is empty; set it")
    return value


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)


def _said(message: str) -> str:
    return {
        "Field required": "is missing; add it",
        "Extra inputs are not permitted": "is not known; take it out, or mend its name",
    }.get(message, message.removeprefix("Value error, "))
