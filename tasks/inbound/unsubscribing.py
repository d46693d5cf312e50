"""Does a mail ask for nothing but an end of the courtesy mails?"""

import re

from models.rules.inbound.trouble import DEFAULT, trouble

_ASKS = (
    r"(?:please |per favore |prosz(?:ę|e) (?:o |mnie )?)?(?:un-?subscribe(?: me)?|stop|opt[- ]?out"
    r"|remove me|take me off(?: (?:the|your) list)?|no more (?:e-?mails|mails)|disiscrivi(?:mi|temi)?"
    r"|disiscrizione|cancella(?:mi|temi|zione)|rimuovi(?:mi)?|rimuovetemi|annulla iscrizione"
    r"|basta (?:e-?mail|mail)|non scrivetemi pi(?:ù|u')|non voglio pi(?:ù|u') (?:e-?mail|mail)"
    r"|wypisz(?: mnie)?|wypisuj(?:ę|e) si(?:ę|e)|rezygnuj(?:ę|e) z (?:newslettera|wiadomo(?:ś|s)ci|maili)"
    r"|usu(?:ń|n) mnie|wypisanie|abmelden|austragen|d(?:é|e)sabonner|d(?:é|e)sinscrire|darme de baja|baja)"
)
_ALONE = re.compile(
    rf"\W*{_ASKS}(?:\W+(?:dalla (?:lista|newsletter|mailing list)"
    rf"|from (?:this|the|your) (?:list|newsletter)|z (?:listy|newslettera|bazy)"
    r"|grazie|thanks|thank you|dzi(?:ę|e)kuj(?:ę|e)|please|per favore|prosz(?:ę|e)))*\W*",
    re.IGNORECASE,
)
_TAGGED = re.compile(r"(?:^|[+.-])(?:unsubscribe|unsub|disiscrizione)(?:[+.-]|@)")
_LONGEST = 200


def asks_to_stop(subject: str, words: str, recipients: tuple[str, ...], answers: bool) -> bool:
    """Whether the mail is one word of farewell, or went to an address that is there for it.

    `answers` says that it is a reply: then its subject is ours, and says nothing. Who also complains is heard as a
    person, however short.
    """
    said = words.strip()[:_MAX]
    if len(said) > _LONGEST or trouble(said, DEFAULT):
        return False
    if any(_TAGGED.search(address) for address in recipients):
        return True
    if said:
        return bool(_ALONE.fullmatch(said.split("\n\n")[0]) and len(said.split()) < _FEW)
    return not answers and bool(_ALONE.fullmatch(subject.strip()))


_MAX = 1_000
_FEW = 12
