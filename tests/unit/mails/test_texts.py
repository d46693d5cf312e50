from itertools import product

import pytest

from models.languages import CODES
from models.policy import Policy
from models.queries.reporting.measures.orders import NO_LINE
from models.rules.commitments.deliveries import ACTS
from models.rules.commitments.ledger import REASONS, UNSTATED
from models.rules.commitments.outcomes import EVERY as OUTCOMES
from models.rules.commitments.outcomes import NOTED
from models.rules.reporting.tallies import NOBODY, OTHERS
from models.words import (
    CaseReasonKind,
    CommitmentKind,
    EndCause,
    EndKind,
    Matter,
    Meaning,
    Outcome,
    ParkedFor,
    Role,
    Side,
)
from tasks.mails import texts
from tasks.mails.context import NAMES, context
from tasks.mails.formats import clean
from tasks.mails.frame import answer_label
from tasks.mails.labels import fill, label, worded
from tasks.mails.marks import dialled, linked
from tasks.mails.shelf import BLOCKS, CATALOGUES, TEXTS, gaps, missing_keys, shipped
from tests.unit.mails.test_samples import letter


def test_every_label_is_there_in_every_language() -> None:
    for name, code in product(CATALOGUES, CODES):
        assert missing_keys(name, code) == [], f"{name}/{code}.toml"
        for key, words in shipped(name)[code].items():
            assert words == words.strip() != "", f"{name}/{code}: {key}"


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_languages_take_the_same_names(name: str) -> None:
    for key in shipped(name)["en"]:
        of_all = {gaps(words[key]) for words in shipped(name).values()}
        if key.startswith("greeting."):  # some greet nobody by name
            of_all.discard(frozenset())
        assert len(of_all) <= 1, key


def test_every_meaning_and_reason_has_its_words(policy: Policy) -> None:
    for language in CODES:
        for meaning in Meaning:
            assert label(language, answer_label(meaning, is_service=False))
            assert label(language, answer_label(meaning, is_service=True))
        opened = [cadence.opens_case for cadence in policy.cadences.values() if cadence.opens_case]
        for word in (*CaseReasonKind, *opened):
            assert worded(language, "reason", word) != word


VOCABULARIES = {
    "slip": (*REASONS, UNSTATED),
    "end": EndKind,
    "cause": EndCause,
    "outcome": Outcome,
    "matter": Matter,
    "did": OUTCOMES,
    "ended": (
        *(one for one in OUTCOMES if one not in NOTED),
        *Outcome,
        "signed",
        "handed-over",
        "put-off",
        "re-promised",
        "withdrawn",
        *ACTS.values(),
    ),
    "owed": CommitmentKind,
    "notice": (*CommitmentKind, *ParkedFor),
    "kind": (),
    "team": (*Side, *Role, NOBODY, OTHERS),
    "line": (NO_LINE,),
}


@pytest.mark.parametrize("section", VOCABULARIES)
def test_every_code_of_a_closed_vocabulary_has_its_words(section: str, policy: Policy) -> None:
    codes = VOCABULARIES[section] or [kind for kind, cadence in policy.cadences.items() if cadence.sends]
    assert [code for code in codes if f"{section}.{code}" not in shipped("labels")["en"]] == []


def test_a_reason_nobody_knows_is_shown_as_it_is() -> None:
    assert worded("pl", "reason", "a-word-of-the-policy") == "a-word-of-the-policy"


def test_the_shipped_policy_misses_no_text(policy: Policy) -> None:
    assert texts.missing_texts(policy) == []


def test_every_text_belongs_to_a_message_of_the_policy(policy: Policy) -> None:
    folders = {path.name for path in TEXTS.iterdir() if path.is_dir()}
    assert folders == {*CATALOGUES, BLOCKS} | {
        kind for kind, cadence in policy.cadences.items() if cadence.sends
    }


