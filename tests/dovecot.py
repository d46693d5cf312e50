"""A real IMAP server for the tests: Debian's Dovecot, as an unprivileged process with a configuration of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from imapclient import IMAPClient

from tasks.runtime.settings import Settings
from tests.ports import free_port

USER, PASSWORD = "assistenza", "dovecot-test"
_START_SECONDS = 10

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:{home}/mail/%u
mail_max_userip_connections = 50
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def program() -> str | None:
    """Where Dovecot is installed; on Debian it does not stand on everybody's path."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass
class Dovecot:
    """A running server with one account."""

    home: Path
    plain: int
    tls: int

    def settings(self, security: str = "tls", **more: Any) -> Settings:
        """Our settings for its account."""
        facts = {
            "imap_host": "127.0.0.1",
            "imap_port": self.tls if security == "tls" else self.plain,
            "imap_security": security,
            "imap_user": USER,
            "imap_password": PASSWORD,
            "imap_ca_file": self.home / "ca.pem",
            "imap_timeout_seconds": 10,
            **more,
        }
        return Settings(**facts)

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A mail program of somebody else, to put mails in and to look."""
        with IMAPClient("127.0.0.1", self.plain, ssl=False) as client:
            client.login(USER, PASSWORD)
            yield client

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        """A mail arrives."""
        with self.client() as client:
            client.append(folder, raw)

    def clear(self) -> None:
        """Throw the mailbox away; the next one has another UIDVALIDITY."""
        with self.client() as client:
            for _, _, name in client.list_folders():
                if name != "INBOX":
                    client.delete_folder(name)
            client.select_folder("INBOX")
            client.delete_messages(client.search("ALL"))
            client.expunge()


@contextmanager
def started() -> Iterator[Dovecot]:
    """Start one in a temporary folder on 127.0.0.1, and take everything away at the end.

    Raises:
        RuntimeError: it is not installed, or does not start; the message has its log.
    """
    home = Path(tempfile.mkdtemp(prefix="seguito-dovecot-"))
    account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    server = Dovecot(home, free_port(), free_port())
    _prepare(server, account)
    user: dict[str, Any] = (
        {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    )
    process = subprocess.Popen(
        [str(program()), "-F", "-c", str(home / "dovecot.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=home,
        **user,
    )
    try:
        _wait(process, server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_START_SECONDS)
        shutil.rmtree(home, ignore_errors=True)


def _prepare(server: Dovecot, account: pwd.struct_passwd) -> None:
    home = server.home
    authority = trustme.CA()
    own = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(home / "ca.pem")
    own.private_key_pem.write_to_path(home / "key.pem")
    for blob in own.cert_chain_pems:
        blob.write_to_path(home / "cert.pem", append=True)
    (home / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    group = subprocess.run(
        ["/usr/bin/id", "-gn", account.pw_name], capture_output=True, text=True, check=True
    ).stdout
    (home / "dovecot.conf").write_text(
        _CONFIGURATION.format(
            home=home,
            user=account.pw_name,
            group=group.strip(),
            uid=account.pw_uid,
            gid=account.pw_gid,
            plain=server.plain,
            tls=server.tls,
        )
    )
    for name in ("run", "state", "mail"):
        (home / name).mkdir()
    if os.getuid() == 0:
        for path in (home, *home.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)


def _wait(process: "subprocess.Popen[bytes]", server: Dovecot) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.plain), timeout=1) as greeting:
                if greeting.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.02)
    log = server.home / "log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else 'it said nothing'}")
