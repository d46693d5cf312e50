"""Fixtures for the flows: a shop that they find by their settings, and a mail server that counts."""

from tests.shop import shop, sink  # noqa: F401 (fixtures)
from tests.site import site  # noqa: F401 (a fixture)
