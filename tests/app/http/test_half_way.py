"""What has begun is not refused half-way, however full the server is by then."""

import pytest

from app.analyses import preprocessing
from app.learning.datasets import store
from app.models import uploaded
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.conftest import picture_bytes


@pytest.mark.parametrize(
    ("path", "content", "module", "begins", "status"),
    [
        ("models", as_onnx(net()), uploaded, "read_apart", 201),
        ("datasets", packed(GOOD), store, "ArchiveReader", 201),
        ("models/tiny/preprocessing", picture_bytes(), preprocessing, "trials", 200),
        ("models/tiny/copies?preset=caffe", b"", preprocessing, "copied", 201),
    ],
)
def test_all_of_it_has_one_place(own, monkeypatch, path, content, module, begins, status):
    executor = own.app.state.services.executor
    begin = getattr(module, begins)

    def in_a_rush(*args):
        monkeypatch.setattr(executor, "_capacity", 0)  # as if others had all places
        return begin(*args)

    monkeypatch.setattr(module, begins, in_a_rush)
    answer = own.post(f"/api/v1/{path}", content=content)
    assert answer.status_code == status, answer.text
