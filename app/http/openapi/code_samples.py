"""Examples of calls in curl and Python, made from the OpenAPI document (its ``x-codeSamples``).

A call is filled in from the examples that the document gives for parameters and bodies, so what is
shown cannot differ from what is described. The server's address is HOST; the API reference puts
its own in that place. Files named here (photo.jpg) are the reader's.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any
from urllib.parse import quote, urlencode

from app.http.negotiation import EVENTS, MEDIA_TYPES

HOST = "http://127.0.0.1:8000"

_JSON = MEDIA_TYPES["json"]
_FORM = "multipart/form-data"
_WIDTH = 80
_LONGEST_URL = 100
_SUFFIXES = {media_type: name for name, media_type in MEDIA_TYPES.items()}


@dataclass(frozen=True)
class _Call:
    method: str
    url: str
    query: dict[str, Any]
    content: Any = None  # of a JSON body
    files: dict[str, str] = field(default_factory=dict)  # of a form: field -> path
    fields: dict[str, str] = field(default_factory=dict)
    kind: str | None = None  # the media type of the answer; None without one
    output: str = ""  # the file for an answer that is no text


def code_samples(path: str, method: str, operation: dict[str, Any]) -> list[dict[str, str]]:
    """The same call for a terminal and for a Python program."""
    call = _call(path, method, operation)
    return [
        {"lang": "Shell", "label": "curl", "source": _curl(call)},
        {"lang": "Python", "label": "Python", "source": _python(call)},
    ]


def _call(path: str, method: str, operation: dict[str, Any]) -> _Call:
    given = {
        (one["in"], one["name"]): example
        for one in operation.get("parameters", [])
        if (example := _example(one)) is not None
    }
    for (where, name), value in given.items():
        if where == "path":
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    content, form = _body(operation)
    query = {name: value for (where, name), value in given.items() if where == "query"}
    kind = _answer(operation)
    word = path.rstrip("/").rsplit("/", 1)[-1]
    suffix = query.get("format") or _SUFFIXES.get(kind or "", "")
    return _Call(
        method=method,
        url=HOST + path,
        query={name: value for name, value in query.items() if name not in _form_fields(operation)},
        content=content,
        files={name: value[1:] for name, value in form.items() if value.startswith("@")},
        fields={name: value for name, value in form.items() if not value.startswith("@")},
        kind=kind,
        output="" if kind in (None, _JSON, EVENTS) else f"{word}.{suffix}",
    )


def _example(parameter: dict[str, Any]) -> Any:
    return parameter.get("example", next(iter(parameter["schema"].get("examples", [])), None))


def _body(operation: dict[str, Any]) -> tuple[Any, dict[str, str]]:
    """The JSON and the fields of the form that the call sends."""
    content = operation.get("requestBody", {}).get("content", {})
    if _FORM in content:
        return None, content[_FORM]["example"]
    if _JSON in content:
        return _without_nulls(content[_JSON]["example"]), {}
    return None, {}


def _form_fields(operation: dict[str, Any]) -> set[str]:
    """Fields of the form that are not already given in the query."""
    form = operation.get("requestBody", {}).get("content", {}).get(_FORM, {})
    return set(form.get("schema", {}).get("properties", {}))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _answer(operation: dict[str, Any]) -> str | None:
    """The media type of the response when no Accept header is sent: JSON where there is one."""
    kinds = [
        kind
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for kind in response.get("content", {})
    ]
    return _JSON if _JSON in kinds else next(iter(kinds), None)


def _curl(call: _Call) -> str:
    url = call.url + (f"?{urlencode(call.query)}" if call.query else "")
    options = [("--form", f"{name}=@{path}") for name, path in call.files.items()]
    options += [("--form-string", f"{name}={value}") for name, value in call.fields.items()]
    if call.content is not None:
        options.append(("--json", json.dumps(call.content, ensure_ascii=False)))
    if call.method != "get" and (call.method != "post" or not options):
        options.append(("--request", call.method.upper()))
    if call.output:
        options.append(("--output", call.output))
    first = f"curl {'--no-buffer ' if call.kind == EVENTS else ''}{shlex.quote(url)}"
    return " \\\n  ".join([first, *(f"{name} {shlex.quote(value)}" for name, value in options)])


def _python(call: _Call) -> str:
    arguments = [_url(call.url)]
    if call.query:
        arguments.append(f"params={_literal(call.query)}")
    if call.files:
        files = ", ".join(f'"{name}": {name}' for name in call.files)
        arguments.append(f"files={{{files}}}")
    if call.fields:
        arguments.append(f"data={_literal(call.fields)}")
    if call.content is not None:
        arguments.append(f"json={_literal(call.content)}")
    if call.kind == EVENTS:
        words = [f'"{call.method.upper()}"', *arguments, "timeout=None"]
        return _STREAM.format(_called("httpx.stream", words))
    sent = f"answer = {_called(f'httpx.{call.method}', [*arguments, 'timeout=60'])}"
    if call.files:
        opened = ", ".join(f'open("{path}", "rb") as {name}' for name, path in call.files.items())
        sent = f"with {opened}:\n{indent(sent, '    ')}"
    lines = [
        *(["from pathlib import Path", ""] if call.output else []),
        "import httpx",
        "",
        sent,
        "answer.raise_for_status()",
    ]
    if call.output:
        lines.append(f'Path("{call.output}").write_bytes(answer.content)')
    elif call.kind:
        lines.append("print(answer.json())")
    return "\n".join(lines)


_STREAM = """import httpx

with {} as answer:
    for line in answer.iter_lines():
        print(line)"""


def _url(url: str) -> str:
    """An address as a literal, its last segment on a line of its own where it is long."""
    if len(url) <= _LONGEST_URL:
        return f'"{url}"'
    head, _, last = url.rpartition("/")
    return f'"{head}/"\n"{last}"'


def _called(function: str, arguments: list[str]) -> str:
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return f"{function}(\n" + "".join(indent(f"{one},\n", "    ") for one in arguments) + ")"


def _literal(value: Any, room: int = _WIDTH) -> str:
    """JSON as Python's literals, a line for each part where it does not fit on one."""
    if not isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
    brackets = "{}" if isinstance(value, dict) else "[]"
    parts = (
        [f"{_literal(name)}: {_literal(one, room - 4)}" for name, one in value.items()]
        if isinstance(value, dict)
        else [_literal(one, room - 4) for one in value]
    )
    line = ", ".join(parts)
    if len(line) < room and "\n" not in line:
        return f"{brackets[0]}{line}{brackets[1]}"
    return f"{brackets[0]}\n" + indent(",\n".join(parts), "    ") + f",\n{brackets[1]}"
