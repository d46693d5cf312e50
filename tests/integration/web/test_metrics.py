"""`/metrics`: off by default, by token, counts and times only."""

from dataclasses import replace

from tests import factories
from tests.visitor import SITE, Visitor
from tests.world import World


def test_there_is_no_such_page_unless_a_token_is_set(world: World) -> None:
    visitor = Visitor(world.db, world.policy, world.clock)
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}):
        assert visitor.open(f"{SITE}/metrics", headers=headers).status_code == 404


def test_whoever_has_the_token_sees_counts_and_nobody(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    visitor = Visitor(world.db, world.policy, world.clock)
    visitor.app.state.web = replace(visitor.app.state.web, metrics_token="a-token")
    for given in ("Bearer other", "a-token", "Basic a-token", "Bearer \u00e8"):
        page = visitor.open(f"{SITE}/metrics", headers={"authorization": given.encode()})
        assert page.status_code == 404, given
    page = visitor.open(f"{SITE}/metrics", headers={"authorization": "Bearer a-token"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'seguito_contacts{sweep="welcome-contact",kind="welcome-contact",state="sent"} 1' in page.text
    assert 'seguito_mails{state="accepted"} ' in page.text
    assert "ferri" not in page.text.lower()
    for line in page.text.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ", "seguito_")), line
