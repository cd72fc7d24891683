"""Every example of the OpenAPI document, in curl and in Python, is run against a real server."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from app.http.application import create_app
from app.http.openapi.code_samples import HOST, code_samples
from app.models.registry import Registry
from app.settings import Settings
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.conftest import RunningServer

SAMPLES = Path(__file__).parents[4] / "static" / "samples"
DOCUMENT = create_app().openapi()
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
# A training is told several things; these are in an order in which it can obey. All others come
# before them.
TRAINING = [
    "read_training",
    "share_training",
    "unshare_training",
    "inspect_training_step",
    "step_training",
    "pause_training",
    "resume_training",
    "stop_training",
    "follow_training",
    "evaluate_training",
    "download_model",
    "reset_training",
    "delete_training",
    "delete_workspace",
]
STREAMS = {"follow_training"}
LANGUAGES = ("Shell", "Python")


def source(operation, language):
    (found,) = (s["source"] for s in operation["x-codeSamples"] if s["lang"] == language)
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What the examples send: a photo, pictures in folders, a network for ImageNet's classes."""
    folder = tmp_path_factory.mktemp("files")
    shutil.copyfile(SAMPLES / "car.jpg", folder / "photo.jpg")
    (folder / "pictures.zip").write_bytes(packed(GOOD))
    (folder / "resnet50.onnx").write_bytes(as_onnx(net(classes=1000, size=16)))
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    settings = Settings(
        port=0,
        workers=2,
        log_level="error",
        time_limit=60,
        trainings_dir=str(tmp_path_factory.mktemp("trainings")),
    )
    with RunningServer(settings, Registry.of_zoo()) as running:
        yield running.url


class Things:
    """What the examples are about, on the server: the ids that stand in the document, and the ids
    of these.
    """

    def __init__(self, http, files):
        self.http = http
        self.files = files

    def post(self, path, **body):
        answer = self.http.post(path, **body)
        assert answer.is_success, answer.text
        return answer.json()["id"]

    def ids(self):
        photo = (self.files / "photo.jpg").read_bytes()
        analysis = self.post("analyses", content=photo)
        model = (self.files / "resnet50.onnx").read_bytes()
        archive = {"file": ("pictures.zip", (self.files / "pictures.zip").read_bytes())}
        return {
            example("read_analysis"): analysis,
            example("compare_analyses", "to"): self.post(
                f"analyses/{analysis}/variants", json={"photo": {"shift": [1, 0]}}
            ),
            example("read_step"): self.post(
                f"analyses/{analysis}/training-step", json={"label": "car"}
            ),
            example("delete_model"): self.post("models", content=model),
            example("delete_dataset"): self.post("datasets", files=archive),
            example("read_training"): self.training(),
        }

    def training(self):
        training = self.post("trainings", json={"dataset": "shapes", "paused": True, "speed": 100})
        deadline = time.monotonic() + 60
        while self.http.get(f"trainings/{training}").json()["status"] != "paused":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return training


def example(operation, parameter="id"):
    """The value that the document gives as an example for a parameter."""
    (found,) = (p for p in OPERATIONS[operation][2]["parameters"] if p["name"] == parameter)
    return found.get("example") or found["schema"]["examples"][0]


