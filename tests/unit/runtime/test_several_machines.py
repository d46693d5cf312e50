"""The page of commands, the compose file and the cluster that is tried say the same."""

import re
from typing import Any

import pytest
import yaml

from tasks.runtime.settings import Settings
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "how-to" / "several-machines.md").read_text(encoding="utf-8")
SERVER = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
_VARIABLE = re.compile(r"\b((?:PREFECT|SEGUITO)_[A-Z_]+)=")
_QUOTED = re.compile(r'"(PREFECT_(?:SERVER|REDIS)_[A-Z_]+)"')
_TESTED_ONLY = {"SEGUITO_CLUSTER_MAILS"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    path = ROOT / "deployments" / "compose" / "compose.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def on_the_page() -> set[str]:
    return set(_VARIABLE.findall(PAGE)) - _TESTED_ONLY


def test_every_variable_of_the_page_is_in_the_compose_file(compose: dict[str, Any]) -> None:
    services = compose["services"]
    told = {name for service in services.values() for name in service.get("environment", {})}
    assert on_the_page() - told == set()


def test_the_cluster_that_is_tried_is_set_up_as_on_the_page() -> None:
    cluster = (ROOT / "tests" / "integration" / "flows" / "test_cluster.py").read_text(encoding="utf-8")
    assert set(_QUOTED.findall(cluster)) <= on_the_page()


def test_every_setting_in_the_compose_file_exists(compose: dict[str, Any]) -> None:
    known = {f"SEGUITO_{name.upper()}" for name in Settings.model_fields}
    told = {name for name in compose["services"]["worker"]["environment"] if name.startswith("SEGUITO_")}
    assert told - known == set()


def test_the_commands_of_the_page_are_those_of_the_containers(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for command in re.findall(r"(?:prefect|seguito) [a-z][^&\"]*", str(service.get("command", ""))):
            begin = command.split(" --host")[0].split(" --limit")[0].strip()
            assert begin in PAGE, begin


def test_the_servers_of_page_and_containers_ask_for_a_password(compose: dict[str, Any]) -> None:
    for name in ("api", "api-2"):
        assert compose["services"][name]["environment"]["PREFECT_SERVER_API_AUTH_STRING"].endswith(":?}")
        command = compose["services"][name]["command"]
        assert command in PAGE, command


def test_only_one_server_makes_the_tables(compose: dict[str, Any]) -> None:
    servers = {
        name: one
        for name, one in compose["services"].items()
        if "prefect_server" in str(one.get("command", "")) or "prefect server" in str(one.get("command", ""))
    }
    migrating = [
        name
        for name, one in servers.items()
        if one["environment"].get("PREFECT_SERVER_DATABASE_MIGRATE_ON_START") != "false"
    ]
    assert migrating == ["api"]
    assert all(SERVER in one["environment"] for one in servers.values())


def test_every_service_waits_for_one_that_exists(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, one in services.items():
        assert set(one.get("depends_on", {})) <= set(services), name
        assert ("image" in one) != ("build" in one), name
