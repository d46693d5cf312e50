"""When a customer wants to be called, as people write it: "dopo le 17", "po 17", "nach 17 Uhr", "after 5 pm"."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from models.rules.calendar.calendars import (
    Place,
    Window,
    is_business_day,
    is_closed,
    local_day,
    local_instant,
)

_LETTERS = str.maketrans({"ł": "l", "Ł": "l", "ß": "ss"})
_MAX_CHARS = 5_000
_FIRST_HOUR, _LAST_HOUR = 7, 21
"""Nobody calls a customer before or after; an hour below the first one is of the afternoon ("after 5")."""
_AFTERNOON = 12
_SPAN = timedelta(hours=1)
_NOTICE = timedelta(minutes=30)
"""A span that ends sooner is tomorrow's."""
_FARTHEST = timedelta(days=30)
_SEARCH_DAYS = 40

_CALL = re.compile(
    r"\b(?:chiam|richiam|telefon|sentir(?:ci|mi) al tel|zadzwo|dzwon|oddzwo|anruf|anzuruf|zuruckruf|zuruckzuruf|"
    r"rufen sie|ruft|melden sie sich tel|call|phone|ring me|ring back)"
)
_GREETING = re.compile(
    r"\b(?:guten (?:morgen|abend|tag)|good (?:morning|afternoon|evening)|buon pomeriggio|dobry wieczor)"
)
_HOUR = r"(?:ore |godz |h )?(\d{1,2})(?:[:.h](\d{2}))?(?!\d)(?:\s*(a\.?m\b\.?|p\.?m\b\.?))?"
_NO_HOUR = (
    r"(?!\s*(?:[./-]\s*\d|[%€$]|(?:dzien|dni|tyg|mies|stycz|lut|marca|marz|kwiet|kwiec|maja|czerw|lip|sierp|wrze|pazdz|"
    r"listop|grud|giorn|settiman|mes[ei]|ann[io]|gennai|febbra|april|maggi|giugn|lugli|agost|settemb|ottob|novemb|"
    r"dicemb|tag|woch|monat|jahr|janu|marz|mai\b|juni|juli|septem|oktob|dezem|days?|weeks?|months?|years?|march|may\b|"
    r"june|july|august|octob|decem|eur|zl|pln|minut|stund|hours?|godzin(?:ach)?\b|ore\b|volte|times|razy|mal\b|"
    r"person|osob|people|pezz|sztuk|pieces)))"
)
_AFTER = (
    r"(?:non prima delle|nicht vor|not before|nie (?:przed|wczesniej niz) ?o?|dopo le|dopo l'|dopo|passate le|dalle|"
    r"a partire dalle|po(?: godzinie)?|od(?: godziny)?|nach|ab|after|from|past)"
)
_BEFORE = r"(?:prima delle|entro le|przed(?: godzina)?|do(?: godziny)?|vor|bis|before|by|until)"
_AT = r"(?:alle|all'|verso le|o(?: godzinie)?|okolo(?: godziny)?|um|gegen|at|around|about)"
_BETWEEN = re.compile(
    r"(?:\b(?:tra le|fra le|dalle|le|miedzy|od(?: godziny)?|zwischen|von|ab|between|from) ?|\b(?=ore |godz )|^\s*)"
    rf"{_HOUR}(?: uhr)? ?(?:e le|alle|a|do|und|bis|and|to|till|until|-|\u2013) ?{_HOUR}{_NO_HOUR}"
)
_ONE = re.compile(rf"\b(?:(?P<after>{_AFTER})|(?P<before>{_BEFORE})|(?P<at>{_AT}))\s*{_HOUR}{_NO_HOUR}")
_PARTS = (
    (re.compile(r"\b(?:mattin|rano\b|przed poludniem|vormittag|morgens|in the morning|mornings?\b)"), 9, 12),
    (re.compile(r"\b(?:pomeriggio|po poludniu|nachmittag|afternoon)"), 14, 18),
    (re.compile(r"\b(?:in serata|di sera|stasera|wieczorem|abends?\b|evening)"), 18, 20),
)
_NUMBERS = {
    1: "una|jeden",
    2: "due|drugiej|zwei|two",
    3: "tre|trzeciej|drei|three",
    4: "quattro|czwartej|vier|four",
    5: "cinque|piatej|funf|five",
    6: "sei|szostej|sechs|six",
    7: "sette|siodmej|sieben|seven",
    8: "otto|osmej|acht|eight",
    9: "nove|dziewiatej|neun|nine",
    10: "dieci|dziesiatej|zehn|ten",
    11: "undici|jedenastej|elf|eleven",
    12: "mezzogiorno|dodici|dwunastej|zwolf|twelve|noon",
    13: "tredici|trzynastej|dreizehn",
    14: "quattordici|czternastej|vierzehn",
    15: "quindici|pietnastej|funfzehn",
    16: "sedici|szesnastej|sechzehn",
    17: "diciassette|siedemnastej|siebzehn",
    18: "diciotto|osiemnastej|achtzehn",
    19: "diciannove|dziewietnastej|neunzehn",
    20: "venti|dwudziestej|zwanzig",
}
_IN_WORDS = {word: str(number) for number, words in _NUMBERS.items() for word in words.split("|")}
_WORD_HOUR = re.compile(r"\b(?:" + "|".join(_IN_WORDS) + r")\b")
_DAYS = (
    (re.compile(r"\b(?:dopodomani|pojutrze|ubermorgen|day after tomorrow)\b"), 2),
    (re.compile(r"\b(?:domani|jutro|morgen|tomorrow)\b"), 1),
    (re.compile(r"\b(?:oggi|stasera|dzis|dzisiaj|heute|today)\b"), 0),
)
_WEEKDAYS = tuple(
    re.compile(rf"\b(?:{names})")
    for names in (
        r"lunedi|poniedzial|montag|monday",
        r"martedi|wtor|dienstag|tuesday",
        r"mercoledi|srod|mittwoch|wednesday",
        r"giovedi|czwart|donnerstag|thursday",
        r"venerdi|piat|freitag|friday",
        r"sabato|sobot|samstag|saturday",
        r"domenica|niedziel|sonntag|sunday",
    )
)
_OURS = (
    ("call", "call", r"\w*"),
    ("after", "after", r"\b"),
    ("before", "before", r"\b"),
    ("at", "alle", r"\b"),
    ("morning", "mattina", r"\b"),
    ("afternoon", "pomeriggio", r"\b"),
    ("evening", "in serata", r"\b"),
    ("today", "today", r"\b"),
    ("tomorrow", "tomorrow", r"\b"),
)
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class CallTime:
    """When a call is wanted: not before `start`, and by `by`. Both in UTC."""

    start: datetime
    by: datetime


