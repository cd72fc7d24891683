"""What one workspace may hold: nobody drives out or locks out others by bringing more and more."""

import time

import pytest

from app.errors import Overloaded
from app.http.access.workspace import HEADER
from app.models.uploaded import UploadedModels
from app.settings import Settings
from app.workspaces.quotas import Quotas
from app.workspaces.workspace import Workspace, new_key
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.http.test_workspaces import API, TINY, Visits, server

ONE, OTHER = {HEADER: new_key()}, {HEADER: new_key()}
BYTES = 4 * 4 * 27  # of one network's numbers
PUBLIC = {"host": "0.0.0.0"}


def settled(visits: Visits, who: dict, run: str, status: str) -> None:
    """Wait until a training's process has done what it was told."""
    stop = time.monotonic() + 60
    while visits.ask(who, "GET", f"{API}/trainings/{run}").json()["status"] != status:
        assert time.monotonic() < stop
        time.sleep(0.02)


def archive(turn: int) -> dict:
    """A set of pictures that is another one each time, as its classes are called otherwise."""
    content = packed({f"{turn}{name}": data for name, data in GOOD.items()})
    return {"content": content, "headers": {"Content-Type": "application/zip"}}


@pytest.mark.parametrize(
    ("how", "part"), [({}, 1.0), (PUBLIC, 0.5), ({**PUBLIC, "workspace_share": 0.2}, 0.2)]
)
def test_a_server_for_one_person_keeps_all_for_one(how, part):
    assert Settings(**how).workspace_share == part


class TestModels:
    def test_whoever_brings_too_much_drives_out_their_own(self):
        shelf = UploadedModels(4 * BYTES, 100, quotas=Quotas(0.5))
        shelf.keep("own-other", net(), owner="other")
        for turn in range(3):
            assert shelf.keep(f"own-{turn}", net(), owner="one") == []  # nobody needs the room
        assert shelf.keep("own-3", net(), owner="one") == ["own-0"]
        assert shelf.keep("own-4", net(), owner="one") == ["own-1"]
        # The other needs it: again what is above the part goes, and not what is below.
        assert shelf.keep("own-other-2", net(), owner="other") == ["own-2"]
        assert shelf.keep("own-5", net(), owner="one") == ["own-3"]
        assert set(shelf.ids()) == {"own-other", "own-other-2", "own-4", "own-5"}

    def test_made_up_workspaces_at_one_address_make_room_together(self):
        quotas = Quotas(0.5)
        shelf = UploadedModels(8 * BYTES, 100, quotas=quotas)
        shelf.keep("own-other", net(), owner="other")
        quotas.hold("other", "b")
        for turn in range(7):
            quotas.hold(f"one-{turn}", "a")
            shelf.keep(f"own-{turn}", net(), owner=f"one-{turn}")
        assert shelf.keep("own-other-2", net(), owner="other") == [
            "own-0"
        ]  # seven of eight are a's
        quotas.hold("one-7", "a")
        assert shelf.keep("own-7", net(), owner="one-7") == ["own-1"]
        assert {"own-other", "own-other-2"} < set(shelf.ids())

    def test_what_fits_only_in_the_place_of_others_is_refused_and_drives_out_nothing(self):
        shelf = UploadedModels(4 * BYTES, 100, quotas=Quotas(0.5))
        for turn in range(2):
            shelf.keep(f"own-other-{turn}", net(), owner="other")
        shelf.keep("own-0", net(), owner="one")
        with pytest.raises(Overloaded) as refusal:
            shelf.keep("own-1", net(classes=12), owner="one")  # three times as large
        assert refusal.value.retry_after
        assert set(shelf.ids()) == {"own-other-0", "own-other-1", "own-0"}

    def test_many_below_their_parts_take_turns(self):
        shelf = UploadedModels(3 * BYTES, 100, quotas=Quotas(0.5))
        for owner in "abc":
            shelf.keep(f"own-{owner}", net(), owner=owner)
        assert shelf.keep("own-d", net(), owner="d") == ["own-a"]


