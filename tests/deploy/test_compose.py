"""The description of the suite on one machine is valid, complete and needs secrets of one's own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = ("crm", "delivery", "resourcing", "billing")


def test_it_fits_the_schema_of_compose() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    checked = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("part", ["database", "migrate", "provision", "api", "worker"])
def test_every_service_has_its_parts(service: str, part: str) -> None:
    assert f"\n  {service}-{part}:\n" in COMPOSE


def test_every_secret_is_named_in_the_example_and_has_no_default() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    named = set(re.findall(r"^([A-Z_]+)=$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert wanted == named
    assert ":-" not in COMPOSE


def test_the_broker_is_pinned_to_the_version_that_operators_are_told_of() -> None:
    (pinned,) = re.findall(r"image: rabbitmq:([\w.-]+)", COMPOSE)
    version, _, variant = pinned.partition("-")

    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert variant == "management-alpine"  # where `provision` makes the users
    assert f"| {version} |" in (ROOT / "docs" / "operations.md").read_text()


def test_every_mounted_file_is_there() -> None:
    for source in re.findall(r"\./(deploy/[^:]+):", COMPOSE):
        assert (ROOT / source).exists(), source


def test_the_edge_and_prometheus_know_every_service() -> None:
    edge = (ROOT / "deploy" / "Caddyfile").read_text()
    prometheus = (ROOT / "deploy" / "observability" / "prometheus.yaml").read_text()
    for service in SERVICES:
        assert f"handle_path /{service}/*" in edge
        assert f"{service}-api:9000" in prometheus
        assert f"{service}-worker:9000" in prometheus
