"""Sets of pictures: what ships, what people bring, and what they had better not bring."""

import io
import json
import stat
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from app.errors import ArchiveError
from app.http.application import create_app
from app.images.decoding import Limits
from app.learning.datasets import archive
from app.learning.datasets.store import load
from app.learning.runs.defaults import DEFAULT_CONFIG
from app.learning.runs.root_folder import make_folder
from app.settings import Settings
from engine.train.config import TrainConfig
from engine.train.synthetic import SETS, draw
from engine.zoo import layer_spec
from tests.app.archives import BLUE, GOOD, RED, encrypted, entry, lying_about_sizes, mutant, packed
from tests.app.conftest import TestClient, picture_bytes

DATASETS = "/api/v1/datasets"
LIMITS = Limits(10 * 2**20, 25_000_000)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def make_client(folder, registry):
    """Clients of servers that keep their sets in the same folder."""

    def make(**settings) -> TestClient:
        own = Settings(workers=2, time_limit=60, trainings_dir=str(folder), **settings)
        return TestClient(create_app(own, registry), raise_server_exceptions=False)

    return make


@pytest.fixture
def client(make_client):
    with make_client() as client:
        yield client


def bring(client, data, name="Pets"):
    headers = {"Content-Type": "application/zip"}
    return client.post(DATASETS, params={"name": name}, content=data, headers=headers)


def refused(client, data, slug, says=""):
    answer = bring(client, data)
    problem = answer.json()
    assert problem["type"] == f"/errors/{slug}", problem
    assert says in problem["detail"], problem
    assert len(client.get(DATASETS).json()["datasets"]) == len(SETS)
    return problem


def pixels(answer):
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)))


# What ships


def test_the_drawn_sets_are_listed(client):
    listed = client.get(DATASETS).json()["datasets"]
    assert [d["id"] for d in listed] == list(SETS)
    for described in listed:
        info = SETS[described["id"]]
        assert described["name"] == info.title
        assert described["classes"] == list(info.classes)
        assert described["pictures"] == info.pictures
        assert described["size"] == [32, 32]
        assert not described["uploaded"]
        assert client.get(f"{DATASETS}/{described['id']}").json() == described


def test_the_default_config_can_be_trained(client):
    options = client.get(DATASETS).json()["default_config"]
    assert options == DEFAULT_CONFIG
    classes = SETS[options["dataset"]].classes
    assert all(row.problem is None for row in layer_spec.validate(options["layers"], len(classes)))
    names = "loss optimiser learning_rate momentum schedule batch_size weight_decay epochs seed"
    TrainConfig(**{name: options[name] for name in names.split()})


