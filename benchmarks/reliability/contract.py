"""Does the API keep its word? Requests are made up from its own OpenAPI document, valid and not, in
all phases of schemathesis: the document's examples, the limits of every parameter, many random
ones, and sequences in which what one call has made is what the next one asks for.

    python -m benchmarks.reliability.contract [--examples 100] [--only stateful] [--seed 1]

The files that are sent are real ones half of the time: otherwise no sequence gets beyond its first
call.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter

import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from app.workspaces.workspace import new_key
from benchmarks.reliability.memory import photo
from benchmarks.reliability.server import HOST, Server, row
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net

PATIENCE = 60  # seconds
PHASES = ("examples", "coverage", "fuzzing", "stateful")


def register_files() -> None:
    """What is sent where the document asks for a file; of which kind, schemathesis does not see."""
    real = [photo(1), as_onnx(net()), packed(GOOD)]
    schemathesis.openapi.format("binary", st.sampled_from(real) | st.binary(max_size=200))


@schemathesis.serializer(
    "image/jpeg", "application/octet-stream", "application/x-onnx", "application/zip"
)
def as_they_are(_: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def configuration(options: argparse.Namespace) -> SchemathesisConfig:
    """Of schemathesis, which keeps nothing between two runs, and makes all of its checks but
    those that ask for what no document can say.
    """
    return SchemathesisConfig.from_dict(
        {
            "seed": options.seed,
            "headers": {"Convscope-Workspace": new_key()},
            "generation": {"max-examples": options.examples, "database": "none"},
            "cache": {"enabled": False},
            "phases": {name: {"enabled": name.startswith(options.only)} for name in PHASES},
            "checks": {
                # Which layers a network has and whether a file is an image, the server knows alone.
                "positive_data_acceptance": {"enabled": False},
                # A refusal is an answer; that the document names it is checked by others.
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503", "507"]},
            },
            "operations": [
                {
                    # What is wrong with a layer is this call's answer. A training with the id plan,
                    # which may be asked for and deleted, would have the same address.
                    "include-path": "/api/v1/trainings/plan",
                    "checks": {
                        "negative_data_rejection": {"enabled": False},
                        "allow_header_conformance": {"enabled": False},
                    },
                }
            ],
            "continue-on-failure": True,
            "request-timeout": PATIENCE,
            "max-stream-events": 3,
        }
    )


class Outcome:
    """What was sent and answered, and what was wrong with it."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()  # by phase
        self.statuses: Counter[int] = Counter()  # 0: none
        self.wrong: dict[tuple[str, str], list[str]] = {}  # by call and kind of failure

    def add(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.ScenarioFinished):
            self._add_scenario(event.phase.value, event.recorder)
        elif isinstance(event, events.NonFatalError):
            self._fail(event.label, event.info.title, event.info.format())
        elif isinstance(event, events.FatalError):
            raise event.exception

    def _add_scenario(self, phase: str, recorder: ScenarioRecorder) -> None:
        self.requests[phase] += len(recorder.interactions)
        for sent in recorder.interactions.values():
            self.statuses[sent.response.status_code if sent.response else 0] += 1
        for case, checks in recorder.checks.items():
            call = recorder.cases[case].value.operation.label
            for info in (check.failure_info for check in checks):
                if info is not None:
                    failure = info.failure
                    self._fail(call, failure.title, f"{failure.message}\n{info.code_sample}")

    def _fail(self, call: str, title: str, how: str) -> None:
        self.wrong.setdefault((call, title), []).append(how)


def run(options: argparse.Namespace, port: int) -> Outcome:
    """All that schemathesis makes up."""
    found = Outcome()
    schema = schemathesis.openapi.from_url(
        f"http://{HOST}:{port}/api/v1/openapi.json", config=configuration(options)
    )
    for event in from_schema(schema).execute():
        found.add(event)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=100, help="random requests for each call")
    parser.add_argument("--only", default="", choices=PHASES, help="one phase")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    register_files()
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(trainings_dir=folder, models_dir=folder, training_time_limit=5) as server,
    ):
        begun = time.monotonic()
        found = run(options, server.port)
        lived = server.alive
    for phase in PHASES:
        row(f"{phase}, requests", f"{found.requests[phase]:,}")
    said = ", ".join(f"{status}: {count:,}" for status, count in sorted(found.statuses.items()))
    row("answers", said)
    row("seconds", f"{time.monotonic() - begun:.0f}")
    row("server lived", "yes" if lived else "NO", "yes")
    row("failures", f"{sum(map(len, found.wrong.values())):,}", "0")
    for (call, title), examples in sorted(found.wrong.items()):
        print(f"WRONG: {call}: {title}, {len(examples)} times, such as\n{examples[0]}\n")
    if found.wrong or not lived:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
