"""What a mail may name: numbers of orders and invoices, as people write them in a subject or in a sentence."""

import re

_WORD = re.compile(r"[\w][\w./-]*")
_NUMBERED = re.compile(
    r"(?:\b(?:ordin\w*|order\w*|zam[oó]wie\w*|fattur\w*|faktur\w*|invoice\w*|contratt\w*|contract\w*|umow\w*"
    r"|bestell\w*|auftrag\w*|rechnung\w*|vertrag\w*|numero|number|numer|nummer|nr|no|n)\b[\s.:°º#]*|#)+$",
    re.IGNORECASE,
)
_MOST_WORDS = 400
_LONGEST, _SHORTEST = 40, 2
_BEFORE = 40


def numbers(text: str) -> list[str]:
    """Words of a text that may be the number of an order or an invoice, in order, each once: they hold a digit."""
    return list(dict.fromkeys(found for word, _ in _words(text) for found in word))


def telling_numbers(text: str) -> list[str]:
    """Those of them that tell something by themselves: letters and digits together, or right behind a word for it.

    A bare number in a stranger's mail is as likely a year, a postal code or a telephone.
    """
    return list(
        dict.fromkeys(
            found
            for word, is_announced in _words(text)
            for found in word
            if is_announced or any(character.isalpha() for character in found)
        )
    )


def _words(text: str) -> list[tuple[list[str], bool]]:
    """By word: what it may name, the whole of it first; and whether it is announced as a number."""
    found = []
    for number, match in enumerate(_WORD.finditer(text)):
        if number >= _MOST_WORDS:
            break
        word = match.group().strip(".-/_")
        if any(character.isdigit() for character in word) and len(word) <= _LONGEST:
            before = text[max(0, match.start() - _BEFORE) : match.start()]
            found.append((_parts(word), bool(_NUMBERED.search(before))))
    return found


def _parts(word: str) -> list[str]:
    """The word, and its pieces between slashes and full stops: `n.1042`, `N-2/N-3`."""
    pieces = [piece for piece in re.split(r"[./]", word) if any(character.isdigit() for character in piece)]
    return [one for one in dict.fromkeys((word, *pieces)) if len(one) >= _SHORTEST]
