"""Access to mail by Prefect blocks, where the company prefers the UI to the environment. Read here, and handed down."""

from typing import Any, ClassVar, Literal

import httpx
from prefect.blocks.core import Block
from prefect.client.orchestration import PrefectClient
from pydantic import Field, SecretStr

from tasks.runtime.settings import AccessError, Settings, read_settings

Security = Literal["none", "starttls", "tls"]


class SmtpAccess(Block):
    """Login of the mail server that takes our mails."""

    _block_type_name = "Seguito SMTP"
    _block_type_slug = "seguito-smtp"
    _description = "The mail server that takes Seguito's mails. Its name goes into SEGUITO_SMTP_BLOCK."
    PREFIX: ClassVar[str] = "smtp"

    host: str = Field(title="Host", description="Name of the mail server, such as smtp.example.com.")
    port: int = Field(
        default=587, ge=1, le=65_535, title="Port", description="587 is usual with starttls, 465 with tls."
    )
    security: Security = Field(
        default="starttls", title="Security", description="How the connection is protected."
    )
    user: str | None = Field(default=None, title="User", description="Login; empty: none is asked for.")
    password: SecretStr | None = Field(
        default=None, title="Password", description="Kept encrypted, and never shown."
    )


class ImapAccess(Block):
    """Login of the mailbox that answers come to."""

    _block_type_name = "Seguito IMAP"
    _block_type_slug = "seguito-imap"
    _description = "The mailbox that answers come to. Its name goes into SEGUITO_IMAP_BLOCK."
    PREFIX: ClassVar[str] = "imap"

    host: str = Field(title="Host", description="Name of the IMAP server, such as imap.example.com.")
    port: int = Field(default=993, ge=1, le=65_535, title="Port", description="993 is usual with tls.")
    security: Security = Field(
        default="tls", title="Security", description="How the connection is protected."
    )
    user: str = Field(title="User", description="Login of the mailbox.")
    password: SecretStr = Field(title="Password", description="Kept encrypted, and never shown.")
    folder: str = Field(default="INBOX", title="Folder", description="Folder that answers come to.")


Access = type[SmtpAccess] | type[ImapAccess]
TYPES: tuple[Access, ...] = (SmtpAccess, ImapAccess)


async def register(client: PrefectClient) -> list[str]:
    """Make the types known to the server, so that the UI offers them under Blocks; returns their names."""
    for kind in TYPES:
        await kind.aregister_type_and_schema(client=client)
    return [f"block type {kind.get_block_type_slug()}" for kind in TYPES]


async def settings() -> Settings:
    """The settings of this process, with what stands in the blocks that they name.

    Raises:
        AccessError: a setting cannot be used, or a block is missing or cannot be read.
    """
    known = read_settings()
    changes: dict[str, Any] = {}
    if known.smtp_block:
        changes |= await _read(SmtpAccess, known.smtp_block)
    if known.imap_block:
        changes |= await _read(ImapAccess, known.imap_block)
    return known.model_copy(update=changes)


async def _read(kind: Access, name: str) -> dict[str, Any]:
    setting = f"SEGUITO_{kind.PREFIX.upper()}_BLOCK"
    try:
        block = await kind.aload(name)
    except httpx.TransportError as error:
        raise AccessError(f"no Prefect server answers, and {setting} names a block there ({error})") from None
    except (ValueError, RuntimeError):  # what they say may repeat what stands in the block
        raise AccessError(
            f"there is no usable block {kind.get_block_type_slug()}/{name}; make it in the Prefect UI under Blocks, "
            f"or mend {setting}"
        ) from None
    return {f"{kind.PREFIX}_{field}": getattr(block, field) for field in kind.model_fields}
