"""One SMTP connection, against a server that answers what a test says, cut into any pieces."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.sending.answers import Accepted, Answer, Deferred, Doubtful, Lost, NotStarted, Refused
from tasks.runtime.settings import Settings
from tasks.smtp.mailer import Mailer, open_mailer

_POLITE = {
    "EHLO": "250-here\r\n250 PIPELINING\r\n",
    "MAIL": "250 OK\r\n",
    "RCPT": "250 OK\r\n",
    "DATA": "354 go on\r\n",
    "RSET": "250 OK\r\n",
    "QUIT": "221 bye\r\n",
    ".": "250 kept\r\n",
}


@dataclass(frozen=True)
class Note:
    """A mail to send."""

    recipients: tuple[str, ...]
    sender: str = "us@casa.example"
    body: bytes = b"Subject: x\r\n\r\n.dot\r\nend\r\n"


class Script:
    """A server that answers each command with its next line; an empty one hangs up."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self._answers: Mapping[str, list[str]] = {word: list(said) for word, said in answers.items()}
        self.heard: list[str] = []
        self.bodies: list[str] = []
        self.at_work: set[asyncio.Task[None] | None] = set()
        self.holds_back = False
        """Whether the answer to the first body waits for the next command."""
        self._verdicts: list[str] = []

    def judged(self) -> dict[str, list[str]]:
        """Bodies by what was said of them: kept, refused, or nothing before the connection was lost."""
        found: dict[str, list[str]] = {"kept": [], "refused": [], "lost": []}
        for body, verdict in zip(self.bodies, self._verdicts, strict=True):
            found["kept" if verdict.startswith("250") else "refused" if verdict else "lost"].append(body)
        return found

    def _to(self, word: str) -> str:
        said = self._answers.get("BODY" if word == "." else word)
        return said.pop(0) if said else _POLITE[word]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.at_work.add(asyncio.current_task())
        writer.write(b"220 here\r\n")
        body: list[str] | None = None
        held = ""
        while line := (await reader.readline()).decode():
            if body is not None and line != ".\r\n":
                body.append(line)
                continue
            if body is None:
                self.heard.append(line.strip())
            else:
                self.bodies.append("".join(body))
            answer = self._to("." if body is not None else line.strip()[:4])
            if body is not None:
                self._verdicts.append(answer)
                if self.holds_back:
                    self.holds_back = False
                    held, body = "250 kept\r\n", None
                    continue
            body = [] if answer.startswith("354") else None
            writer.write((held + answer).encode())
            held = ""
            if not answer or "421" in answer or line.startswith("QUIT"):
                break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _send(script: Script, *notes: Note) -> list[Answer]:
    """Over one connection, one after the other."""

    async def one_by_one(mailer: Mailer) -> list[Answer]:
        return [await mailer.send(note) for note in notes]

    return asyncio.run(_over(script, one_by_one))


def _send_all(script: Script, *notes: Note, connections: int = 1, **settings: Any) -> list[Answer]:
    """All at once: they wait for each other."""

    async def at_once(mailer: Mailer) -> list[Answer]:
        return await asyncio.gather(*map(mailer.send, notes))

    return asyncio.run(_over(script, at_once, connections, **settings))


async def _over(
    script: Script,
    sending: Callable[[Mailer], Awaitable[list[Answer]]],
    connections: int = 1,
    **settings: Any,
) -> list[Answer]:
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        chosen = Settings(**{"smtp_port": port, "smtp_timeout_seconds": 5, "_env_file": None, **settings})
        try:
            async with open_mailer(chosen, connections) as mailer:
                return await asyncio.wait_for(sending(mailer), 30)
        finally:
            await asyncio.gather(*filter(None, script.at_work))


def test_what_a_mail_says_and_its_dots_arrive() -> None:
    script = Script()
    assert _send(script, Note(("a@x.example",))) == [Accepted(250, "kept")]
    assert script.bodies == ["Subject: x\r\n\r\n..dot\r\nend\r\n"]
    assert script.heard[1:] == ["MAIL FROM:<us@casa.example>", "RCPT TO:<a@x.example>", "DATA", "QUIT"]


def test_a_refused_recipient_costs_the_next_mail_nothing() -> None:
    script = Script(RCPT=["550 5.1.1 unknown\r\n"], DATA=["503 nobody to send it to\r\n"])
    answers = _send(script, Note(("a@x.example",)), Note(("b@x.example",)))
    assert answers == [Refused(550, "5.1.1 unknown", recipient=True), Accepted(250, "kept")]
    assert len(script.bodies) == 1


def test_where_data_is_granted_to_nobody_nothing_is_sent() -> None:
    script = Script(RCPT=["450 4.2.1 later\r\n"], BODY=["554 no recipients\r\n"])
    answers = _send(script, Note(("a@x.example",)), Note(("b@x.example",)))
    assert answers == [Deferred(450, "4.2.1 later"), Accepted(250, "kept")]
    assert script.bodies == ["", "Subject: x\r\n\r\n..dot\r\nend\r\n"]


def test_an_archive_gets_no_mail_that_the_customer_was_refused() -> None:
    script = Script(RCPT=["550 5.1.1 unknown\r\n", "250 OK\r\n"])
    (answer,) = _send(script, Note(("a@x.example", "archive@casa.example")))
    assert answer == Refused(550, "5.1.1 unknown", recipient=True)
    assert (script.bodies, "DATA" in script.heard) == ([], False)