@dataclass(frozen=True)
class OwnWords:
    """A company's own words for the hour of a call, beside the built-in ones; accents and case count for nothing."""

    call: tuple[str, ...] = ()
    """Beginnings of words that speak of a telephone call."""
    after: tuple[str, ...] = ()
    """Before an hour: not earlier."""
    before: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    morning: tuple[str, ...] = ()
    afternoon: tuple[str, ...] = ()
    evening: tuple[str, ...] = ()
    today: tuple[str, ...] = ()
    tomorrow: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    """Seven, from Monday on."""

    def __post_init__(self) -> None:
        """Check the week.

        Raises:
            ValueError: it has another number of days than seven.
        """
        if len(self.weekdays) not in {0, len(_WEEK)}:
            raise ValueError("weekdays: name all seven, from Monday on, or none")


BUILT_IN = OwnWords()


def asks_for_call(words: str, own: OwnWords = BUILT_IN) -> bool:
    """Whether words speak of a telephone call, in any of our languages or in the company's own words."""
    return bool(_CALL.search(_plain(words, own)))


def wished(
    words: str, now: datetime, where: Place, window: Window, company: Place, own: OwnWords = BUILT_IN
) -> CallTime | None:
    """The time for a call that words name; None where they name no hour, or none at which anybody is called.

    `now` is aware. Hours are those of the customer (`where`); a day on which nobody works (`window`, at `company`)
    gives way to the next one. Without a day it is the next time at which that hour comes.
    """
    for sentence in _sentences(words, own):
        if (found := _hours(sentence)) is not None:
            return _next(found, _day_named(sentence, local_day(now, where)), now, where, window, company)
    return None


