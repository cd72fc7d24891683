"""How long the models that people bring stay, and what goes with them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.analyses import store
from app.errors import ModelFixed, OversizedModel, UnknownModel
from app.http.application import create_app
from app.models import uploaded
from app.models.registry import Registry
from app.models.uploaded import UploadedModels
from app.settings import Settings
from app.workspaces.quotas import Quotas
from engine.network import Network, Node
from engine.ops import Relu
from tests.app.bringing import MODELS, as_onnx, bring, net
from tests.app.conftest import TestClient, build_tiny, picture_bytes


class TestKeeping:
    def test_a_deleted_model_takes_its_analyses_with_it(self, own, file):
        model = bring(own, file, name="to be deleted")["id"]
        done = own.post("/api/v1/analyses", params={"model": model}, content=picture_bytes()).json()
        assert own.delete(f"{MODELS}/{model}").status_code == 204
        assert (
            own.get(f"/api/v1/analyses/{done['id']}").json()["type"] == "/errors/unknown-analysis"
        )
        gone = own.get(f"{MODELS}/{model}").json()
        assert gone["type"] == "/errors/unknown-model"
        assert "send the file again" in gone["detail"]
        assert own.delete(f"{MODELS}/{model}").status_code == 404
        assert bring(own, file, name="to be deleted")["id"] == model

    def test_what_nobody_brought_stays(self, own):
        assert own.delete(f"{MODELS}/tiny").json()["type"] == "/errors/model-fixed"
        assert own.delete(f"{MODELS}/tiny").status_code == 403

    def test_what_layers_derive_from_their_numbers_counts(self):
        shelf = UploadedModels(3 * 4 * 4 * 27, 100)
        first = net().freeze()
        shelf.keep("own-a", first)
        # As a convolution keeps its kernels in the form that its algorithm reads.
        first.node("conv").op.memoize("prepared", lambda: np.zeros((16, 3, 4, 2), np.float64))
        assert shelf.keep("own-b", net()) == ["own-a"]

    def test_a_graph_counts_that_is_large_beside_its_numbers(self):
        steps = [Node("step0", Relu(), ("x",))]
        steps += [Node(f"step{n + 1}", Relu(), (f"step{n}",)) for n in range(999)]
        shelf = UploadedModels(max_bytes=5_000_000, seconds=60)
        for number in range(3):
            long = Network(steps, inputs={"x": (3, 8, 8)}, outputs=("step999",))
            shelf.keep(f"own-{number}", long)
        assert shelf.ids() == ["own-2"]

    def test_the_least_recently_used_goes_first(self):
        one = 4 * 4 * 27
        shelf = UploadedModels(2 * one, 100)
        assert shelf.keep("own-a", net()) == []
        assert shelf.keep("own-b", net()) == []
        shelf.use("own-a")
        assert shelf.find("own-b") is not None  # a look is no use
        assert shelf.keep("own-c", net()) == ["own-b"]
        assert shelf.ids() == ["own-a", "own-c"]
        assert shelf.find("own-b") is None
        with pytest.raises(UnknownModel, match="send the file again"):
            shelf.delete("own-b")
        with pytest.raises(OversizedModel):
            shelf.keep("own-d", net(classes=40))

    def test_copies_that_share_their_numbers_are_bounded_by_how_many_they_are(self, monkeypatch):
        monkeypatch.setattr(uploaded, "_MOST", 4)
        network = net()
        shelf = UploadedModels(10**6, 100, quotas=Quotas(0.5))
        for turn in range(4):
            assert shelf.keep(f"own-{turn}", network, owner="one") == []
        assert shelf.keep("own-other", network, owner="other") == ["own-0"]
        assert shelf.keep("own-4", network, owner="one") == ["own-1"]

    def test_others_find_theirs_while_room_is_made(self):
        """The event loop looks for models, too."""
        asked = []

        class Slow(Quotas):
            def of(self, owner):
                asked.append(owner)
                pool.submit(shelf.find, "own-0").result(10)
                return super().of(owner)

        shelf = UploadedModels(6 * 4 * 4 * 27, 100, quotas=Slow(0.5))
        with ThreadPoolExecutor(1) as pool:
            shelf.keep("own-0", net(), owner="other")
            for turn in range(1, 6):
                shelf.keep(f"own-{turn}", net(), owner="one")
            asked.clear()
            assert shelf.keep("own-6", net(), owner="one") == ["own-1"]
        assert sorted(asked) == ["one", "other"]  # not for each model anew

    @pytest.mark.parametrize("path", ["", "/tiny/copies?preset=caffe"])
    def test_a_model_is_kept_off_the_event_loop(self, own, file, monkeypatch, path):
        shelf = own.app.state.services.uploaded_models
        threads = []
        keep = shelf.keep

        def noting(*args, **options):
            threads.append(threading.current_thread().name)
            return keep(*args, **options)

        monkeypatch.setattr(shelf, "keep", noting)
        assert own.post(f"{MODELS}{path}", content=file).status_code == 201
        assert threads[0].startswith("compute")

    def test_time_runs_from_the_last_use(self):
        now = [0.0]
        shelf = UploadedModels(10_000, 100, clock=lambda: now[0])
        shelf.keep("own-a", net())
        shelf.keep("own-b", net())
        now[0] = 80
        shelf.use("own-a")
        shelf.find("own-b")
        now[0] = 110
        assert shelf.ids() == ["own-a"]
        assert shelf.retention("own-a") == {"uploaded": True, "bytes": 432, "expires_in": 70}
        assert shelf.find("own-b") is None
        with pytest.raises(UnknownModel):
            shelf.delete("own-b")
        shelf.use("own-b")  # too late
        assert shelf.sweep() == ["own-b"]
        assert shelf.sweep() == []

    def test_lists_keep_nobody_s_model_and_its_analyses_do(self, tmp_path):
        now = [0.0]
        folder = str(tmp_path)
        settings = Settings(workers=1, trainings_dir=folder, models_dir=folder)
        app = create_app(settings, Registry({"tiny": build_tiny}, "tiny"))
        shelf = app.state.services.uploaded_models
        shelf._clock = lambda: now[0]
        with TestClient(app) as client:
            model = bring(client, as_onnx(net()))["id"]
            photo = {"params": {"model": model}, "content": picture_bytes()}
            done = client.post("/api/v1/analyses", **photo).json()["id"]

            def left():
                models = client.get(MODELS).json()["models"]
                return next((m["expires_in"] for m in models if m["id"] == model), None)

            assert left() == settings.model_ttl
            now[0] = 5
            assert left() == left() == settings.model_ttl - 5
            assert client.get(f"/api/v1/analyses/{done}").status_code == 200
            assert left() == settings.model_ttl
            now[0] = 10 + settings.model_ttl
            assert left() is None

    def test_an_analysis_under_way_goes_with_its_model(self, own, file, monkeypatch):
        begun, go_on = threading.Event(), threading.Event()
        forward = Network.forward
        model = bring(own, file, name="gone meanwhile")["id"]

        def slowly(*args, **how):
            begun.set()
            go_on.wait(30)
            return forward(*args, **how)

        monkeypatch.setattr(Network, "forward", slowly)
        photo = {"params": {"model": model}, "content": picture_bytes()}
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(own.post, "/api/v1/analyses", **photo)
            assert begun.wait(30)
            assert own.delete(f"{MODELS}/{model}").status_code == 204
            go_on.set()
            done = answer.result()
        assert done.status_code == 201
        assert own.get(f"/api/v1/analyses/{done.json()['id']}").status_code == 404

    def test_an_analysis_of_a_model_that_went_while_its_photo_was_hashed_is_none(
        self, own, file, monkeypatch
    ):
        model = bring(own, file, name="gone before")["id"]
        content_id = store.content_id

        def slowly(*args):
            own.app.state.services.uploaded_models.delete(model)
            return content_id(*args)

        monkeypatch.setattr(store, "content_id", slowly)
        photo = {"params": {"model": model}, "content": picture_bytes()}
        answer = own.post("/api/v1/analyses", **photo)
        assert (answer.status_code, answer.json()["type"]) == (404, "/errors/unknown-model")

    def test_others_models_are_none_of_its_business(self):
        shelf = UploadedModels(10_000, 100)
        assert shelf.find("everyday") is None
        assert shelf.retention("everyday") is None
        with pytest.raises(ModelFixed):
            shelf.delete("everyday")

    def test_evicted_models_take_their_analyses_with_them(self, tmp_path):
        folder = str(tmp_path)
        settings = Settings(
            workers=1, time_limit=60, trainings_dir=folder, models_dir=folder, max_models_bytes=500
        )
        app = create_app(settings, Registry({"tiny": build_tiny}, "tiny"))
        with TestClient(app) as client:
            first = bring(client, as_onnx(net()))["id"]
            done = client.post("/api/v1/analyses", params={"model": first}, content=picture_bytes())
            bring(client, as_onnx(net()), name="another")
            assert client.get(f"/api/v1/analyses/{done.json()['id']}").status_code == 404
            assert client.get(f"{MODELS}/{first}").status_code == 404
