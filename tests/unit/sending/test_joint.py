"""What goes out as one mail: values in, a place for each contact out."""

from models.rules.sending.joint import Due, DueNotice, mails, notices

PAOLA = "paola@posta.example"
ONE, TWO = ("order", 1), ("order", 2)


def test_contacts_that_are_alike_share_a_mail_and_others_do_not() -> None:
    found = mails(
        [
            Due(1, "confirmation", PAOLA, ONE, together="goods"),
            Due(2, "confirmation", PAOLA, TWO, together="goods"),
            Due(3, "confirmation", PAOLA, ("order", 3), together="services"),
            Due(4, "confirmation", "marco@posta.example", ("order", 4), together="goods"),
            Due(5, "receipt", PAOLA, ONE),
            Due(6, "receipt", PAOLA, TWO),
        ]
    )
    assert found[1].mail == found[2].mail
    assert len({one.mail for one in found.values()}) == 5


def test_what_goes_along_goes_where_its_own_matter_goes() -> None:
    into = frozenset({"welcome"})
    found = mails(
        [
            Due(1, "confirmation", PAOLA, ONE, together="goods", into=into),
            Due(2, "confirmation", PAOLA, TWO, together="goods", into=into),
            Due(3, "welcome", PAOLA, ONE, together="goods"),
        ]
    )
    assert found[1].mail == found[3].mail
    assert found[1].goes_along
    assert found[2].mail != found[1].mail, "its own welcome is not due"


def test_what_was_one_mail_is_one_reminder_and_what_was_two_is_two() -> None:
    found = mails(
        [
            Due(1, "check", PAOLA, ONE, together="goods", nudge_of="f1-1"),
            Due(2, "check", PAOLA, TWO, together="goods", nudge_of="f1-1"),
            Due(3, "check", PAOLA, ("order", 3), together="goods", nudge_of="f3-1"),
        ]
    )
    assert found[1].mail == found[2].mail != found[3].mail


def test_a_matter_is_one_mail_to_one_reader_however_many_rungs_tell_it() -> None:
    about = ("commitment", 7)
    found = notices([DueNotice(1, 5, about), DueNotice(2, 5, about), DueNotice(3, 6, about)], {5: 3, 6: 3})
    assert found[1].mail == found[2].mail != found[3].mail
    assert not found[1].goes_along


def test_more_matters_than_a_reader_takes_at_once_share_one_mail_and_none_is_left_out() -> None:
    many = [DueNotice(number, 5, ("case", number)) for number in range(4)]
    asked_for = DueNotice(9, 5, ("case", 1), can_share=False)
    three = notices(many[:3], {5: 3})
    assert len({one.mail for one in three.values()}) == 3
    four = notices([*many, asked_for], {5: 3})
    assert len({four[number].mail for number in range(4)}) == 1
    assert four[9].mail != four[0].mail, "the link that somebody asked for comes by itself"