def names_hour(words: str, own: OwnWords = BUILT_IN) -> bool:
    """Whether words name an hour at which anybody is called."""
    return any(_hours(sentence) is not None for sentence in _sentences(words, own))


def _sentences(words: str, own: OwnWords) -> list[str]:
    plain = _GREETING.sub(" ", _plain(words, own))
    plain = _WORD_HOUR.sub(lambda found: _IN_WORDS[found[0]], plain)
    return re.split(r"[!?;\n]+|\.(?=\s|$)", plain)


def from_hour(start: datetime, now: datetime) -> CallTime | None:
    """The time for a call that was chosen in a field: the hour from `start` on; None where it has passed, or is far."""
    return CallTime(start, start + _SPAN) if now - _NOTICE < start <= now + _FARTHEST else None


def _plain(text: str, own: OwnWords = BUILT_IN) -> str:
    """Small letters without accents, the company's own words given back as ours."""
    plain = _bare(text)
    for pattern, ours in _own(own):
        plain = pattern.sub(ours, plain)
    return plain


@lru_cache(maxsize=8)
def _own(own: OwnWords) -> tuple[tuple[re.Pattern[str], str], ...]:
    """What is put in the place of a company's own words, the longest ones first."""
    given = [(word, ours, ends) for name, ours, ends in _OURS for word in getattr(own, name)]
    given += [(word, ours, r"\b") for word, ours in zip(own.weekdays, _WEEK, strict=False)]
    bare = sorted(
        ((_bare(word).strip(), ours, ends) for word, ours, ends in given), key=lambda one: -len(one[0])
    )
    return tuple((re.compile(rf"\b{re.escape(word)}{ends}"), ours) for word, ours, ends in bare if word)


def _bare(text: str) -> str:
    bare = unicodedata.normalize(
        "NFKD", text[:_MAX_CHARS].translate(_LETTERS).casefold().replace("\u2019", "'")
    )
    letters = "".join(character for character in bare if not unicodedata.combining(character))
    return re.sub(r"[^\S\n]+", " ", re.sub(r"\b(godz|ok|h)\.", r"\1 ", letters))


def _hours(sentence: str) -> tuple[int, int] | None:
    """First and last minute of a day; None where no hour is named at which anybody is called."""
    if (two := _BETWEEN.search(sentence)) is not None:
        last = _minute(two[4], two[5], two[6])
        first = _minute(two[1], two[2], two[3] or (two[6] if int(two[1]) < _FIRST_HOUR else None))
        return (first, last) if first is not None and last is not None and first < last else None
    if (one := _ONE.search(sentence)) is not None:
        at = _minute(one[4], one[5], one[6])
        if at is None:
            return None
        if one["before"]:
            return (_FIRST_HOUR + 2) * 60, at
        return at, at + (60 if one["after"] else 30)
    return next(((first * 60, last * 60) for part, first, last in _PARTS if part.search(sentence)), None)


def _minute(hour: str, minutes: str | None, half: str | None) -> int | None:
    number = int(hour)
    is_afternoon = half.startswith("p") if half else number < _FIRST_HOUR
    if is_afternoon and number < _AFTERNOON:
        number += _AFTERNOON
    at = number * 60 + int(minutes or 0)
    return at if _FIRST_HOUR * 60 <= at <= _LAST_HOUR * 60 and int(minutes or 0) < 60 else None  # noqa: PLR2004


def _day_named(sentence: str, today: date) -> date | None:
    for word, days in _DAYS:
        if word.search(sentence):
            return today + timedelta(days=days)
    for number, name in enumerate(_WEEKDAYS):
        if name.search(sentence):
            return today + timedelta(days=(number - today.weekday()) % 7)
    return None


def _next(
    hours: tuple[int, int], day: date | None, now: datetime, where: Place, window: Window, company: Place
) -> CallTime | None:
    first, last = hours
    day = day or local_day(now, where)
    for ahead in range(_SEARCH_DAYS):
        one = day + timedelta(days=ahead)
        start, by = local_instant(one, min(first, last), where), local_instant(one, last, where)
        if _works(one, window, company) and by >= now + _NOTICE:
            return CallTime(max(start, now), by)
    return None


def _works(day: date, window: Window, place: Place) -> bool:
    is_open = window.days == "every" or is_business_day(place.country, day)
    return is_open and not is_closed(window, day)
