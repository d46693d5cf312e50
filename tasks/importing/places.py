"""Countries, their zones and languages, where the source leaves them empty."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import Locale, get_global

from models import languages

_NAMED_IN = ("it", "pl", "en", "de", "fr")
"""The languages in which files name countries and languages."""
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


@lru_cache(maxsize=1)
def _country_names() -> Mapping[str, str]:
    """Codes by name, in lower case: names in the languages of the region, and codes of three letters."""
    names = {
        name.casefold(): code
        for language in _NAMED_IN
        for code, name in Locale(language).territories.items()
        if code in countries()
    }
    for code, aliases in get_global("territory_aliases").items():
        if len(code) == len("ITA") and code.isalpha() and len(aliases) == 1 and aliases[0] in countries():
            names[code.casefold()] = aliases[0]
    return names | {"uk": "GB"}


def read_country(text: str) -> str:
    """ISO 3166-1 alpha-2, in capitals, of a code of two or three letters or of a name: `ITA`, `Italia`, `Włochy`.

    Raises:
        ValueError: there is no such country.
    """
    code = text.upper()
    if code != "UK" and code in countries():
        return code
    found = _country_names().get(text.casefold())
    if found is None:
        raise ValueError("is no country; write two letters (ISO 3166-1) such as IT, PL or GB")
    return found


def read_zone(text: str) -> str:
    """The name of a time zone.

    Raises:
        ValueError: there is no such zone.
    """
    if text not in zones():
        raise ValueError("is no time zone; write an IANA name such as Europe/Rome")
    return text


@lru_cache(maxsize=1)
def _language_names() -> Mapping[str, str]:
    """Codes by name, in lower case: each language's own name, its names in the others, and codes of three letters."""
    names = {
        name.casefold(): code
        for language in _NAMED_IN
        for code, name in Locale(language).languages.items()
        if len(code) == len("it")
    }
    aliases = get_global("language_aliases").items()
    return names | {alias.casefold(): code for alias, code in aliases if len(alias) == len("ita")}


def read_language(text: str) -> str:
    """The code that a source means: `it-IT`, `ita` and `italiano` are `it`; one that nobody knows stays what it is."""
    code = languages.read(text)
    return _language_names().get(text.casefold()) or _language_names().get(code, code)


_LITTLE_WORDS = {
    "it": "data numero cliente scadenza totale importo fattura ordine nome cognome telefono stato pagamento nazione",
    "pl": "data numer klient nabywca termin wartosc kwota faktura zamowienie zamowienia imie nazwisko telefon kraj nip",
    "de": "datum nummer kunde betrag rechnung bestellung vorname nachname telefon land status gesamt name straße",
    "en": "date number customer due total amount invoice order name first last phone country status email",
}
"""Words that headers of a language have; what is common to several decides nothing."""


def language_of_words(words: Iterable[str]) -> str:
    """The language that most of the words of headers are in; English where nothing speaks for another."""
    counts = Counter(
        language for word in words for language, known in _LITTLE_WORDS.items() if word in known.split()
    )
    return max(("en", "it", "pl", "de"), key=lambda language: counts[language])
