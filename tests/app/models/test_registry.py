"""Networks are loaded once, frozen, and shared."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.errors import UnknownModel
from app.models.registry import DEFAULT_MODEL, Registry
from app.models.uploaded import UploadedModels
from tests.app.conftest import build_tiny


def test_a_network_is_loaded_when_first_asked_for_and_only_once():
    loads = []

    def load():
        loads.append(1)
        return build_tiny()

    registry = Registry({"a": load, "b": build_tiny}, "a")
    assert not registry.loaded
    with ThreadPoolExecutor(8) as pool:
        networks = list(pool.map(lambda _: registry.get("a"), range(32)))
    assert len(loads) == 1
    assert all(network is networks[0] for network in networks)
    assert registry.get() is networks[0]
    assert registry.loaded


def test_a_network_that_loads_keeps_nobody_from_another():
    begun, loaded = threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert loaded.wait(20)
        return build_tiny()

    registry = Registry({"fast": build_tiny, "slow": slow}, "fast")
    with ThreadPoolExecutor(2) as pool:
        slowly = pool.submit(registry.get, "slow")
        assert begun.wait(20)
        try:
            pool.submit(registry.get, "fast").result(20)
            assert not slowly.done()
        finally:
            loaded.set()
        assert slowly.result(20) is registry.get("slow")


def test_a_shared_network_cannot_be_changed():
    network = Registry({"a": build_tiny}, "a").get()
    with pytest.raises(ValueError, match="read-only"):
        network.parameters()["conv1.weight"] += np.float32(1)


def test_an_unknown_model_is_refused_with_a_list_of_those_there_are():
    registry = Registry({"b": build_tiny, "a": build_tiny}, "b")
    assert registry.ids == ["b", "a"]
    for ask in (registry.get, registry.layers):
        with pytest.raises(UnknownModel, match=r"'c'.*b, a"):
            ask("c")


def test_the_zoo_has_the_default():
    registry = Registry.of_zoo()
    assert registry.ids[0] == DEFAULT_MODEL
    network = registry.get()
    assert len(network.labels) == 20
    assert registry.layers(DEFAULT_MODEL)[0].op == "input"


def test_a_brought_network_is_found_without_a_look_at_all_others(monkeypatch):
    models = UploadedModels(10**9, 60)
    models.keep("own-0123456789ab", build_tiny())
    registry = Registry({"a": build_tiny}, "a")
    registry.add(models)
    monkeypatch.setattr(models, "ids", lambda: pytest.fail("all models are listed"))
    assert registry.get("own-0123456789ab")
    with pytest.raises(UnknownModel, match="send the file again"):
        registry.get("own-ba9876543210")
