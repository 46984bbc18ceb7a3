"""The dashboard and the alarms speak of the metrics that there are, and of all of them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from tests.processes import ROOT
from webapp import create_app
from webapp import migrations
from webapp.push.counts import ELSEWHERE

FOLDER = ROOT / "webapp" / "operating"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana.json").read_text())
GROUPS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
SHOWN = [target["expr"] for panel in PANELS for target in panel["targets"]]
EXPRESSIONS = [*SHOWN, *(rule["expr"] for rule in RULES)]
WORDS = {"absent", "and", "by", "increase", "max", "on", "rate", "sum"}
TOKEN = "a-token-that-only-prometheus-knows"
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? [0-9]+")
OVER_TIME = re.compile(r"\b(rate|increase)\(")
ONE_OF_EACH = "max by (origin, outcome) ("


@dataclass
class Told:
    """What a real /metrics answer holds: the names of metrics, and labels with their values."""

    metrics: set[str] = field(default_factory=set)
    labels: dict[str, set[str]] = field(default_factory=dict)
    series: set[tuple[str, ...]] = field(default_factory=set)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    settings = {
        "POCKET_INSTANCE": str(tmp_path_factory.mktemp("instance")),
        "POCKET_METRICS_TOKEN": TOKEN,
    }
    app = create_app(settings)
    return read_metrics(app)


def read_metrics(app: Flask) -> Told:
    parts, found = app.extensions["pocket"], Told()
    migrations.upgrade(parts.settings.database_url)
    parts.store.count({(ELSEWHERE, "accepted"): 1})
    client: FlaskClient = app.test_client()
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, buffered=True)
    parts.store.close()
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            found.metrics.add(sample[1])
            given = re.findall(r'(\w+)="([^"]*)"', sample[2] or "")
            found.series.add(tuple(value for _, value in given))
            for name, value in given:
                found.labels.setdefault(name, set()).add(value)
    assert found.metrics and found.labels
    return found


def names_in(expression: str) -> set[str]:
    """Everything in a PromQL expression that is no word of the language, text or duration."""
    bare = re.sub(r'"[^"]*"|\$\w+', "", expression)
    return set(re.findall(r"\b[A-Za-z_]\w*", bare)) - WORDS


def values_in(expression: str) -> Iterator[tuple[str, str]]:
    for label, value in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', expression):
        yield from ((label, each) for each in value.split("|") if not each.startswith("$"))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_each_expression_speaks_of_what_the_server_tells(expression: str, told: Told) -> None:
    assert names_in(expression) <= told.metrics | told.labels.keys()
    for label, value in values_in(expression):
        assert value in told.labels[label]
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_no_expression_adds_up_what_each_web_process_tells_alike(expression: str) -> None:
    for found in OVER_TIME.finditer(expression):
        assert expression[: found.start()].endswith(ONE_OF_EACH)
    for gauge in re.finditer(r"pocket_push_(due|oldest_due_seconds|subscriptions)", expression):
        assert expression[: gauge.start()].endswith(("max(", "absent("))


def test_the_dashboard_shows_every_metric(told: Told) -> None:
    assert told.metrics <= set().union(*map(names_in, SHOWN))


def test_every_series_begins_at_zero_so_that_a_first_refusal_is_seen(told: Told) -> None:
    for origin in ("fcm.googleapis.com", "web.push.apple.com", ELSEWHERE):
        for outcome in ("accepted", "credentials", "message", "gone"):
            assert (origin, outcome) in told.series


def test_the_dashboard_asks_the_prometheus_that_is_chosen() -> None:
    (chosen,) = [each for each in DASHBOARD["templating"]["list"] if each["type"] == "datasource"]
    assert chosen["query"] == "prometheus"
    source = {"type": "prometheus", "uid": f"${{{chosen['name']}}}"}
    for each in itertools.chain(*((panel, *panel["targets"]) for panel in PANELS)):
        assert each["datasource"] == source


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    assert DASHBOARD["schemaVersion"] >= 36
    assert DASHBOARD["uid"] and DASHBOARD["title"]
    ids = [panel["id"] for panel in PANELS]
    assert len(set(ids)) == len(ids)
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["type"] in {"stat", "timeseries", "table"}
        assert panel["description"]
        refs = [target["refId"] for target in panel["targets"]]
        assert refs and len(set(refs)) == len(refs)


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        grid = panel["gridPos"]
        cells = itertools.product(
            range(grid["x"], grid["x"] + grid["w"]), range(grid["y"], grid["y"] + grid["h"])
        )
        for cell in cells:
            assert cell[0] < 24
            assert cell not in taken
            taken.add(cell)


@pytest.mark.parametrize("alert", ["PocketCredentialsRefused", "PocketMessagesRefused"])
def test_a_stranger_who_is_refused_while_nothing_is_due_raises_no_alarm(alert: str) -> None:
    (rule,) = [each for each in RULES if each["alert"] == alert]
    share, few = rule["expr"].split(" and on (origin) ")
    refused, accepted = re.split(r" > 0\.\d+ \* ", share)
    assert 'outcome="accepted"' in accepted
    assert few == f"{refused} > 5"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_says_what_is_wrong_and_how_badly(rule: dict[str, Any], told: Told) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    summary = rule["annotations"]["summary"]
    assert set(re.findall(r"\$labels\.(\w+)", summary)) <= told.labels.keys()
    assert re.fullmatch(r"[0-9]+m", rule.get("for", "1m"))
    assert [each["alert"] for each in RULES].count(rule["alert"]) == 1