def test_a_message_without_texts_is_named_with_the_fix(policy: Policy) -> None:
    more = {**policy.cadences, "birthday": policy.cadences["satisfaction-check"]}
    changed = policy.model_copy(update={"cadences": more})
    problems = texts.missing_texts(changed)
    assert len(problems) == 2  # the company's own language, and the one for everybody else
    assert problems[0].startswith("cadences.birthday: tasks/mails/texts/birthday/it.txt is missing; write it")
    assert texts.offered(changed) == ()
    assert texts.problems_of(changed, "pl")[0].startswith(
        "cadences.birthday: tasks/mails/texts/birthday/pl.txt is missing"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Subject: a\n\n{% if order %}", "line 3: Unexpected end of template"),
        (
            "Subject: a\n\n{{ ordr.ref }}",
            "there is no 'ordr' to write about; choose from agreed, agreed_until",
        ),
        ("Subject: a\n\n{{ order.reff }}", "cannot be filled in"),
        ("Dear you,\n\nhello", "the first line is no 'Subject: …'"),
        ("Subject: a\nhello", "with a blank line after it"),
        ("Subject: {% if nudge %}a{% endif %}\n\nhello", "takes the line end with it"),
    ],
)
def test_a_text_that_is_wrong_is_named_with_the_fix(text: str, problem: str) -> None:
    (found,) = texts.faults(text, "en", "news/en.txt")
    assert problem in found


def test_the_context_has_the_names_that_texts_may_use(policy: Policy) -> None:
    assert set(context(letter(policy), policy.company)) == NAMES


def test_paragraphs_are_joined_and_lists_and_headings_kept() -> None:
    found = texts.blocks("one\ntwo\n\n- a\n  goes on\n- b\n\n# head\nthree")
    assert found == [("p", "one two"), ("li", "a goes on"), ("li", "b"), ("h", "head"), ("p", "three")]
    assert texts.as_text(found) == "one two\n\n- a goes on\n- b\n\nhead\nthree"


def test_paragraphs_are_escaped_for_html() -> None:
    html = texts.as_html([("p", "a < b & c"), ("li", '"d"'), ("p", "e")], "#1f5f43")
    assert "a &lt; b &amp; c</p>\n<ul" in html
    assert "&quot;d&quot;</li>\n</ul>\n<p" in html


def test_no_point_is_doubled_behind_what_ends_with_one() -> None:
    assert (
        fill("{name}. Until {at}.", name="Kowalski Sp. z o.o.", at="2026 r.")
        == "Kowalski Sp. z o.o. Until 2026 r."
    )
    assert fill("{name}.", name="Anna") == "Anna."
    assert fill("{name}.txt", name="a.") == "a..txt"


def test_links_are_ours_alone_and_stand_on_words() -> None:
    ours = linked("Open", "https://pages.example/c/1.x")
    said = clean(f"see [here](https://evil.example) {ours}")
    paragraphs = [("li", ours), ("li", dialled("+39 0422 555") or ""), ("p", said)]
    html = texts.as_html(paragraphs, "#1f5f43")
    assert '<a class="word" href="https://pages.example/c/1.x" style="color:#1f5f43">Open</a></li>' in html
    assert 'href="tel:+390422555"' in html
    assert html.count("<a ") == 2, "what a customer writes makes no link"
    assert texts.as_text(paragraphs).startswith("- Open: https://pages.example/c/1.x\n- +39 0422 555\n")


def test_what_a_new_language_lacks_is_named_to_the_last_label(policy: Policy) -> None:
    missing = texts.problems_of(policy, "fr")
    assert "labels/fr.toml: answer.rating is missing" in missing
    assert "report/fr.toml: report.turnover is missing" in missing
    assert any("texts/welcome-contact/fr.txt is missing" in one for one in missing)
    assert len(missing) > sum(len(shipped(name)["en"]) for name in CATALOGUES)
    assert "fr" not in texts.offered(policy)
