"""Bodies on their way take a bounded number of bytes, of all together and of one sender."""

import asyncio
import json

import pytest

from app.errors import Overloaded, TooManyRequests
from app.execution.fair_pool import Sender, sender
from app.http.access.budget import BodyBudget, BudgetMiddleware
from app.http.access.workspace import HEADER
from app.http.application import create_app
from app.settings import Settings
from app.workspaces.workspace import new_key
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.execution.test_executor import run_async, until

MIB = 2**20
ONE = Sender("a", "1")


class Upload:
    """A request whose body comes in the pieces that a test sends."""

    def __init__(self, app, who=ONE, announced=None, path="/", **headers):
        self._pieces = asyncio.Queue()
        self.answer = []
        length = {} if announced is None else {"content-length": str(announced)}
        named = {"host": "localhost", **length, **headers}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in named.items()],
            "client": (who.address, 1),
            "server": ("localhost", 80),
        }

        async def call():
            sender.set(who)
            await app(scope, self._pieces.get, self._take)

        self.task = asyncio.create_task(call())

    async def _take(self, message):
        self.answer.append(message)

    def send(self, content, more=True):
        """So many bytes, or these."""
        self._pieces.put_nowait({"type": "http.request", "body": bytes(content), "more_body": more})

    @property
    def body(self):
        return json.loads(b"".join(message.get("body", b"") for message in self.answer))


async def reads_all(scope, receive, send):
    """An app that answers once it has the body, and then takes its time."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await receive()


@run_async
async def test_a_body_counts_as_it_comes_until_the_answer_begins():
    budget = BodyBudget(100)
    app = BudgetMiddleware(reads_all, budget)
    upload = Upload(app, announced=50)
    upload.send(20)
    await until(lambda: budget.nbytes == 20)
    upload.send(30, more=False)
    await until(lambda: upload.answer)
    assert budget.nbytes == 0
    assert not upload.task.done()  # a slow reader holds nothing
    upload.send(0)
    await upload.task
    assert budget.nbytes == 0


@run_async
async def test_a_body_that_is_given_up_counts_no_longer():
    budget = BodyBudget(100)
    upload = Upload(BudgetMiddleware(reads_all, budget))
    upload.send(20)
    await until(lambda: budget.nbytes == 20)
    upload.task.cancel()
    await asyncio.wait({upload.task})
    assert budget.nbytes == 0


@run_async
async def test_one_workspace_has_half_one_address_three_quarters_and_others_the_rest():
    budget = BodyBudget(100)
    app = BudgetMiddleware(reads_all, budget)

    async def refusal(who, size, announced=None):
        upload = Upload(app, Sender(*who), announced)
        upload.send(size)
        with pytest.raises(Overloaded) as refused:
            await upload.task
        assert refused.value.retry_after
        return refused.type, refused.value.limit

    async def taken(who, size):
        before = budget.nbytes
        upload = Upload(app, Sender(*who))
        upload.send(size)
        await until(lambda: budget.nbytes == before + size)
        return upload

    under_way = [await taken("a1", 30), await taken("a1", 20)]
    assert await refusal("a1", 1) == (TooManyRequests, 50)
    assert await refusal("a2", 0, announced=26) == (TooManyRequests, 75)  # before a byte has come
    under_way += [await taken("a2", 25), await taken("b1", 20)]
    assert await refusal("b1", 6) == (Overloaded, 100)
    for upload in under_way:
        upload.task.cancel()
    await asyncio.wait({upload.task for upload in under_way})
    assert budget.nbytes == 0


@run_async
async def test_photos_that_drip_in_do_not_fill_the_memory(registry, tmp_path):
    settings = Settings(
        trainings_dir=str(tmp_path),
        max_image_bytes=4 * MIB,
        max_archive_bytes=MIB,
        max_model_bytes=MIB,  # and 4 MiB of a form around it
    )
    app = create_app(settings, registry)
    key = {HEADER: new_key()}
    under_way = []
    for _ in range(3):
        upload = Upload(app, path="/api/v1/predict", **{"Content-Type": "image/png"}, **key)
        upload.send(2 * MIB)
        under_way.append(upload)
    last = under_way.pop()
    await last.task
    assert last.answer[0]["status"] == 429
    assert last.body["type"] == "/errors/too-many-requests"
    assert dict(last.answer[0]["headers"])[b"retry-after"]
    assert not any(upload.answer for upload in under_way)
    for upload in under_way:
        upload.task.cancel()
    await asyncio.wait({upload.task for upload in under_way})


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/api/v1/models", as_onnx(net())),
        ("/api/v1/datasets", packed(GOOD)),
    ],
)
@run_async
async def test_a_file_that_drips_in_keeps_nobody_from_sending_theirs(
    registry, tmp_path, path, content
):
    app = create_app(Settings(trainings_dir=str(tmp_path)), registry)
    budget = app.state.budget

    def upload(key):
        return Upload(app, path=path, **{"Content-Type": "application/octet-stream", HEADER: key})

    slow = upload(new_key())
    slow.send(content[:10])
    await until(lambda: budget.nbytes == 10)
    quick = upload(new_key())
    quick.send(content, more=False)
    await quick.task
    assert quick.answer[0]["status"] == 201, quick.body
    slow.send(content[10:], more=False)
    await slow.task
    assert slow.answer[0]["status"] == 201
    app.state.services.executor.close()
