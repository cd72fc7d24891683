"""The OpenAPI document is valid, complete, and true."""

import pytest
from fastapi.openapi.models import OpenAPI

from app.http import problems
from app.http.schemas import (
    attributions,
    differences,
    learning,
    preprocessing,
    problem,
    steps,
    workspaces,
)
from app.http.schemas import common as schemas

UPLOADS = {"create_analysis", "classify", "compare_preprocessing"}
MODULES = (schemas, attributions, differences, learning, preprocessing, steps, workspaces)
SHAPES = {name: shape for module in MODULES for name, shape in vars(module).items()}


@pytest.fixture(scope="module")
def document(client):
    return client.get("/api/v1/openapi.json").json()


@pytest.fixture(scope="module")
def operations(document):
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid(document):
    OpenAPI.model_validate(document)


def test_every_reference_leads_somewhere(document):
    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                yield from references(child)

    found = set(references(document))
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert found
    assert found <= known


def test_every_call_of_the_contract_is_there(document):
    assert set(document["paths"]) == {
        "/api/v1/models",
        "/api/v1/models/{id}",
        "/api/v1/models/{id}/share",
        "/api/v1/models/{id}/preprocessing",
        "/api/v1/models/{id}/copies",
        "/api/v1/models/{id}/layers/{name}/weights",
        "/api/v1/models/{id}/layers/{name}/receptive-fields",
        "/api/v1/samples",
        "/api/v1/analyses",
        "/api/v1/analyses/{id}",
        "/api/v1/analyses/{id}/input",
        "/api/v1/analyses/{id}/layers/{name}",
        "/api/v1/analyses/{id}/layers/{name}/explain",
        "/api/v1/analyses/{id}/layers/{name}/strongest-path",
        "/api/v1/analyses/{id}/layers/{name}/effective-receptive-field",
        "/api/v1/analyses/{id}/attributions",
        "/api/v1/analyses/{id}/variants",
        "/api/v1/analyses/{id}/difference",
        "/api/v1/analyses/{id}/export",
        "/api/v1/analyses/{id}/training-step",
        "/api/v1/trainings",
        "/api/v1/trainings/plan",
        "/api/v1/trainings/{id}",
        "/api/v1/trainings/{id}/share",
        "/api/v1/trainings/{id}/events",
        "/api/v1/trainings/{id}/evaluation",
        "/api/v1/trainings/{id}/model",
        "/api/v1/trainings/{id}/pause",
        "/api/v1/trainings/{id}/reset",
        "/api/v1/trainings/{id}/resume",
        "/api/v1/trainings/{id}/advance",
        "/api/v1/trainings/{id}/next-step",
        "/api/v1/trainings/{id}/stop",
        "/api/v1/steps/{id}",
        "/api/v1/steps/{id}/values/{name}",
        "/api/v1/steps/{id}/parameters/{name}/{parameter}",
        "/api/v1/steps/{id}/explain/{name}",
        "/api/v1/steps/{id}/gradient/{name}/{parameter}",
        "/api/v1/steps/{id}/activation-gradient/{name}",
        "/api/v1/steps/{id}/update/{name}/{parameter}",
        "/api/v1/datasets",
        "/api/v1/datasets/{id}",
        "/api/v1/datasets/{id}/sheet",
        "/api/v1/datasets/{id}/pictures/{number}",
        "/api/v1/workspace",
        "/api/v1/predict",
        "/api/v1/frames",
        "/api/v1/health/live",
        "/api/v1/health/ready",
    }


def test_every_operation_has_a_summary_a_description_and_examples(operations):
    for path, method, operation in operations:
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert any(status.startswith("2") for status in operation["responses"]), where
        for status, response in operation["responses"].items():
            assert response["description"], f"{where} {status}"
            for kind, content in response.get("content", {}).items():
                assert "example" in content or content["examples"], f"{where} {status} {kind}"
        for parameter in operation.get("parameters", []):
            assert parameter.get("description") or parameter["schema"].get("description"), where
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content["example"], where


