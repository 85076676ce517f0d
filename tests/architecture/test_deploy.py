"""The files under deploy/: by the schemas of Kubernetes and of the compose specification, and by the product itself.

No container is started here.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import kubernetes_validate
import pytest
import yaml
from typer.main import get_command

from waystation.cli import build_app
from waystation.settings import PREFIX, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS = [
    (path.name, document)
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text("utf-8"))
]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
OURS = ("upgrade", "api", "worker")
#: The specification's own schema, as a checker of such files brings it along.
COMPOSE_SCHEMA = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"


def named(kind: str, name: str) -> dict[str, Any]:
    return next(one for _, one in MANIFESTS if (one["kind"], one["metadata"]["name"]) == (kind, name))


def containers() -> list[tuple[str, dict[str, Any]]]:
    templates = [
        (one["metadata"]["name"], one["spec"]["template"]) for _, one in MANIFESTS if "template" in one.get("spec", {})
    ]
    return [(name, box) for name, template in templates for box in template["spec"]["containers"]]


def check_command(command: list[str]) -> None:
    """A command line of ours has commands and options that there are."""
    assert command[0] == "waystation"
    group: Any = get_command(build_app())
    known = group.commands[command[1]]
    options = {option for parameter in known.params for option in parameter.opts}
    assert {word for word in command[2:] if word.startswith("--")} <= options, command


@pytest.mark.parametrize(("file", "manifest"), MANIFESTS, ids=lambda one: one if isinstance(one, str) else one["kind"])
def test_manifests_are_what_kubernetes_takes(file: str, manifest: dict[str, Any]) -> None:
    """Each document, strictly: a misspelt field is refused."""
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    assert manifest["kind"] == "Namespace" or manifest["metadata"]["namespace"] == "waystation"


def test_compose_is_what_its_specification_takes() -> None:
    """By the schema of the compose specification; a misspelt key and a value of another kind are refused by it."""
    schema = jsonschema_rs.validator_for(json.loads(COMPOSE_SCHEMA.read_text("utf-8")))
    assert [error.message for error in schema.iter_errors(COMPOSE)] == []
    for place, value in (("depend_on", {}), ("cap_drop", "ALL"), ("healthcheck", {"interval": 5})):
        faulty = deepcopy(COMPOSE)
        faulty["services"]["api"][place] = value
        assert not schema.is_valid(faulty), place


def test_two_apis_and_four_workers() -> None:
    """In both: 2 API processes; 2 times 2 workers, each with a probe of its own."""
    worker = ["waystation", "worker", "--processes", "2", "--health-port", "9100", "--health-host", "0.0.0.0"]
    for kind, command in (("api", ["waystation", "api"]), ("worker", worker)):
        spec = named("Deployment", f"waystation-{kind}")["spec"]
        box = spec["template"]["spec"]["containers"][0]
        assert (spec["replicas"], box["command"]) == (2, command)
        assert box["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert COMPOSE["services"][kind]["deploy"]["replicas"] == 2
        assert COMPOSE["services"][kind]["command"] == command
        assert "/readyz" in str(COMPOSE["services"][kind]["healthcheck"]["test"])


def test_commands_and_settings_are_ours() -> None:
    """Every command line, option and WAYSTATION_… variable that is named is one that there is."""
    known = set(Settings.variables())
    for _, box in containers():
        if box["image"].startswith("waystation:"):
            check_command(box["command"])
    for name in OURS:
        check_command(COMPOSE["services"][name]["command"])
        assert {key for key in COMPOSE["services"][name]["environment"] if key.startswith(PREFIX)} <= known
    config = named("ConfigMap", "waystation")["data"]
    assert {key for key in config if key != "FORWARDED_ALLOW_IPS"} <= known
    prose = "\n".join(path.read_text("utf-8") for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")))
    assert set(re.findall(r"from-literal=([A-Z_]+)=", prose)) <= known
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert set(re.findall(r"(WAYSTATION_[A-Z_]+)=", image)) <= known


def test_nothing_runs_with_more_rights_than_it_needs() -> None:
    """Our containers: not root, no capability, no way to get any; no secret in any file; images with a version."""
    for name, box in containers():
        if box["image"].startswith("waystation:"):
            assert box["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert box["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert box["resources"]["limits"]["memory"], name
    images = [box["image"] for _, box in containers()] + [one["image"] for one in COMPOSE["services"].values()]
    assert all(re.search(r":(\$\{\w+:-)?\d", image) for image in images), images
    assert not [one for _, one in MANIFESTS if one["kind"] == "Secret"]
    assert "USER 10001" in (DEPLOY / "Dockerfile").read_text("utf-8")
    passwords = re.findall(r"(?:PASSWORD|PWD|KEY): (\S+)", (DEPLOY / "compose.yaml").read_text("utf-8"))
    assert passwords
    assert all(value.startswith("${") for value in passwords)


def test_selectors_meet_their_pods() -> None:
    """Each service and policy of ours selects pods that there are; each volume that is mounted is declared."""
    pods = [one["spec"]["template"]["metadata"]["labels"] for _, one in MANIFESTS if "template" in one.get("spec", {})]
    for _, one in MANIFESTS:
        wanted = {"Service": "selector", "NetworkPolicy": "podSelector"}.get(one["kind"])
        if wanted is not None:
            labels = one["spec"][wanted].get("matchLabels", one["spec"][wanted])
            assert any(labels.items() <= pod.items() for pod in pods), one["metadata"]["name"]


def test_compose_holds_together() -> None:
    """What a service waits for, mounts and reads is there; only the proxy is reached, from this machine."""
    services = COMPOSE["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert other in services, name
            assert not healthy or "healthcheck" in services[other], (name, other)
        mounts = [volume.partition(":")[0] for volume in service.get("volumes", ())]
        assert {mount for mount in mounts if not mount.startswith(".")} <= COMPOSE["volumes"].keys(), name
        assert all((DEPLOY / mount).is_dir() for mount in mounts if mount.startswith(".")), name
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys(), name
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in services["proxy"]["ports"])
    wanted = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text("utf-8")))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / "env.example").read_text("utf-8"), re.MULTILINE))
    assert wanted == given
    told = yaml.safe_load(named("ConfigMap", "temporal")["data"]["dynamicconfig.yaml"])
    assert told == yaml.safe_load((DEPLOY / "temporal" / "dynamicconfig.yaml").read_text("utf-8"))
