"""The settings: the one place that reads the environment and `.env`."""

import os
import secrets
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from models.errors import MendError

_LEAST_KEY = 16
_PREFIX = "SEGUITO_"
_OF_OTHERS = frozenset({"db_password"})
"""What the compose file reads by itself."""
_LIKE = 0.8


class AccessError(MendError):
    """What the settings name cannot be used; the message says which setting, and nothing that stands behind it."""


def _none_of_empty(value: object) -> object:
    """An empty variable names nothing; as a path it would be the folder one stands in."""
    return None if value == "" else value


OptionalPath = Annotated[Path | None, BeforeValidator(_none_of_empty)]


class Settings(BaseSettings):
    """What differs from one installation to the next. Business rules stand in the policy instead."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=".env", extra="ignore", frozen=True)

    state_dir: Path = Field(default=Path(".seguito"), description="Folder for everything kept between runs.")
    database_url: str = Field(
        default="", description="SQLAlchemy address of the database; empty: SQLite in the state folder."
    )
    database_wait_seconds: float = Field(
        default=90.0,
        ge=0,
        le=3600,
        description="How long a command waits while another program holds the database; pages wait 5 at most.",
    )
    policy: Path = Field(
        default=Path("policy.toml"),
        description="The policy file; for the sample, whose mails stay here, `sources/sample/demo.toml`.",
    )
    texts: OptionalPath = Field(
        default=None,
        description="Folder of own texts, words and looks over the shipped ones (docs/how-to/own-texts.md).",
    )
    source: Path = Field(default=Path("sources/sample"), description="What the flow `import-sales` imports.")
    source_data: OptionalPath = Field(
        default=None, description="Folder of the source's files; empty: its own `data`."
    )
    secret: SecretStr | None = Field(
        default=None, description="Key that signs the links; empty: made once and kept in the state folder."
    )
    public_url: str = Field(
        default="http://127.0.0.1:4280",
        description="Address of the customers' pages, as it stands in the mails.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Further names, separated by commas, under which pages and mailbox are reached, such as behind a "
        "proxy.",
    )
    desk_user_header: str = Field(
        default="",
        description="Header in which your own proxy says the e-mail address of who has signed in there; the proxy must "
        "take it out of what comes from outside.",
    )
    desk_proxies: str = Field(
        default="127.0.0.1, ::1",
        description="Addresses or networks, separated by commas, of the proxies that are believed in that header; it "
        "counts for nothing from anywhere else.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Token for `/metrics` of the pages (Prometheus, `Authorization: Bearer …`); empty: there is none.",
    )
    web_port: int = Field(default=4280, description="Port of the customers' pages.")
    smtp_host: str = Field(default="127.0.0.1", description="Mail server that takes our mails.")
    smtp_port: int = Field(default=4225, ge=1, le=65_535, description="Its port.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        default="none", description="How the connection is protected: none, starttls or tls."
    )
    smtp_user: str | None = Field(default=None, description="Login of the mail server; empty: no login.")
    smtp_password: SecretStr | None = Field(default=None, description="Password of the mail server.")
    smtp_ca_file: OptionalPath = Field(
        default=None,
        description="Certificates (PEM) to trust for the mail server; empty: those of the system.",
    )
    smtp_unencrypted: bool = Field(
        default=False,
        description="true: mails and the login may go unencrypted to a mail server on another machine.",
    )
    smtp_timeout_seconds: float = Field(
        default=30.0, gt=0, description="How long to wait for the mail server's answer."
    )
    smtp_body_timeout_seconds: float = Field(
        default=600.0,
        gt=0,
        description="How long to wait for its answer to a whole mail; giving up early makes doubles.",
    )
    smtp_pipelining: bool = Field(
        default=True,
        description="Whether commands go out in groups, to a mail server that says it takes them so (PIPELINING).",
    )
    smtp_block: str = Field(
        default="",
        description="Name of a Prefect block of the type Seguito SMTP that takes the place of the SMTP settings above; "
        "empty: the settings.",
    )
    certified_smtp_host: str | None = Field(
        default=None,
        description="Mail server of the company's account for certified mail (PEC); empty: there is none.",
    )
    certified_smtp_port: int = Field(default=465, ge=1, le=65_535, description="Its port.")
    certified_smtp_security: Literal["none", "starttls", "tls"] = Field(
        default="tls", description="How the connection is protected: none, starttls or tls."
    )
    certified_imap_host: str | None = Field(
        default=None,
        description="IMAP server of that account, where receipts come to; empty: none is read.",
    )
    certified_imap_port: int = Field(default=993, ge=1, le=65_535, description="Its port.")
    certified_imap_security: Literal["none", "starttls", "tls"] = Field(
        default="tls", description="How the connection is protected: none, starttls or tls."
    )
    certified_user: str | None = Field(default=None, description="Login of that account, for both servers.")
    certified_password: SecretStr | None = Field(default=None, description="Password of that account.")
    archive_address: str | None = Field(
        default=None,
        description="Mailbox that gets a blind copy of every mail, to settle doubts after a crash.",
    )
    archive_maildir: OptionalPath = Field(
        default=None, description="That mailbox as a Maildir; empty: doubtful mails are left to a person."
    )
    archive_imap_folder: str | None = Field(
        default=None,
        description="That mailbox as a folder on the IMAP server below; searched for Message-IDs after a crash.",
    )
    imap_host: str | None = Field(
        default=None, description="IMAP server of the mailbox that answers come to; empty: none is read."
    )
    imap_port: int = Field(default=993, description="Its port.")
    imap_security: Literal["none", "starttls", "tls"] = Field(
        default="tls", description="How the connection is protected: none, starttls or tls."
    )
    imap_user: str | None = Field(default=None, description="Login of the IMAP server.")
    imap_password: SecretStr | None = Field(default=None, description="Password of the IMAP server.")
    imap_folder: str = Field(default="INBOX", description="Folder that answers come to.")
    imap_ca_file: OptionalPath = Field(
        default=None,
        description="Certificates (PEM) to trust for the IMAP server; empty: those of the system.",
    )
    imap_timeout_seconds: float = Field(
        default=30.0, description="How long to wait for the IMAP server's answer."
    )
    imap_block: str = Field(
        default="",
        description="Name of a Prefect block of the type Seguito IMAP that takes the place of the IMAP settings above; "
        "empty: the settings.",
    )
    inbox_maildir: OptionalPath = Field(
        default=None,
        description="Maildir that answers come to, read beside or instead of IMAP; `make up` sets its own.",
    )
    mailbox_port: int = Field(default=4281, description="Port of the local mailbox's page (`make up`).")
    prefect_port: int = Field(default=4200, description="Port of the Prefect server that `make up` starts.")
    prefect_auth: SecretStr | None = Field(
        default=None,
        description="Login (`user:password`) that the Prefect server asks for; empty: `make up` makes one on a "
        "company's own data, or when it listens beyond this machine; `none`: no login.",
    )
    ops_smtp_url: SecretStr | None = Field(
        default=None,
        description="Second mail server, for news of trouble where our own is the trouble: "
        "`smtps://user:password@host` or `smtp://…` (STARTTLS).",
    )
    notify_block: str = Field(
        default="",
        description="Prefect block that is told of trouble with the runs, such as `slack-webhook/ops`; "
        "empty: only the event feed.",
    )
    bind: str = Field(default="127.0.0.1", description="Address that `make up` listens on.")

    @model_validator(mode="before")
    @classmethod
    def _policy_of_the_sample(cls, values: dict[str, Any]) -> dict[str, Any]:
        """The made-up company writes at any hour, as long as nobody named a policy and its mails stay here."""
        untouched = not {"policy", "smtp_host", "smtp_block"} & {name.lower() for name in values}
        demo = Path(values.get("source") or cls.model_fields["source"].default) / "demo.toml"
        return {**values, "policy": demo} if untouched and demo.is_file() else values

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from; pydantic calls this.

        Raises:
            AccessError: a name is none of ours.
        """
        del settings_cls
        if isinstance(dotenv_settings, EnvSettingsSource):
            _refuse_unknown(dotenv_settings.env_vars, cls.model_fields, ".env")
        if isinstance(env_settings, EnvSettingsSource):
            _refuse_unknown(env_settings.env_vars, cls.model_fields, None)
        return init_settings, env_settings, dotenv_settings, file_secret_settings

    @cached_property
    def database(self) -> str:
        """The database's address, the default filled in."""
        return self.database_url or f"sqlite:///{self.state_dir / 'seguito.db'}"

    @cached_property
    def signing_key(self) -> str:
        """The key that signs links; made and kept (mode 600) at first use unless one is set.

        Raises:
            ValueError: the key is too short to keep anybody out.
        """
        if self.secret is not None:
            return _long_enough(self.secret.get_secret_value(), "SEGUITO_SECRET")
        path = self.state_dir / "secret"
        if (
            not path.exists() or path.stat().st_size == 0
        ):  # an empty one is what a crash of an older version left
            _keep_new_key(path)
        return _long_enough(path.read_text(encoding="ascii"), str(path))


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        AccessError: one cannot be used, or a name is none of ours.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise AccessError(at_fault(error)) from None


