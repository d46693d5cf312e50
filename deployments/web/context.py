"""What the endpoints work with, opened when the process starts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request

from deployments.web.figures import Figures
from deployments.web.hosts import Networks
from deployments.web.pages import Pages
from deployments.web.wording import preferred
from models.errors import RefusedError
from models.policy import Policy
from tasks.archive.archives import Archive, NoArchive
from tasks.mailboxes.originals import Originals
from tasks.mails.composer import Composer
from tasks.mails.links import Links
from tasks.mails.texts import offered, spoken
from tasks.runtime.clock import Clock
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings


@dataclass(frozen=True)
class Web:
    """The parts of the pages."""

    db: Database
    policy: Policy
    links: Links
    clock: Clock
    originals: Originals | None = None
    """The mails that came in, as they came; nothing to download without it."""
    hosts: frozenset[str] = frozenset()
    """Further names under which the pages are reached, besides that of the links."""
    in_trial: Callable[[], bool] = lambda: False
    """Whether customers are not written to yet; every page says so."""
    desk_user_header: str = ""
    """The header in which a proxy of the company's own names who has signed in there; empty: there is none."""
    desk_proxies: Networks = ()
    """From where that header is believed."""
    metrics_token: str = ""
    """What whoever watches has to say; empty: there are no metrics."""
    archive: Archive = field(default_factory=NoArchive)
    """The mails that went out, as they went."""
    settings: Settings | None = None
    """Where files are kept that speak of customers; without them nobody is erased from here."""
    figures: Figures = field(init=False, default_factory=Figures)
    pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the pages."""
        object.__setattr__(self, "pages", Pages(self.policy.company, self.in_trial))

    @property
    def composer(self) -> Composer:
        """Writes a mail that is only looked at."""
        return Composer(self.policy, self.links)

    @property
    def our_names(self) -> frozenset[str]:
        """Every name under which the pages answer."""
        return self.hosts | {self.links.host}

    @property
    def link_days(self) -> int:
        """How long a link is good."""
        return self.policy.sending.link_days

    def keep(self, raw: bytes) -> str:
        """Keep what came in as it came, where there is a folder for it; returns its digest."""
        return sha256(raw).hexdigest() if self.originals is None else self.originals.keep(raw)

    def language(self, wanted: str) -> str:
        """A language that we write; for any other the one that the policy has for everybody else."""
        return spoken(self.policy, wanted)

    def language_of(self, request: Request) -> str:
        """The language for somebody of whom we know nothing but the browser."""
        wanted = request.headers.get("accept-language", "")
        return preferred(wanted, offered(self.policy), self.policy.company.language)


class MissingPageError(RefusedError):
    """There is nothing behind the link, or nothing any more."""


async def the_web(request: Request) -> Web:
    """The parts of the application that a request came to."""
    web: Web = request.app.state.web
    return web


Parts = Annotated[Web, Depends(the_web)]
