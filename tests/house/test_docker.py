"""Image, Compose file and Kubernetes manifest agree with the gateway and with each other; it takes no engine to see."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from lumina.cli import healthcheck
from lumina.cli.main import parser
from lumina.config import load_plan
from tests.house.tree import ROOT, tracked

CONFIG = ROOT / "deploy" / "config.yaml"
INSIDE = "/etc/lumina/config.yaml"  # where a container finds it
COMPILERS = re.compile(r"\b(?:gcc|g\+\+|clang|cc|make|libc6-dev|python3-dev)\b")
PROBES = {"startupProbe": "/health/ready", "readinessProbe": "/health/ready", "livenessProbe": "/health/live"}


def stages() -> list[list[tuple[str, str]]]:
    """Return the Dockerfile's stages, each a list of instructions and what follows them."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: list[list[tuple[str, str]]] = []
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def final(word: str) -> str:
    """Return what the last stage says with that instruction."""
    (rest,) = [rest for each, rest in stages()[-1] if each == word]
    return rest


def plan_of(path: Path = CONFIG) -> dict[str, Any]:
    """Return the plan of a configuration that has neither mistakes nor warnings."""
    return load_plan(path, lambda problem: pytest.fail(str(problem)))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the Compose file."""
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    found: dict[str, Any] = document["services"]
    return found


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """What the Kubernetes manifest declares, by kind."""
    documents = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text()))
    return {document["kind"]: document for document in documents}


@pytest.fixture(scope="module")
def container(manifest: dict[str, Any]) -> dict[str, Any]:
    """The one container of the Deployment."""
    (found,) = manifest["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def test_the_image_runs_as_nobody_in_particular() -> None:
    user, group = final("USER").split(":")
    assert int(user) >= 10_000
    assert int(group) >= 10_000
    created = " ".join(rest for _, rest in stages()[0])
    assert f"--uid {user} --gid {group}" in created


def test_the_image_starts_and_checks_the_gateway() -> None:
    words = [*json.loads(final("ENTRYPOINT")), *json.loads(final("CMD"))]
    assert parser().parse_args(words[1:]).file == INSIDE
    _, _, command = final("HEALTHCHECK").partition("CMD ")
    assert parser().parse_args(json.loads(command)[1:]).url == healthcheck.URL
    assert int(final("EXPOSE")) == plan_of()["server"]["port"]


def test_the_compiler_stays_behind() -> None:
    runtime, build, last = stages()
    assert [bool(COMPILERS.search(repr(stage))) for stage in (runtime, build, last)] == [False, True, False]
    assert [stage[0][1].split()[0] for stage in (build, last)] == ["runtime", "runtime"]
    assert [rest for word, rest in last if word == "COPY"] == ["--from=build /opt/lumina /opt/lumina"]


def test_the_build_is_given_what_it_copies_and_nothing_else() -> None:
    copied = {source for word, rest in stages()[1] if word == "COPY" for source in rest.split()[:-1]}
    admitted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert admitted == copied
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert [source for source in copied if not any(f"{name}/".startswith(f"{source}/") for name in names)] == []


def test_services_may_do_no_more_than_they_need(services: dict[str, Any]) -> None:
    for service in services.values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert "no-new-privileges:true" in service["security_opt"]
        assert not {"user", "privileged", "cap_add", "network_mode", "pid"} & service.keys()


def test_the_gateway_is_published_for_this_machine_alone(services: dict[str, Any]) -> None:
    published = {name: service.get("ports", []) for name, service in services.items()}
    port = plan_of()["server"]["port"]
    assert published == {"gateway": [f"127.0.0.1:${{LUMINA_PORT:-8080}}:{port}"], "payments": []}


def test_compose_gives_the_gateway_its_configuration(services: dict[str, Any]) -> None:
    assert services["gateway"]["volumes"] == [f"./{CONFIG.relative_to(ROOT)}:{INSIDE}:ro"]
    plan = plan_of()
    assert plan["server"]["host"] == "0.0.0.0"  # noqa: S104 (of a container)
    assert int(services["gateway"]["stop_grace_period"].removesuffix("s")) > plan["timeouts"]["drain"]


def test_the_route_leads_to_the_service_beside(services: dict[str, Any]) -> None:
    command = services["payments"]["entrypoint"]
    assert find_spec(command[command.index("-m") + 1]) is not None
    port = int(command[command.index("--port") + 1])
    ((endpoint,),) = [upstream["endpoints"] for upstream in plan_of()["upstreams"]]
    assert (endpoint["host"], endpoint["port"]) == ("payments", port)
    asked = parser().parse_args(services["payments"]["healthcheck"]["test"][2:]).url
    assert asked == f"http://127.0.0.1:{port}/health"


def test_compose_builds_with_the_arguments_that_the_image_has(services: dict[str, Any]) -> None:
    taken = set(re.findall(r"^ARG (\w+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert [set(service["build"]["args"]) for service in services.values()] == [taken, taken]


def test_the_cluster_has_a_configuration_that_passes(manifest: dict[str, Any], tmp_path: Path) -> None:
    (name, text), *others = manifest["ConfigMap"]["data"].items()
    assert (f"/etc/lumina/{name}", others) == (INSIDE, [])
    path = tmp_path / name
    path.write_text(text)
    plan = plan_of(path)
    spec = manifest["Deployment"]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    waited = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert container["ports"] == [{"name": "http", "containerPort": plan["server"]["port"]}]
    assert plan["server"]["workers"] == int(container["resources"]["limits"]["cpu"])
    assert spec["terminationGracePeriodSeconds"] > waited + plan["timeouts"]["drain"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in spec["volumes"]}


def test_the_cluster_asks_what_the_gateway_answers(container: dict[str, Any]) -> None:
    assert {name: container[name]["httpGet"]["path"] for name in PROBES} == PROBES
    assert {container[name]["httpGet"]["port"] for name in PROBES} == {"http"}


def test_the_cluster_runs_it_as_the_image_does(manifest: dict[str, Any], container: dict[str, Any]) -> None:
    pod = manifest["Deployment"]["spec"]["template"]["spec"]["securityContext"]
    assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == final("USER")
    assert pod["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_service_finds_the_pods(manifest: dict[str, Any]) -> None:
    deployment = manifest["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == labels
    assert manifest["Service"]["spec"]["selector"] == labels
    assert [port["targetPort"] for port in manifest["Service"]["spec"]["ports"]] == ["http"]