def at_fault(error: ValidationError) -> str:
    """One line a setting, without what stands in it: it may be a password."""
    return "\n".join(
        f"{_PREFIX}{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}; mend it"
        for item in error.errors(include_input=False, include_url=False)
    )


def _refuse_unknown(given: Iterable[str], known: Iterable[str], file: str | None) -> None:
    """Refuse names that are none of ours. Other programs' may stand in the environment: there, only those like ours."""
    ours = frozenset(known) | _OF_OTHERS
    for name in sorted(name.lower() for name in given):
        if not name.startswith(_PREFIX.lower()) or (short := name.removeprefix(_PREFIX.lower())) in ours:
            continue
        near = get_close_matches(short, ours - _OF_OTHERS, 1, 0.0 if file else _LIKE)
        if near:
            where = f"{file}: " if file else ""
            raise AccessError(
                f"{where}{name.upper()} is no setting of Seguito; did you mean {_PREFIX}{near[0].upper()}?"
            )


def _long_enough(key: str, where: str) -> str:
    if len(key.strip()) < _LEAST_KEY:
        raise ValueError(
            f"{where}: a key of fewer than {_LEAST_KEY} characters can be guessed; give a longer one, or none at all"
        )
    return key


def _keep_new_key(path: Path) -> None:
    """Make a key whole before it has its name. Of two processes that start at once, both use the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    with open(half, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        if path.exists() and path.stat().st_size == 0:
            half.replace(path)
        else:
            path.hardlink_to(half)
    except FileExistsError:  # the other one was quicker
        pass
    finally:
        half.unlink(missing_ok=True)
