"""The errors of the house are one tree, by what whoever catches one does next."""

import importlib
import inspect
import pkgutil

import pytest

import deployments
import flows
import models
import tasks
from models import errors

BRANCHES = {errors.TryLaterError, errors.MendError, errors.RefusedError, errors.RowError}
STARTED_BY_HAND = ("deployments.runner", "deployments.install", "models.migrations.")


def exceptions() -> set[type[BaseException]]:
    """Every exception class that one of our modules defines."""
    names = [
        module.name
        for package in (models, tasks, flows, deployments)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.startswith(STARTED_BY_HAND)
    ]
    found = (
        value
        for name in names
        for value in vars(importlib.import_module(name)).values()
        if inspect.isclass(value) and issubclass(value, BaseException) and value.__module__ == name
    )
    return set(found) - {errors.SeguitoError}


def test_there_are_some() -> None:
    assert len(exceptions()) > len(BRANCHES)


@pytest.mark.parametrize("kind", sorted(exceptions(), key=lambda kind: kind.__name__))
def test_each_says_what_to_do_next(kind: type[BaseException]) -> None:
    assert len(BRANCHES & set(inspect.getmro(kind))) == 1
