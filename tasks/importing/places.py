"""Countries, their zones and languages, where the source leaves them empty."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import Locale, get_global

_NONE = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
_PRINCIPAL = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
"""Countries of several zones: the one of the capital or of most people there."""


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every IANA name."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Every ISO 3166-1 alpha-2 code."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == len("IT") and code.isalpha()) - _NONE


@lru_cache(maxsize=512)
def zone_of(country: str) -> str | None:
    """The zone of a country: its only one or its principal one; None where that leaves a choice."""
    if country in _PRINCIPAL:
        return _PRINCIPAL[country]
    there = [zone for zone, territory in get_global("zone_territories").items() if territory == country]
    return there[0] if len(there) == 1 and there[0] in zones() else None


def read_country(text: str) -> str:
    """ISO 3166-1 alpha-2, in capitals.

    Raises:
        ValueError: there is no such country.
    """
    code = text.upper()
    if code == "UK" or code not in countries():
        raise ValueError("is no country; write two letters (ISO 3166-1) such as IT, PL or GB")
    return code


def read_zone(text: str) -> str:
    """The name of a time zone.

    Raises:
        ValueError: there is no such zone.
    """
    if text not in zones():
        raise ValueError("is no time zone; write an IANA name such as Europe/Rome")
    return text
