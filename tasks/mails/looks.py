"""Layouts and pages from a folder of ours, with a company's own files of the same names over them."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)

from tasks.mails import shelf
from tasks.mails.labels import stop


class Looks:
    """The templates of one folder. In the place of an own one that cannot be used stands the shipped one."""

    def __init__(self, folder: Path, constants: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self._constants = dict(constants or {})
        self._shipped = _environment(FileSystemLoader(folder), self._constants)
        self._laid_over = lru_cache(maxsize=2)(self._over)

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """A page or layout, filled in."""
        laid = shelf.laid()
        if laid.looks:
            try:
                return self._laid_over(laid.version).get_template(name).render(values)
            except TemplateError:  # told by `seguito policy check`
                pass
        return self._shipped.get_template(name).render(values)

    def problems(self) -> list[str]:
        """What is wrong with the form of the own files that lie over this folder's."""
        found = []
        for name, source in shelf.laid().looks.items():
            if (self.folder / name).is_file() and name.endswith((".html", ".txt")):
                try:
                    self._shipped.from_string(source)
                except TemplateError as error:
                    line = getattr(error, "lineno", 1)
                    found.append(
                        f"{shelf.LOOKS}/{name}, line {line}: {error}; the shipped one is used until then"
                    )
        return found

    def _over(self, version: int) -> Environment:
        del version  # it only tells one state of the shelf from the next
        own = DictLoader(dict(shelf.laid().looks))
        return _environment(ChoiceLoader([own, FileSystemLoader(self.folder)]), self._constants)


def file(folder: Path, name: str) -> str:
    """A file that is no template, such as a style: the company's own, or the shipped one."""
    own = shelf.laid().looks.get(name)
    return (folder / name).read_text(encoding="utf-8") if own is None else own


def _environment(loader: ChoiceLoader | FileSystemLoader, constants: Mapping[str, Any]) -> Environment:
    made = Environment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= constants
    made.filters["stop"] = stop
    return made
