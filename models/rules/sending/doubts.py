"""What to do about a mail of which nobody knows whether it arrived."""

from models.words import MessageState


def settle(
    rule: str, *, is_in_archive: bool | None, resends: int, max_resends: int, is_for_staff: bool
) -> MessageState:
    """Sent (ACCEPTED), once more with the same Message-ID (DEFERRED), or a person says (ASKED).

    `is_in_archive` is None where no archive answers. Our own people may get a mail twice, but not more often than a
    customer may: then the next one is told.
    """
    if is_in_archive:
        return MessageState.ACCEPTED
    may_resend = is_for_staff or rule == "resend" or (rule == "look" and is_in_archive is not None)
    if may_resend and resends < max_resends:
        return MessageState.DEFERRED
    return MessageState.ASKED
