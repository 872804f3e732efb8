"""The alert rules: checked by Prometheus's own tool where it can be had, and each led to its place in the operators' page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from ruamel.yaml import YAML

from services.collector import metrics as _  # noqa: F401 -- registers the collector's metrics
from services.publisher.metrics import families
from tests.unit.services.publisher.test_metrics import NOW, picture

ROOT = Path(__file__).parents[3]
OBSERVE = ROOT / "deploy" / "observe"
RULES: list[dict[str, Any]] = YAML(typ="safe").load((OBSERVE / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
PROMTOOL = shutil.which("promtool")

by_promtool = pytest.mark.skipif(PROMTOOL is None, reason="NOT TRIED: the alert rules, because there is no promtool here")
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROMTOOL), *arguments], cwd=OBSERVE, capture_output=True, text=True, check=False)


@by_promtool
@pytest.mark.parametrize("arguments", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")], ids=" ".join)
def test_the_rules_are_well_formed_and_wake_when_they_should(arguments: tuple[str, ...]) -> None:
    told = promtool(*arguments)
    assert told.returncode == 0, told.stdout + told.stderr


@by_promtool
def test_what_prometheus_is_told_to_scrape_is_well_formed(tmp_path: Path) -> None:
    here = (OBSERVE / "prometheus.yml").read_text().replace("/etc/prometheus/", f"{OBSERVE}/")
    (tmp_path / "prometheus.yml").write_text(here)
    told = promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert told.returncode == 0, told.stdout + told.stderr


@each_rule
def test_every_alert_is_tried(rule: dict[str, Any]) -> None:
    assert f'alertname="{rule["alert"]}"' in (OBSERVE / "alerts.test.yml").read_text()


@each_rule
def test_every_alert_leads_to_a_place_that_is_there(rule: dict[str, Any]) -> None:
    (place,) = re.findall("^Something is wrong: (.+)$", rule["annotations"]["do"])
    headings = [
        heading.replace("`", "") for heading in re.findall(r"^\*\*(.+?)\*\*", (ROOT / "docs/operations.md").read_text(), re.M)
    ]
    assert [heading for heading in headings if heading.lower().startswith(place.lower())]


def told() -> set[str]:
    """Every name that Prometheus is told, by the processes' own registries."""
    site = [sample.name for family in families(picture(), NOW) for sample in family.samples]
    return {
        *site,
        *(name for family in REGISTRY.collect() for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")),
    }


@pytest.mark.parametrize("file", ["alerts.yml", "alerts.test.yml", "grafana/hailong.json"])
def test_nothing_is_asked_that_nobody_tells(file: str) -> None:
    asked = {re.sub("_(sum|count)$", "", name) for name in re.findall(r"hailong_[a-z_]+", (OBSERVE / file).read_text())}
    assert asked
    assert asked - told() == set()


@pytest.mark.parametrize(
    "name",
    [
        "hailong_ballots_total",
        "hailong_commit_ballots",
        "hailong_commit_seconds",
        "hailong_survey_oldest_waiting_seconds",
        "hailong_heartbeat_age_seconds",
        "hailong_quarantine",
        "hailong_places_left",
        "hailong_survey_state",
        "hailong_survey_ballots",
    ],
)
def test_what_an_operator_needs_to_know_is_told_and_shown(name: str) -> None:
    assert name in told()
    assert name in (OBSERVE / "grafana" / "hailong.json").read_text()