def test_a_picture_is_the_sets_own(client):
    answer = client.get(f"{DATASETS}/strokes/pictures/700")
    np.testing.assert_array_equal(pixels(answer), draw("strokes").pictures[700])
    tag = answer.headers["etag"]
    again = client.get(f"{DATASETS}/strokes/pictures/700", headers={"If-None-Match": tag})
    assert again.status_code == 304
    other = client.get(f"{DATASETS}/strokes/pictures/701", headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_a_sheet_has_a_row_a_class(client):
    sheet = pixels(client.get(f"{DATASETS}/strokes/sheet?per_class=4"))
    assert sheet.shape == (8 * 32, 4 * 32, 4)
    dataset = draw("strokes")
    first = dataset.pictures[np.flatnonzero(dataset.labels == 2)[0]]
    np.testing.assert_array_equal(sheet[64:96, :32, :3], first)
    assert (sheet[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("faces", 404, "unknown-dataset"),
        ("own-0000000000000000", 404, "unknown-dataset"),
        ("own-0000000000000000/sheet", 404, "unknown-dataset"),
        ("strokes/pictures/3000", 422, "invalid-request"),
        ("strokes/pictures/-1", 422, "invalid-request"),
        ("strokes/pictures/x", 422, "invalid-request"),
        ("strokes/sheet?per_class=0", 422, "invalid-request"),
        ("..%2f..%2fetc/sheet", 404, "unknown-dataset"),
    ],
)
def test_what_is_not_there(client, path, status, slug):
    answer = client.get(f"{DATASETS}/{path}")
    assert (answer.status_code, answer.json()["type"]) == (status, f"/errors/{slug}")


def test_what_is_drawn_cannot_be_deleted(client):
    assert client.delete(f"{DATASETS}/shapes").status_code == 422
    assert client.delete(f"{DATASETS}/own-0000000000000000").status_code == 404


# What people bring


def test_a_zip_becomes_a_set(client, folder):
    answer = bring(client, packed(GOOD), "  My\n pets ")
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{DATASETS}/{made['id']}"
    assert (made["name"], made["classes"], made["pictures"]) == ("My pets", ["cats", "dogs"], 4)
    assert made["uploaded"]
    assert made["problems"] == []
    assert client.get(DATASETS).json()["datasets"][-1] == made
    assert client.get(answer.headers["location"]).json() == made
    dataset = load(folder, made["id"])
    assert dataset.labels.tolist() == [0, 0, 1, 1]
    # 40 × 30: the middle square, shrunk
    square = Image.open(io.BytesIO(RED)).resize((32, 32), Image.Resampling.BICUBIC, (5, 0, 35, 30))
    np.testing.assert_array_equal(dataset.pictures[0], np.asarray(square))
    shown = pixels(client.get(f"{DATASETS}/{made['id']}/pictures/0"))
    np.testing.assert_array_equal(shown, dataset.pictures[0])
    sheet = pixels(client.get(f"{DATASETS}/{made['id']}/sheet"))
    assert sheet.shape == (64, 6 * 32, 4)
    # Two pictures a class; the rest is the page's own background, whatever its theme.
    assert (sheet[:, : 2 * 32, 3] == 255).all()
    assert (sheet[:, 2 * 32 :, 3] == 0).all()


def test_a_form_will_do(client):
    answer = client.post(DATASETS, files={"file": ("pets.zip", packed(GOOD))})
    assert answer.status_code == 201
    assert answer.json()["name"] == "Pictures"
    missing = client.post(DATASETS, files={"image": ("pets.zip", packed(GOOD))})
    assert missing.json()["type"] == "/errors/not-an-archive"


def test_one_folder_around_all_and_what_systems_add_make_no_difference(client):
    wrapped = {f"pets/{name}": content for name, content in GOOD.items()}
    clutter = {"pets/.DS_Store": b"x", "__MACOSX/pets/._1.png": b"x", "pets/cats/Thumbs.db": b"x"}
    plain = bring(client, packed(GOOD)).json()
    made = bring(client, packed({"pets/": b"", "pets/cats/": b"", **wrapped, **clutter})).json()
    assert made.pop("notes") == [
        "Passed over: 3 that systems add by themselves (.DS_Store, Thumbs.db …)."
    ]
    assert plain["notes"] == []
    assert made.items() <= plain.items()
    backslashes = [(name.replace("/", "\\"), content) for name, content in GOOD.items()]
    assert bring(client, packed(backslashes)).json() == plain


def test_broken_pictures_are_left_out_and_named(client):
    broken = {"cats/cut.png": RED[:200], "dogs/empty.png": b"", "dogs/n.txt": b"no", "top.png": RED}
    made = bring(client, packed({**GOOD, **broken})).json()
    assert made["pictures"] == 4
    named = [problem.partition(":")[0].strip("'") for problem in made["problems"]]
    assert sorted(named) == sorted(broken)


def test_a_killed_server_finds_the_sets_again(client, make_client):
    made = bring(client, packed(GOOD)).json()
    with make_client() as other:
        assert other.get(f"{DATASETS}/{made['id']}").json() == made
        assert other.delete(f"{DATASETS}/{made['id']}").status_code == 204
        assert other.get(f"{DATASETS}/{made['id']}/sheet").status_code == 404
        assert len(other.get(DATASETS).json()["datasets"]) == len(SETS)


def test_half_a_set_is_none_and_a_damaged_one_says_so(client, folder):
    made = bring(client, packed(GOOD)).json()
    (folder / "datasets" / "own-aaaaaaaaaaaaaaaa.json").write_text('{"id": 3')
    (folder / "datasets" / f"{made['id']}.npz").write_bytes(b"PK\x03\x04 nothing")
    assert len(client.get(DATASETS).json()["datasets"]) == len(SETS) + 1
    answer = client.get(f"{DATASETS}/{made['id']}/sheet")
    assert answer.status_code == 404
    assert "damaged" in answer.json()["detail"]
    assert bring(client, packed(GOOD)).status_code == 201
    assert client.get(f"{DATASETS}/{made['id']}/sheet").status_code == 200


def test_as_many_sets_are_kept_as_may_be(make_client):
    with make_client(max_datasets=1) as client:
        assert bring(client, packed(GOOD)).status_code == 201
        problem = bring(client, packed({**GOOD, "cats/3.png": BLUE})).json()
        assert (problem["type"], problem["status"]) == ("/errors/no-room", 507)
        assert (problem["limit"], problem["actual"]) == (1, 1)
    with make_client(max_datasets_bytes=15_000) as client:
        assert "bytes" in bring(client, packed({**GOOD, "cats/3.png": BLUE})).json()["detail"]


def test_a_slow_archive_is_stopped(make_client, monkeypatch):
    monkeypatch.setattr(archive, "_SLICE", 0)
    with make_client(dataset_time_limit=1e-6) as client:
        assert refused(client, packed(GOOD), "time-limit")


def test_the_folder_is_made_or_replaced(tmp_path):
    assert make_folder(str(tmp_path / "a" / "b")) == tmp_path / "a" / "b"
    (tmp_path / "file").write_bytes(b"")
    elsewhere = make_folder(str(tmp_path / "file" / "c"))
    assert elsewhere.is_dir()
    elsewhere.rmdir()


# What they had better not bring


def test_what_is_no_zip(client):
    refused(client, b"", "not-an-archive")
    refused(client, RED, "not-an-archive")
    refused(client, b"Rar!\x1a\x07" + packed(GOOD), "not-an-archive", "a RAR archive, not a ZIP")
    refused(client, b"\x1f\x8b\x08\0", "not-an-archive", "a gzip archive, not a ZIP")
    answer = client.post(DATASETS, json={"file": "x"})
    assert answer.json()["type"] == "/errors/not-an-archive"


def test_a_zip_cut_off(client):
    data = packed(GOOD)
    refused(client, data[: len(data) // 2], "archive-damaged", "cut off")


def test_too_many_bytes(make_client):
    data = packed(GOOD)
    with make_client(max_archive_bytes=len(data) - 1) as client:
        problem = refused(client, data, "archive-too-large")
        assert (problem["limit"], problem["actual"]) == (len(data) - 1, len(data))
        form = client.post(DATASETS, files={"file": data + b"x" * 20_000})
        assert form.json()["type"] == "/errors/archive-too-large"


def test_too_many_entries_are_counted_before_they_are_read(client, monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 5)
    many = packed({**GOOD, **{f"cats/{i}.png": b"" for i in range(10, 20)}})
    assert refused(client, many, "archive-too-large", "14 entries")["actual"] == 14
    monkeypatch.setattr(archive, "MAX_ENTRIES", 100)
    monkeypatch.setattr(archive, "MAX_PICTURES", 5)
    refused(client, many, "archive-too-large", "14 pictures")


def test_a_bomb_is_stopped_while_it_is_unpacked(client):
    zeros = bytes(9 * 2**20)
    bomb = packed({"a/1.png": zeros, "a/2.png": zeros, "b/1.png": zeros, "b/2.png": zeros})
    assert len(bomb) < 2**17
    problem = refused(client, bomb, "archive-too-large", "unpacks")
    assert problem["actual"] < 20 * 2**20


def test_a_bomb_that_lies_about_its_size_is_no_picture(client):
    made = bring(client, lying_about_sizes(bytes(30 * 2**20), claimed=1000)).json()
    assert made["pictures"] == 4
    assert "large.bmp" in made["problems"][0]


@pytest.mark.parametrize(
    "name",
    [
        *("../cats/1.png", "cats/../../1.png", "/cats/1.png", "C:/cats/1.png", "cats//1.png"),
        *("..\\cats\\1.png", "a/b/c/d/e/f/1.png"),
    ],
)
def test_paths_that_lead_astray(client, name):
    says = "deeper" if "e/f" in name else "leads out"
    refused(client, packed({**GOOD, name: BLUE}), "archive-unfit", says)


def test_links_passwords_doubles_and_rare_ways(client):
    link = entry("cats/link.png", external_attr=(stat.S_IFLNK | 0o777) << 16)
    refused(client, packed([*GOOD.items(), (link, "/etc/passwd")]), "archive-unfit", "a link")
    refused(client, encrypted(), "archive-unfit", "encrypted")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = packed([*GOOD.items(), ("cats/1.png", BLUE)])
    refused(client, twice, "archive-unfit", "twice")
    refused(client, packed(GOOD, zipfile.ZIP_LZMA), "archive-unfit", "rare")


def test_zips_within_zips_are_no_pictures(client):
    refused(client, packed({"a.zip": packed(GOOD), "b.zip": packed(GOOD)}), "archive-unfit")
    inner = packed(GOOD)
    refused(client, packed({"a/a.zip": inner, "b/b.zip": inner}), "archive-unfit", "no picture")


def test_classes_that_teach_nothing(client):
    refused(client, packed({"cats/1.png": RED}), "archive-unfit", "only one class, 'cats'")
    refused(client, packed({}), "archive-unfit", "no folder")
    refused(client, packed({"1.png": RED, "2.png": BLUE}), "archive-unfit", "no folder")
    refused(client, packed({**GOOD, "fish/": b""}), "archive-unfit", "'fish' has no picture")
    refused(client, packed({**GOOD, "fish/1.png": b"x"}), "archive-unfit", "'fish/1.png'")
    many = {f"{i}/1.png": RED for i in range(101)}
    assert refused(client, packed(many), "archive-unfit")["actual"] == 101
    refused(client, packed({**GOOD, "a\x07b/1.png": RED}), "archive-unfit", "no name")
    refused(client, packed({**GOOD, "x" * 300 + "/1.png": RED}), "archive-unfit", "…")


def test_one_large_picture_is_left_out(make_client):
    large = picture_bytes((400, 400), seed=9)
    with make_client(max_image_bytes=100_000, max_image_pixels=10_000) as client:
        wide = picture_bytes((400, 100), mode="1", seed=9)
        made = bring(
            client, packed({**GOOD, "cats/heavy.png": large, "cats/wide.png": wide})
        ).json()
        assert made["pictures"] == 4
        assert len(made["problems"]) == 2


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("start", range(0, 400, 100))
def test_a_mutilated_archive_is_read_or_refused(start):
    outcomes = set()
    for number in range(start, start + 100):
        what, data = mutant(number)
        try:
            reading = archive.ArchiveReader(data, LIMITS)
            while not reading.read_some(lambda: None):
                pass
            unpacked = reading.result()
        except ArchiveError as error:
            outcomes.add(type(error).__name__)
        else:
            assert 2 <= len(unpacked.dataset.labels) <= 8, what
            outcomes.add("read")
    assert {"read", "DamagedArchive"} <= outcomes


# How names are written


def with_names(*names: bytes, flag: int = 0, extra: bytes = b"") -> bytes:
    """A ZIP whose entries have these bytes as names, which zipfile itself would not write."""
    stand_ins = [f"{i:02d}".ljust(len(name), "_") for i, name in enumerate(names)]
    data = packed([(entry(s, extra=extra), RED) for s in stand_ins])
    for stand_in, name in zip(stand_ins, names, strict=True):
        data = data.replace(stand_in.encode(), name)
    for mark, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        parts = data.split(mark)
        data = mark.join(
            [parts[0], *(p[: place - 4] + bytes([flag]) + p[place - 3 :] for p in parts[1:])]
        )
    return data


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("Äpfel".encode(), 0),  # UTF-8 without a word about it: macOS, many libraries
        ("Äpfel".encode(), 8),  # UTF-8, and it says so
        ("A\u0308pfel".encode(), 0),  # macOS writes the dots apart
        ("Äpfel".encode("cp437"), 0),  # DOS and Windows
    ],
)
def test_a_class_is_called_what_its_folder_is_called(client, name, flag):
    made = bring(client, with_names(name + b"/1.png", b"red/1.png", flag=flag)).json()
    assert made["classes"] == ["red", "Äpfel"]


def test_a_name_in_an_extra_field_counts_where_it_belongs_to_the_entry(client):
    raw = b"K?se" + b"/1.png"
    utf8 = "Käse/1.png".encode()
    content = b"\1" + struct.pack("<I", zlib.crc32(raw)) + utf8
    extra = struct.pack("<HH", 0x7075, len(content)) + content
    data = with_names(raw, b"red/1.png", extra=extra)
    assert bring(client, data).json()["classes"] == ["Käse", "red"]


@pytest.mark.parametrize(
    "label",
    [
        "ratio 1:2",
        "a:b",
        "C: drive",
        "etc.",
        "...",
        "100%",
        "日本",
        "👩\u200d🔬",
        "می\u200cخواهم",
        "x" * 80,
    ],
)
def test_odd_names_of_classes_are_no_attack(client, label):
    folder = f"pets/{label}" if label.startswith(".") else label
    names = [f"{folder}/1.png", folder.replace(label, "other") + "/1.png"]
    answer = bring(client, packed(dict.fromkeys(names, RED)))
    if label == "...":  # hidden on every system that knows hidden files
        assert "only one class" in answer.json()["detail"]
    else:
        assert label in answer.json()["classes"]


@pytest.mark.parametrize("label", ["x" * 81, "a\nb", "a\u202eb"])
def test_names_that_nobody_could_read_are_refused_with_a_way_out(client, label):
    refused(client, packed({f"{label}/1.png": RED, **GOOD}), "archive-unfit", "Rename its folder")


def test_paths_that_begin_in_the_folder_itself(client):
    made = bring(client, packed({f"./{name}": content for name, content in GOOD.items()})).json()
    assert (made["classes"], made["pictures"]) == (["cats", "dogs"], 4)


def test_two_names_that_differ_in_how_accents_are_written_are_the_same_entry(client):
    twice = packed({**GOOD, "cats/a\u0308.png": RED, "cats/ä.png": RED})
    refused(client, twice, "archive-unfit", "rename one of the two")


def test_a_set_that_is_split_already_is_put_together(client):
    split = {
        f"{part}/{name}": content for part in ("train", "val") for name, content in GOOD.items()
    }
    made = bring(client, packed(split)).json()
    assert (made["classes"], made["pictures"]) == (["cats", "dogs"], 8)
    assert "train, val were put together" in made["notes"][0]
    assert client.get(f"{DATASETS}/{made['id']}").json() == made


def test_of_many_files_left_out_for_one_reason_the_first_are_named(client):
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    made = bring(client, packed({**GOOD, **{f"cats/{i}.heic": heic for i in range(50)}})).json()
    assert len(made["problems"]) == 21
    assert all("HEIC" in problem for problem in made["problems"])
    assert made["problems"][-1].startswith("… 30 more: ")


def test_a_set_of_an_older_version_has_no_notes(client, folder):
    made = bring(client, packed(GOOD)).json()
    path = folder / "datasets" / f"{made['id']}.json"
    fields = json.loads(path.read_text())
    del fields["notes"]
    path.write_text(json.dumps(fields))
    assert client.get(f"{DATASETS}/{made['id']}").json() == made
