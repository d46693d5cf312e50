"""The settings of the mail server are looked at before anything is claimed."""

from typing import Any

import pytest
from pydantic import ValidationError

from tasks.runtime.settings import AccessError, Settings
from tasks.smtp.connect import check_access, is_host, is_this_machine


def settings(**values: Any) -> Settings:
    return Settings(**{"_env_file": None, **values})


@pytest.mark.parametrize(
    "name", ["smtp.example.com", "localhost", "10.0.0.7", "::1", "[::1]", "caffè.example", "a_b.example"]
)
def test_names_of_machines(name: str) -> None:
    assert is_host(name)


@pytest.mark.parametrize(
    "name", ["mail..example.com", "", "a b", "x" * 70 + ".example", "-a.example", "a." * 200, "user@host"]
)
def test_what_is_no_name_of_a_machine(name: str) -> None:
    assert not is_host(name)
    with pytest.raises(AccessError, match="SEGUITO_SMTP_HOST"):
        check_access(settings(smtp_host=name))


@pytest.mark.parametrize("port", [0, -1, 65_536, 99_999])
def test_a_port_is_a_number_up_to_65535(port: int) -> None:
    with pytest.raises(ValidationError):
        settings(smtp_port=port)
    with pytest.raises(AccessError, match="SEGUITO_SMTP_PORT"):  # as a block may bring it
        check_access(settings().model_copy(update={"smtp_port": port}))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST."])
def test_this_machine_needs_no_encryption(host: str) -> None:
    assert is_this_machine(host)
    check_access(settings(smtp_host=host, smtp_user="seguito"))


def test_nothing_goes_unencrypted_to_another_machine_unless_it_is_said_plainly() -> None:
    with pytest.raises(AccessError, match="SEGUITO_SMTP_UNENCRYPTED"):
        check_access(settings(smtp_host="smtp.example.com"))
    check_access(settings(smtp_host="smtp.example.com", smtp_security="starttls"))
    check_access(settings(smtp_host="smtp.example.com", smtp_unencrypted=True))
