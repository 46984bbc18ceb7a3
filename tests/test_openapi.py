"""The OpenAPI document is valid, complete, and its examples are true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate as validate_document

from tests.openapi import DOCUMENT
from tests.openapi import operations
from tests.openapi import validate
from webapp.push.counts import Counts
from webapp.push.outcome import Outcome
from webapp.schedule import Level
from webapp.schedule import Source
from webapp.subscription import MAX_ENDPOINT_OCTETS
from webapp.wish import LONGEST_PAUSE_DAYS
from webapp.wish import MAX_TIMES
from webapp.wish import MAX_TOPICS

OPERATIONS = [(method, path) for method, path, _ in operations()]


def places_with_examples(node: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        if "example" in node and "schema" in node:
            yield pointer, node["example"]
        for name, child in node.items():
            if name != "example":
                escaped = name.replace("~", "~0").replace("/", "~1")
                yield from places_with_examples(child, f"{pointer}/{escaped}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from places_with_examples(child, f"{pointer}/{number}")


def test_the_document_is_valid_openapi() -> None:
    validate_document(DOCUMENT)


def test_every_route_is_described_and_every_description_has_a_route(app: Flask) -> None:
    routes = {
        (method.lower(), rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(OPERATIONS)


def test_operations_are_named_as_their_endpoints(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")}
    names = {f"api.{operation['operationId']}" for _, _, operation in operations()}
    assert endpoints >= names


def test_the_document_is_served(client: FlaskClient) -> None:
    response = client.get("/api/openapi.json")
    assert (response.mimetype, response.json) == ("application/json", DOCUMENT)


@pytest.mark.parametrize(
    ("pointer", "example"), [*places_with_examples(DOCUMENT)], ids=lambda value: str(value)[:60]
)
def test_every_example_fits_its_schema(pointer: str, example: object) -> None:
    validate(example, f"{pointer}/schema")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_json_body_and_answer_has_an_example(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for content in body.get("content", {}).values():
            assert "example" in content or path == "/api/openapi.json"


@pytest.mark.parametrize(
    ("method", "path"), [(m, p) for m, p in OPERATIONS if m in ("put", "post", "delete")]
)
def test_every_writing_operation_says_how_it_refuses(method: str, path: str) -> None:
    responses = DOCUMENT["paths"][path][method]["responses"]
    refusals = {"403", "429", "500"}
    if "requestBody" in DOCUMENT["paths"][path][method]:
        refusals |= {"400", "413", "415", "422"}
    assert responses.keys() >= refusals


def test_every_component_is_used() -> None:
    used = set(re.findall(r"'#(/components/\w+/\w+)'", str(DOCUMENT)))
    declared = {
        f"/components/{kind}/{name}"
        for kind, members in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in members
    }
    assert declared == used


def test_limits_and_names_are_those_of_the_code() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Endpoint"]["maxLength"] == MAX_ENDPOINT_OCTETS
    assert schemas["Level"]["enum"] == [level.value for level in Level]
    assert schemas["Source"]["enum"] == [source.value for source in Source]
    assert schemas["Times"]["maxItems"] == MAX_TIMES
    assert schemas["Topics"]["maxItems"] == MAX_TOPICS
    assert f"at most {LONGEST_PAUSE_DAYS} days" in schemas["PauseUntil"]["description"]
    outcomes = schemas["TestAnswer"]["properties"]["outcome"]["enum"]
    assert outcomes == [outcome.value for outcome in Outcome]
    assert schemas["Counts"]["required"] == list(Counts.__dataclass_fields__)
    assert schemas["Counts"]["properties"].keys() == Counts.__dataclass_fields__.keys()