def test_a_refused_archive_keeps_no_mail_from_the_customer() -> None:
    script = Script(RCPT=["250 OK\r\n", "550 5.1.1 unknown\r\n"])
    assert _send(script, Note(("a@x.example", "archive@casa.example"))) == [Accepted(250, "kept")]


def test_an_address_with_a_command_in_it_is_refused_before_anything_is_said() -> None:
    script = Script()
    with pytest.raises(ValueError, match="one line"):
        _send(script, Note(("a@x.example>\r\nRCPT TO:<b@x.example",)))
    assert not [line for line in script.heard if line.startswith("RCPT")]


def test_the_next_envelope_goes_out_behind_a_body() -> None:
    script = Script(BODY=[""])
    script.holds_back = True
    notes = [Note((f"{number}@x.example",)) for number in range(3)]
    assert _send_all(script, *notes) == [Accepted(250, "kept")] * 3
    assert script.heard.count("DATA") == 3


def test_a_server_that_is_to_hear_one_command_at_a_time_does() -> None:
    script = Script()
    script.holds_back = True
    notes = [Note((f"{number}@x.example",)) for number in range(2)]
    answers = _send_all(script, *notes, smtp_pipelining=False, smtp_body_timeout_seconds=1)
    assert answers[0] == Doubtful("LostError: no reply in time")


_OVER = [Note((f"{number}@x.example",), body=b"%d\r\n" % number) for number in range(3)]


@pytest.mark.parametrize(
    ("answers", "expected", "arrived"),
    [
        ({"BODY": ["552 5.3.4 too large\r\n"]}, [Refused(552, "5.3.4 too large", recipient=False)], "012"),
        ({"BODY": ["250 kept\r\n421 enough\r\n"]}, [], "012"),
        ({"BODY": ["421 going down\r\n"]}, [Deferred(421, "going down")], "012"),
        ({"BODY": [""]}, [Doubtful("LostError: connection lost")], "012"),
        ({"MAIL": ["250 OK\r\n", ""]}, [], "012"),
        ({"MAIL": ["250 OK\r\n", "421 enough\r\n"]}, [], "012"),
        ({"RCPT": ["250 OK\r\n", ""]}, [], "012"),
        ({"DATA": ["354 go on\r\n", ""]}, [], "012"),
        (
            {"RCPT": ["250 OK\r\n", "550 5.1.1 no\r\n"], "DATA": ["354 go on\r\n", "503 nobody\r\n"]},
            [Accepted(250, "kept"), Refused(550, "5.1.1 no", recipient=True)],
            "02",
        ),
        (
            {"RCPT": ["250 OK\r\n", "450 4.2.1 later\r\n"], "BODY": ["250 kept\r\n", "554 nobody\r\n"]},
            [Accepted(250, "kept"), Deferred(450, "4.2.1 later")],
            "02",
        ),
    ],
)
def test_what_happens_between_two_mails_costs_neither_more_than_its_own(
    answers: dict[str, list[str]], expected: list[Answer], arrived: str
) -> None:
    script = Script(**answers)
    found = _send_all(script, *_OVER)
    assert found == [*expected, *[Accepted(250, "kept")] * (len(_OVER) - len(expected))]
    assert [body.strip() for body in script.bodies if body] == list(arrived)


_SAID = st.sampled_from(["", "421 enough\r\n", "450 4.2.1 later\r\n", "550 5.1.1 no\r\n", "OK", "OK", "OK"])
_ANSWERS = st.dictionaries(
    st.sampled_from(["MAIL", "RCPT", "DATA", "BODY", "RSET"]), st.lists(_SAID, max_size=8)
)


@settings(max_examples=60, deadline=None)
@given(answers=_ANSWERS, connections=st.integers(1, 3), archived=st.booleans())
def test_every_mail_gets_the_answer_that_the_server_gave_it(
    answers: dict[str, list[str]], connections: int, archived: bool
) -> None:
    polite = {**_POLITE, "BODY": _POLITE["."]}
    script = Script(
        **{word: [polite[word] if one == "OK" else one for one in said] for word, said in answers.items()}
    )
    copies = ("archive@casa.example",) if archived else ()
    notes = [Note((f"{n}@x.example", *copies), body=b"%d\r\n" % n) for n in range(12)]
    found = _send_all(script, *notes, connections=connections)
    assert len(found) == len(notes)
    came = {what: [body.strip() for body in bodies if body] for what, bodies in script.judged().items()}
    for number, answer in enumerate(found):
        assert came["kept"].count(str(number)) == isinstance(answer, Accepted)
        if isinstance(answer, NotStarted):
            assert str(number) not in came["lost"] + came["refused"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"MAIL": ["421 too much\r\n"] * 2}, NotStarted("421 too much")),
        ({"MAIL": ["530 5.7.0 log in first\r\n"] * 2}, NotStarted("530 5.7.0 log in first")),
        ({"RCPT": [""] * 2}, Lost("LostError: connection lost")),
        ({"RCPT": ["mumble\r\n"] * 2}, Lost("LostError: no SMTP reply")),
        ({"MAIL": [""] * 2}, NotStarted("LostError: connection lost")),
        ({"BODY": [""]}, Doubtful("LostError: connection lost")),
        ({"BODY": ["452 4.3.1 full\r\n"]}, Deferred(452, "4.3.1 full")),
        ({"DATA": ["554 5.7.1 no\r\n"]}, Refused(554, "5.7.1 no", recipient=False)),
    ],
)
def test_which_side_of_the_body_it_failed_on_is_known(
    answers: dict[str, list[str]], expected: Answer
) -> None:
    assert _send(Script(**answers), Note(("a@x.example",))) == [expected]
