"""The pictures that the page offers, as ``static/samples/samples.json`` lists them."""

from __future__ import annotations

import json
from functools import cache

from app.paths import static_dir


@cache
def load_samples() -> list[dict[str, str]]:
    """The samples with the addresses of their files; none where there is no list."""
    index = static_dir() / "samples" / "samples.json"
    if not index.exists():
        return []
    return [
        {
            "id": sample["id"],
            "title": sample["title"],
            "url": f"/static/samples/{sample['file']}",
            "credit": sample["credit"],
            "license": sample["license"],
        }
        for sample in json.loads(index.read_text("utf-8"))
    ]