def test_every_field_of_every_shape_has_an_example_or_is_a_shape(document):
    for name, schema in document["components"]["schemas"].items():
        for field, one in schema["properties"].items():
            is_shape = "$ref" in str(one)
            assert is_shape or "examples" in one or "description" in one, f"{name}.{field}"


def test_examples_are_of_the_shape_that_they_illustrate(operations):
    checked = 0
    for _, _, operation in operations:
        for response in operation["responses"].values():
            content = response.get("content", {}).get("application/json")
            if content is None:
                continue
            ref = content["schema"].get("$ref", "")
            if ref:
                SHAPES[ref.rsplit("/", 1)[1]].model_validate(content["example"])
                checked += 1
    assert checked >= 8


def test_errors_are_problem_documents_with_known_types(operations):
    known = {(p.type, p.status) for p in problems.problems()}
    for path, _, operation in operations:
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                (kind,) = response["content"]
                assert kind == "application/problem+json", path
                for example in response["content"][kind]["examples"].values():
                    assert (example["value"]["type"], int(status)) in known


def test_bodies_are_described(operations):
    with_body = {o["operationId"] for _, _, o in operations if "requestBody" in o}
    assert with_body == UPLOADS | {
        "analyse_frame",
        "create_dataset",
        "create_model",
        "create_training",
        "create_variant",
        "explain_class",
        "plan_training",
        "rename_model",
        "resume_training",
        "step_training",
        "train_on_photo",
    }


# What really comes back, held against the shapes that the document promises.
CALLS = [
    ("/api/v1/models", schemas.ModelList),
    ("/api/v1/models/tiny", schemas.Model),
    ("/api/v1/datasets", learning.DatasetList),
    ("/api/v1/datasets/shapes", learning.Dataset),
    ("/api/v1/analyses/{id}", schemas.Analysis),
    ("/api/v1/analyses/{id}/layers/conv1", schemas.LayerData),
    ("/api/v1/analyses/{id}/layers/softmax", schemas.LayerData),
    ("/api/v1/analyses/{id}/layers/conv1/explain?channel=0&y=0&x=0", schemas.ExplanationOut),
    ("/api/v1/analyses/{id}/layers/fc1/explain?unit=2", schemas.ExplanationOut),
    ("/api/v1/analyses/{id}/layers/input/explain?channel=0&y=0&x=0", schemas.ExplanationOut),
    ("/api/v1/analyses/{id}/layers/softmax/strongest-path?unit=1", schemas.StrongestPath),
    (
        "/api/v1/analyses/{id}/layers/conv1/effective-receptive-field?channel=0&y=1&x=1",
        schemas.EffectiveField,
    ),
    ("/api/v1/analyses/{id}/difference?to={id}", differences.Difference),
    ("/api/v1/models/tiny/layers/conv1/weights", schemas.Weights),
    ("/api/v1/models/tiny/layers/conv1/receptive-fields", schemas.ReceptiveFields),
    ("/api/v1/models/tiny/layers/fc1/receptive-fields", schemas.ReceptiveFields),
    ("/api/v1/health/live", schemas.Health),
    ("/api/v1/analyses/nope", problem.Problem),
    ("/api/v1/analyses/{id}/layers/fc1/explain", problem.Problem),
]


@pytest.mark.parametrize(("path", "shape"), CALLS)
def test_answers_have_the_shape_that_is_promised(client, analysis, path, shape):
    body = client.get(path.format(id=analysis["id"])).json()
    parsed = shape.model_validate(body, extra="forbid")
    for name, value in body.items():
        assert getattr(parsed, name) is not None or value is None


def test_lists_have_the_shape_that_is_promised(client, photo):
    for sample in client.get("/api/v1/samples").json():
        schemas.Sample.model_validate(sample, extra="forbid")
    for entry in client.post("/api/v1/predict", content=photo).json():
        schemas.Prediction.model_validate(entry, extra="forbid")
