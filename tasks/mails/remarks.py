"""What is said of a mail beside its words: that its language has no lists, and why it may be a machine's."""

from models.rules.inbound.language import unlisted
from models.rules.inbound.witnesses import WITNESSES
from tasks.mails.formats import language_name
from tasks.mails.labels import label

_NAMES = {witness.name for witness in WITNESSES}


def foreign(language: str, words: str) -> str:
    """That words are in a language whose words of trouble nobody has listed; empty where they are not, or in doubt."""
    code = unlisted(words)
    return label(language, "quote.foreign").format(language=language_name(language, code)) if code else ""


def signs(language: str, why: str) -> str:
    """What speaks for a person and a machine, from the names in the reason of a verdict; empty where it has none."""
    found = [name for name in why.split(", ") if name in _NAMES]
    if not found:
        return ""
    return label(language, "witness.signs").format(
        signs="; ".join(label(language, f"witness.{one}") for one in found)
    )
