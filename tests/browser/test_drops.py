"""Whatever a hand drops on whichever page: it is taken, or it is said why not; and the page stays
where it is.
"""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.app.conftest import picture_bytes
from tests.engine import exported

from .conftest import OpenPage
from .drops import drag_over, drop, drop_bytes
from .screen import PATIENCE, Screen
from .test_learn_setup import open_setup, summary, wait_for_set, zip_of

pytestmark = pytest.mark.browser


def write_classes(folder: Path, *names: str, pictures: int = 3) -> Path:
    """A folder with a folder of small pictures for each class."""
    for k, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for i in range(pictures):
            picture = Image.new("RGB", (33, 33), (i % 256, 40 * k, i // 256))
            picture.save(folder / name / f"{i:03}.png")
    return folder


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def left_out(screen: Screen) -> list[str]:
    return screen.page.locator(".left-out li").all_text_contents()


def problem(screen: Screen) -> str:
    found = screen.page.locator(".news .problem")
    found.wait_for()
    return str(found.inner_text())


# On the page of learning


def test_a_zip(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    drop_bytes(screen, tmp_path, "Sides.zip", zip_of("left", "right"))
    wait_for_set(screen, "Sides")
    assert summary(screen, 0) == "Sides · 2 classes · 6 images"
    assert left_out(screen) == []


def test_a_folder_of_three_hundred(open_page: OpenPage, tmp_path: Path):
    """Chromium lists a folder's entries a hundred at a time."""
    screen = open_setup(open_page)
    drop(screen, write_classes(tmp_path / "many", "ants", "bees", pictures=150))
    wait_for_set(screen, "many")
    assert summary(screen, 0) == "many · 2 classes · 300 images"


def test_more_than_a_hundred_in_one_folder(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    root = write_classes(tmp_path / "crowd", "dense", pictures=205)
    write_classes(root, "sparse", pictures=1)
    drop(screen, root)
    wait_for_set(screen, "crowd")
    assert summary(screen, 0) == "crowd · 2 classes · 206 images"


def test_folders_side_by_side_are_classes(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    root = write_classes(tmp_path, "Äpfel", "Birnen & co")
    drop(screen, root / "Äpfel", root / "Birnen & co")
    wait_for_set(screen, "My images")
    expect(screen.page.locator(".class-names li")).to_have_text(["Birnen & co", "Äpfel"])


def test_folders_in_folders(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    root = tmp_path / "nested"
    write_classes(root / "cats", "indoors", "outdoors")
    write_classes(root, "dogs")
    drop(screen, root)
    wait_for_set(screen, "nested")
    assert summary(screen, 0) == "nested · 2 classes · 9 images"


def test_a_mixture_names_what_is_left_out(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    root = write_classes(tmp_path / "pets", "cats", "dogs")
    (root / "cats" / "notes.txt").write_text("nothing to see")
    (root / "cats" / ".DS_Store").write_bytes(b"\0")
    (root / "dogs" / "bad.png").write_bytes(b"no picture at all")
    loose = write(tmp_path / "loose.png", picture_bytes((40, 40)))
    packed = write(tmp_path / "more.zip", zip_of("a", "b"))
    network = write(tmp_path / "net.onnx", b"a network")
    drop(screen, loose, root, packed, network)
    wait_for_set(screen, "pets")
    assert summary(screen, 0) == "pets · 2 classes · 6 images"
    told = left_out(screen)
    assert len(told) == 5
    for path, reason in [
        ("pets/dogs/bad.png", "picture"),
        ("loose.png", "no class's folder"),
        ("more.zip", "by itself"),
        ("net.onnx", "front page"),
        ("pets/cats/notes.txt", "Not an image"),
    ]:
        assert any(path in line and reason in line for line in told), path
    expect(screen.page.locator(".left-out summary")).to_contain_text("Left out: 5 files")


def test_a_zip_among_pictures(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    loose = write(tmp_path / "loose.png", picture_bytes((40, 40)))
    drop(screen, loose, write(tmp_path / "Pack.zip", zip_of("a", "b")))
    wait_for_set(screen, "Pack")
    (line,) = left_out(screen)
    assert "loose.png" in line
    assert "no class's folder" in line


NOTHING_TO_LEARN_FROM = [
    (["a.png", "b.png"], "Put the images of each class into a folder of its name"),
    (["a.zip", "b.zip"], "upload them one after the other"),
    (["net.onnx"], "Drop it on the front page"),
    (["a.txt", "b.csv"], "What there is: a.txt, b.csv."),
    (["nothing/"], "There are no images in it"),
    (["letter.docx"], "one folder for each class"),  # named by the server
]


def test_what_cannot_be_learned_from_says_why(
    open_page: OpenPage, tmp_path: Path, subtests: pytest.Subtests
):
    screen = open_setup(open_page)
    screen.expected_status = 415
    (tmp_path / "nothing").mkdir()
    shown = screen.page.locator(".news .problem")
    for names, why in NOTHING_TO_LEARN_FROM:
        with subtests.test(names[0]):
            paths = [tmp_path / name for name in names]
            for path in paths:
                if not path.is_dir():
                    path.write_bytes(picture_bytes((40, 40)))
            drop(screen, *paths)
            expect(shown).to_contain_text(why)
            expect(shown).to_be_in_viewport()  # wherever the set-up was scrolled to
            assert screen.page.url.endswith("/learn")
            shown.get_by_role("button", name="Dismiss").click()
            expect(shown).to_have_count(0)


def test_one_picture_is_looked_at(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    drop_bytes(screen, tmp_path, "me.png", picture_bytes((40, 40)))
    told = screen.page.get_by_text("me.png is shown to the network as soon as a training runs")
    expect(told).to_be_in_viewport()
    expect(screen.page.locator(".news .problem")).to_have_count(0)
    copy_picture(screen)
    screen.page.keyboard.press("Control+V")
    expect(screen.page.get_by_text("image.png is shown to the network as soon")).to_be_in_viewport()


def copy_picture(screen: Screen) -> None:
    """A picture in the clipboard, as a program for screenshots leaves it there."""
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(40, 40);
          canvas.getContext('2d').fillRect(0, 0, 20, 20);
          const picture = await canvas.convertToBlob({ type: 'image/png' });
          await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
        }"""
    )


def test_pictures_for_a_class_that_is_collected(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    page = screen.page
    page.get_by_role("button", name="Take or draw them here").click()
    rows = page.locator(".collected > li")
    loose = [write(tmp_path / f"{i}.png", picture_bytes((40, 40), seed=i)) for i in range(2)]
    drop(screen, *loose, onto=".collected > li:nth-child(2)")
    rows.nth(1).locator(".thumbs li").nth(1).wait_for()
    drop(screen, write_classes(tmp_path / "set", "one"), onto=".collected > li:nth-child(1)")
    rows.nth(0).locator(".thumbs li").nth(2).wait_for()
    drop_bytes(screen, tmp_path, "notes.txt", b"no picture", onto=".collected > li:nth-child(1)")
    page.get_by_text("cannot show it as an image: notes.txt").wait_for()
    page.get_by_role("button", name="Use these images").click()
    wait_for_set(screen, "My images")
    assert summary(screen, 0) == "My images · 2 classes · 5 images"


def test_a_veil_says_what_may_be_dropped(open_page: OpenPage, tmp_path: Path):
    screen = open_setup(open_page)
    veil = screen.page.locator(".drop")
    expect(veil).to_be_hidden()
    drag_over(screen, write(tmp_path / "a.zip", zip_of("a", "b")))
    veil.wait_for()


# On the front page


def credit(screen: Screen, name: str) -> None:
    screen.page.wait_for_function(
        "name => document.querySelector('#credit').textContent === name", arg=name
    )


def test_a_photo(screen: Screen, tmp_path: Path):
    drop_bytes(screen, tmp_path, "mine.png", picture_bytes((40, 30)))
    credit(screen, "mine.png")


def test_a_network_with_its_labels(screen: Screen, tmp_path: Path):
    network = write(tmp_path / "Four ways.onnx", exported.inception())
    labels = write(tmp_path / "names.txt", b"\n".join(b"abcdefghij"[i : i + 1] for i in range(10)))
    drop(screen, labels, network)
    screen.page.wait_for_selector("#models-form :text('names.txt')")
    expect(screen.page.locator("#models-form")).to_contain_text("Four ways.onnx")


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_pictures_to_learn_from_are_sent_to_the_other_page(
    screen: Screen, tmp_path: Path, kind: str
):
    if kind == "folder":
        drop(screen, write_classes(tmp_path / "pets", "cats"))
    else:
        drop_bytes(screen, tmp_path, "pets.zip", zip_of("a", "b"))
    notice = screen.page.locator("#notice .problem")
    notice.wait_for()
    notice.get_by_role("link", name="Open the training page").click()
    screen.page.wait_for_url("**/learn")


def test_a_file_that_is_no_picture(screen: Screen, tmp_path: Path):
    screen.expected_status = 415
    drop_bytes(screen, tmp_path, "letter.docx", b"Dear network")
    screen.page.locator("#notice .problem").wait_for()
    assert screen.page.url.startswith(screen.site)


# On the page of the API


def test_the_description_of_the_api_stays(open_page: OpenPage, tmp_path: Path):
    screen = open_page("docs")
    screen.page.wait_for_selector(".opblock", state="attached", timeout=3 * PATIENCE)
    for name in ("photo.png", "net.onnx", "page.html"):
        drop_bytes(screen, tmp_path, name, picture_bytes((40, 30)))
        assert screen.page.evaluate("document.title")
    drop(screen, write_classes(tmp_path / "pets", "cats"))
    assert screen.page.evaluate("document.title")  # the page answers: it is still there
    assert screen.page.url == f"{screen.site}/docs"
