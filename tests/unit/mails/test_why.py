"""A list says why a call is owed as far as it is known, and nothing that may be untrue."""

import pytest

from models.languages import CODES
from tasks.mails.labels import label
from tasks.mails.timeline_words import UNREACHED, why


@pytest.mark.parametrize("language", CODES)
def test_that_our_mails_do_not_arrive_is_said_only_where_it_is_known(language: str) -> None:
    known = label(language, "notice.phone")
    assert why(language, ("phone",)) != known
    assert why(language, (UNREACHED,)) == known
    assert why(language, ("phone-no-welcome",)) == label(language, "notice.phone-no-welcome")