def test_one_workspace_leaves_room_for_others_datasets(tmp_path):
    with server(str(tmp_path), max_datasets=3, **PUBLIC) as client:
        visits = Visits(client)
        for turn in range(2):
            visits.made(ONE, "datasets", **archive(turn))
        refused = visits.ask(ONE, "POST", f"{API}/datasets", **archive(2))
        assert (refused.status_code, refused.json()["limit"]) == (507, 2)
        assert "of yours" in refused.json()["detail"]
        visits.made(OTHER, "datasets", **archive(0))
        assert visits.ask(OTHER, "POST", f"{API}/datasets", **archive(1)).json()["limit"] == 3


def test_one_workspace_leaves_bytes_for_others_datasets(tmp_path):
    most = 6 * 32 * 32 * 3  # the archive's four pictures take more than half of it
    with server(str(tmp_path), max_datasets_bytes=most, **PUBLIC) as client:
        refused = Visits(client).ask(ONE, "POST", f"{API}/datasets", **archive(0)).json()
        assert refused["limit"] == most // 2 < refused["actual"]


def test_one_workspace_leaves_processes_to_others_trainings(tmp_path):
    with server(str(tmp_path), max_trainings=2, **PUBLIC) as client:
        visits = Visits(client)
        slow = {**TINY, "dataset": "shapes", "paused": False, "speed": 0.1}
        first = visits.made(ONE, "trainings", json=slow)["id"]
        refused = visits.ask(ONE, "POST", f"{API}/trainings", json=slow)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert refused.json()["limit"] == 1
        visits.made(OTHER, "trainings", json=slow)
        # A paused one gives up its place, to its owner.
        visits.ask(ONE, "POST", f"{API}/trainings/{first}/pause")
        settled(visits, ONE, first, "paused")
        visits.made(ONE, "trainings", json=slow)
        resumed = visits.ask(ONE, "POST", f"{API}/trainings/{first}/resume", json={})
        assert resumed.status_code == 503


def test_trainings_that_others_keep_are_not_deleted_for_one_with_many(tmp_path):
    with server(str(tmp_path), max_kept_trainings=3, **PUBLIC) as client:
        visits = Visits(client)

        def ended(who):
            run = visits.made(who, "trainings", json={**TINY, "dataset": "shapes"})["id"]
            visits.ask(who, "POST", f"{API}/trainings/{run}/stop")
            settled(visits, who, run, "stopped")
            return run

        others = ended(OTHER)
        own = [ended(ONE) for _ in range(3)]
        left = client.app.state.services.trainings.all()
        assert {run.id for run in left} == {others, *own[1:]}


def test_nor_for_one_that_is_new(tmp_path):
    with server(str(tmp_path), max_kept_trainings=2, **PUBLIC) as client:
        visits = Visits(client)

        def begun(who, address):
            client._transport.client = (address, 1)
            return visits.ask(who, "POST", f"{API}/trainings", json={**TINY, "dataset": "shapes"})

        def ended(who, address):
            run = begun(who, address).json()["id"]
            visits.ask(who, "POST", f"{API}/trainings/{run}/stop")
            settled(visits, who, run, "stopped")
            return run

        others = [ended(OTHER, "10.0.0.1"), ended({HEADER: new_key()}, "10.0.0.2")]
        refused = begun(ONE, "10.0.0.3")
        assert (refused.status_code, refused.json()["type"]) == (507, "/errors/no-room")
        assert refused.json()["what"] == "trainings"
        trainings = client.app.state.services.trainings
        assert {run.id for run in trainings.all()} == set(others)
        again = ended(OTHER, "10.0.0.1")  # in the place of their own
        assert {run.id for run in trainings.all()} == {again, others[1]}


@pytest.mark.parametrize("kind", ["models", "datasets", "trainings"])
def test_an_address_counts_for_whatever_is_kept(kind, tmp_path):
    contents = {
        "models": {"content": as_onnx(net())},
        "datasets": archive(0),
        "trainings": {"json": {**TINY, "dataset": "shapes"}},
    }
    with server(str(tmp_path), **PUBLIC) as client:
        for who in (ONE, OTHER):
            Visits(client).made(who, kind, **contents[kind])
        both = {Workspace.of_key(who[HEADER]).id for who in (ONE, OTHER)}
        quotas = client.app.state.services.quotas
        assert [quotas.of(owner)[-1].owners for owner in both] == [both, both]
