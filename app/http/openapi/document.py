"""The OpenAPI document: FastAPI's own, with every error as a problem document and an example for
every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.errors import (
    AppError,
    BadParameter,
    BadUpload,
    DamagedPicture,
    NoPicture,
    NotAPicture,
    Overloaded,
    PictureTooLarge,
    SlowUpload,
    TimeLimit,
    TooManyPixels,
    TooManyRequests,
    UnknownModel,
)
from app.http.negotiation import MEDIA_TYPES
from app.http.openapi.code_samples import code_samples
from app.http.problems import PROBLEM_JSON, PROBLEMS, Problem
from app.http.schemas import attributions, frames, learning, steps, training_config
from app.http.schemas import common as schemas
from app.http.schemas import problem as schemas_problem

Responses = dict[int | str, dict[str, Any]]

_REF = "#/components/schemas/"
_METHODS = {"get", "post", "delete", "patch"}

_PHOTO_FIELDS = {
    "image": {"type": "string", "format": "binary"},
    "model": {"type": "string", "description": "A model's id."},
    "crop": {"type": "string", "description": "left,top,right,bottom"},
}

UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A picture (JPEG, PNG, WebP, BMP or GIF), bare or as a form.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "properties": _PHOTO_FIELDS,
                },
                "example": {"image": "@photo.jpg", "model": "everyday"},
            },
            "image/*": {
                "schema": {"type": "string", "format": "binary"},
                "example": "@photo.jpg",
            },
        },
    }
}

ARCHIVE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A ZIP with a folder of pictures a class, bare or as a form.",
        "content": {
            "application/zip": {
                "schema": {"type": "string", "format": "binary"},
                "example": "@pictures.zip",
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                },
                "example": {"file": "@pictures.zip"},
            },
        },
    }
}


FRAME_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A picture, bare or as a form that says what is wanted of it.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "properties": {
                        **_PHOTO_FIELDS,
                        "view": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "description": "A FrameRequest as JSON; the predictions alone without it.",
                        },
                    },
                },
                "example": {
                    "image": "@photo.jpg",
                    "model": "everyday",
                    "view": '{"layers": [{"name": "conv1_1", "channels": [0, 5]}], "pixels": true}',
                },
            },
            "image/*": {
                "schema": {"type": "string", "format": "binary"},
                "example": "@photo.jpg",
            },
        },
    }
}

# Of calls that take a photo: refused before their body is read while the server is full.
PHOTO_BODIES = (UPLOAD_BODY, FRAME_BODY)


MODEL_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "An ONNX file, bare or as a form, which may have the other parameters as fields, too.",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "@resnet50.onnx",
            },
            "application/x-onnx": {
                "schema": {"type": "string", "format": "binary"},
                "example": "@resnet50.onnx",
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "data": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "The files that hold its weights (model.onnx.data), each with its "
                            "file's name.",
                        },
                        "labels": {
                            "type": "string",
                            "description": "A text file with the classes' names, one a line; or imagenet.",
                        },
                        "name": {"type": "string"},
                        "size": {"type": "string"},
                        "preset": {"type": "string"},
                        "mean": {"type": "string"},
                        "std": {"type": "string"},
                        "scale": {"type": "string"},
                        "channels": {"type": "string"},
                        "crop_mode": {"type": "string"},
                        "layout": {"type": "string"},
                    },
                    "additionalProperties": {
                        "type": "string",
                        "description": "input:NAME, the constant that an input which is no photo has.",
                    },
                },
                "example": {"file": "@resnet50.onnx", "preset": "imagenet", "labels": "imagenet"},
            },
        },
    }
}


def examples(**values: Any) -> dict[str, Any]:
    """Examples of an operation's parameters, where those that several operations share are not
    right.
    """
    return {"x-examples": values}


def json_body(shape: str, description: str) -> dict[str, Any]:
    """The request body of a handler that reads it itself (app/http/bodies.py): JSON of a shape of
    app/http/schemas/common.py.
    """
    content = {"application/json": {"schema": {"$ref": f"{_REF}{shape}"}}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


def problem_responses(*kinds: type[AppError]) -> Responses:
    """OpenAPI responses for errors, grouped by status, each with an example. Where the server can
    be too busy for all, one sender can be too busy for it.
    """
    rows: dict[int, dict[str, Problem]] = {}
    for kind in (*kinds, TooManyRequests) if Overloaded in kinds else kinds:
        problem = PROBLEMS[kind]
        rows.setdefault(problem.status, {})[problem.slug] = problem
    return {status: _problem_response(found) for status, found in rows.items()}


def _problem_response(found: Mapping[str, Problem]) -> dict[str, Any]:
    examples = {
        slug: {"value": {"type": p.type, "title": p.title, "status": p.status, "detail": p.title}}
        for slug, p in found.items()
    }
    return {
        "description": "; ".join(f"{p.title} ({p.type})" for p in found.values()),
        "content": {PROBLEM_JSON: {"schema": {"$ref": f"{_REF}Problem"}, "examples": examples}},
    }


def binary_content(*formats: str) -> dict[str, Any]:
    """OpenAPI content of answers that are not JSON."""
    return {MEDIA_TYPES[f]: {"schema": {"type": "string", "format": "binary"}} for f in formats}


# What a request with a picture may be refused for.
UPLOAD_PROBLEMS = problem_responses(
    BadUpload,
    UnknownModel,
    SlowUpload,
    PictureTooLarge,
    TooManyPixels,
    NotAPicture,
    NoPicture,
    DamagedPicture,
    BadParameter,
    Overloaded,
    TimeLimit,
)


def build(app: FastAPI) -> dict[str, Any]:
    """The app's OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        known = document["components"]["schemas"]
        for shape in (
            schemas_problem.Problem,
            *schemas.BODIES,
            *attributions.BODIES,
            *learning.BODIES,
            *training_config.BODIES,
            *steps.BODIES,
            *frames.BODIES,
        ):
            _add_schema(known, shape)
        for path, methods in document["paths"].items():
            for method in _METHODS & methods.keys():
                _set_examples(methods[method])
                _add_examples(methods[method], known)
                methods[method]["x-codeSamples"] = code_samples(path, method, methods[method])
        app.openapi_schema = document
    return app.openapi_schema


def _add_schema(known: dict[str, Any], shape: type[BaseModel]) -> None:
    schema = shape.model_json_schema(ref_template=_REF + "{model}")
    known |= schema.pop("$defs", {})
    known[shape.__name__] = schema


def _set_examples(operation: dict[str, Any]) -> None:
    chosen = operation.pop("x-examples", {})
    for parameter in operation.get("parameters", []):
        if parameter["name"] in chosen:
            parameter["example"] = chosen[parameter["name"]]


def _add_examples(operation: dict[str, Any], known: dict[str, Any]) -> None:
    for part in (*operation["responses"].values(), operation.get("requestBody", {})):
        for content in part.get("content", {}).values():
            if "example" not in content and "examples" not in content:
                content["example"] = example_of(content["schema"], known)


def example_of(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """An example of a JSON schema, put together from those of its fields."""
    if "$ref" in schema:
        return example_of(known[schema["$ref"].removeprefix(_REF)], known)
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], known)
    if schema.get("format") == "binary":
        return "(bytes)"
    if "properties" in schema:
        return {name: example_of(field, known) for name, field in schema["properties"].items()}
    if "items" in schema:
        return [example_of(schema["items"], known)]
    return None