def run_in_shell(code, folder, is_stream):
    """(method, status) of the curl line, and what it wrote."""
    limit = "--max-time 2" if is_stream else "--fail-with-body"
    write = "--write-out '%{stderr}%{method} %{response_code}'"
    wrapped = f'curl() {{ command curl --silent --show-error {limit} {write} "$@"; }}\n{code}\n'
    done = subprocess.run(
        ["bash", "-c", wrapped], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == (28 if is_stream else 0), done.stdout + done.stderr
    method, status = done.stderr.split()[-2:]
    return method, int(status), done.stdout


def run_in_python(code, folder, monkeypatch, capsys, is_stream):
    monkeypatch.chdir(folder)
    names = {}
    if is_stream:
        code = code.replace("timeout=None", "timeout=2")
        with pytest.raises(httpx.ReadTimeout):
            exec(code, names)
    else:
        exec(code, names)
    answer = names["answer"]
    return answer.request.method, answer.status_code, capsys.readouterr().out


def run(language, code, folder, monkeypatch, capsys, is_stream):
    if language == "Python":
        return run_in_python(code, folder, monkeypatch, capsys, is_stream)
    return run_in_shell(code, folder, is_stream)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_does_what_it_says(language, site, files, monkeypatch, capsys):
    with httpx.Client(base_url=f"{site}/api/v1/", timeout=60) as http:
        ids = Things(http, files).ids()
    last = ["unshare_model", "delete_model", "delete_dataset", *TRAINING]
    failures = []
    for name in [*(name for name in OPERATIONS if name not in last), *last]:
        method, _, operation = OPERATIONS[name]
        code = source(operation, language).replace(HOST, site)
        for shown, real in ids.items():
            code = code.replace(shown, real)
        try:
            sent, status, text = run(language, code, files, monkeypatch, capsys, name in STREAMS)
            assert sent == method.upper()
            content = operation["responses"][str(status)].get("content", {})
            check_output(content, code, text, files)
            if name == "create_training":
                delete_others(site, ids[example("read_training")])
        except (AssertionError, KeyError, httpx.HTTPError) as error:
            failures.append(f"{name}: {error!r}\n{code}")
    assert not failures, "\n\n".join(failures)


def delete_others(site, training):
    """Only so many learn at a time."""
    address = f"{site}/api/v1/trainings"
    for run in httpx.get(address, timeout=60).json()["trainings"]:
        if run["id"] != training:
            httpx.delete(f"{address}/{run['id']}", timeout=60).raise_for_status()


def check_output(content, code, text, files):
    """JSON is printed; what is no text goes into a file."""
    written = re.search(r"--output (\S+)|Path\(\"(.+?)\"\)\.write", code)
    if written:
        path = files / (written[1] or written[2])
        assert path.stat().st_size > 0
        path.unlink()
    elif "text/event-stream" in content and "application/json" not in content:
        assert "event: state" in text
    elif content:
        assert text.strip()
        if "import httpx" not in code:
            json.loads(text)
    else:
        assert not text.strip()


def test_the_document_has_both_languages_for_every_call():
    for _, _, operation in OPERATIONS.values():
        assert [s["label"] for s in operation["x-codeSamples"]] == ["curl", "Python"]


def test_lines_are_short_enough_to_be_read_beside_the_call():
    for name, (_, _, operation) in OPERATIONS.items():
        for line in source(operation, "Python").splitlines():
            assert len(line) <= 110, f"{name}: {line}"


def test_names_that_are_no_plain_text_are_encoded():
    operation = {
        "parameters": [
            {"in": "path", "name": "name", "schema": {"examples": ["a/b c"]}},
            {"in": "query", "name": "q", "schema": {"examples": ["x&y"]}},
        ],
        "responses": {"200": {"content": {"image/png": {}}}},
    }
    curl, python = code_samples("/layers/{name}", "get", operation)
    assert curl["source"].startswith(f"curl '{HOST}/layers/a%2Fb%20c?q=x%26y'")
    assert 'params={"q": "x&y"}' in python["source"]


def test_json_becomes_literals_of_python():
    operation = {
        "requestBody": {
            "content": {
                "application/json": {
                    "example": {"on": True, "none": None, "list": [{"a": None, "b": 1.5}]}
                }
            }
        },
        "responses": {"204": {}},
    }
    curl, python = code_samples("/x", "post", operation)
    assert """--json '{"on": true, "list": [{"b": 1.5}]}'""" in curl["source"]
    assert 'json={"on": True, "list": [{"b": 1.5}]}' in python["source"]
    assert "print" not in python["source"]
