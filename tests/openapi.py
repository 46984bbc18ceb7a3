"""Holds an answer of the API against the OpenAPI document: status, headers, type and body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema import FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

import webapp

FILE = Path(webapp.__file__).parent / "content" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

_REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:api", DRAFT202012.create_resource(DOCUMENT)
)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every method (lower case), path and operation of the document."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def follow(pointer: str) -> tuple[str, Any]:
    """What a JSON pointer leads to, references followed; and where that really is."""
    found: Any = DOCUMENT
    for part in pointer.strip("/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    if isinstance(found, dict) and list(found) == ["$ref"]:
        return follow(found["$ref"].removeprefix("#"))
    return pointer, found


def validate(data: object, pointer: str) -> None:
    """Raise ValidationError unless `data` fits the schema at a JSON pointer."""
    schema = {"$ref": f"urn:api#{pointer}"}
    Draft202012Validator(schema, registry=_REGISTRY, format_checker=FormatChecker()).validate(data)


def check(method: str, path: str, response: TestResponse) -> None:
    """Raise unless the document foresees this answer to this operation."""
    at = f"/paths/{path.replace('/', '~1')}/{method.lower()}/responses/{response.status_code}"
    at, described = follow(at)
    for name in described.get("headers", {}):
        header_at, header = follow(f"{at}/headers/{name}")
        assert name in response.headers or not header.get("required"), f"{name} is missing"
        if name in response.headers:
            validate(response.headers[name], f"{header_at}/schema")
    if "content" not in described:
        assert response.data == b""
        return
    assert response.mimetype in described["content"], response.mimetype
    escaped = response.mimetype.replace("/", "~1")
    validate(response.json, f"{at}/content/{escaped}/schema")
