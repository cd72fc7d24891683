"""What to learn from, with which network, and how: chosen on the page of learning, by mouse, finger
and keyboard.
"""

import base64
import io
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from engine.train.synthetic import SETS
from engine.zoo import layer_spec
from tests.app.conftest import picture_bytes

from .conftest import OpenPage
from .screen import PATIENCE, Screen, number
from .test_access import PHONE, check_with_axe
from .test_photo_input import shoot

pytestmark = pytest.mark.browser

PACK = """async (files) => {
  const { pack } = await import("/static/js/learn/setup/zip.js");
  const entries = files.map(([path, text]) => ({ path, blob: new Blob([text]) }));
  const bytes = new Uint8Array(await (await pack(entries)).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


def open_setup(open_page: OpenPage, **context) -> Screen:
    """The page of learning with the first plan on it."""
    screen = open_page("learn", **context)
    wait_for_setup(screen)
    return screen


def wait_for_setup(screen: Screen) -> None:
    """Until there is a plan; on a telephone, unfold all parts."""
    screen.page.wait_for_selector(".card", state="attached")
    for part in screen.page.locator(".part").all():
        if part.get_attribute("open") is None:
            part.locator("> summary").click()
    wait_for_total(screen)


def wait_for_total(screen: Screen) -> None:
    screen.page.wait_for_function(
        "() => /\\d/.test(document.querySelector('.total').textContent)",
        timeout=180_000,  # the first visit draws three sets of pictures
    )


def summary(screen: Screen, part: int) -> str:
    return screen.page.locator(".part > summary .muted").nth(part).inner_text()


def zip_of(*classes: str, pictures: int = 3) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for k, name in enumerate(classes):
            for i in range(pictures):
                archive.writestr(f"{name}/{i}.png", picture_bytes((40, 40), seed=10 * k + i))
    return buffer.getvalue()


def bring(screen: Screen, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/zip", "buffer": content}
    screen.page.set_input_files(".own input[accept]", file)


def wait_for_set(screen: Screen, name: str) -> None:
    """Until a set of this name is there and chosen."""
    card = screen.page.locator(".card", has_text=name)
    card.locator("input:checked").wait_for(state="attached")


# Packing


def test_what_is_packed_python_unpacks(modules: Page):
    files = [["a/1.png", "one"], ["Äpfel und 🍐/2.jpg", "zwei" * 5000], ["b/empty", ""]]
    packed = base64.b64decode(modules.evaluate(PACK, files))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None  # every checksum is right
        assert [[name, archive.read(name).decode()] for name in archive.namelist()] == files


def test_more_files_than_a_zip_can_list_are_refused(modules: Page):
    name = modules.evaluate(
        """async () => {
          const { pack } = await import("/static/js/learn/setup/zip.js");
          return pack(Array(65536).fill({ path: "a", blob: new Blob() })).catch((error) => error.name);
        }"""
    )
    assert name == "RangeError"


# Pictures


def test_a_set_is_looked_at_and_chosen(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    expect(page.locator(".card")).to_have_text([info.title for info in SETS.values()])
    assert "8 classes" in summary(screen, 0)
    page.locator(".card", has_text="Digits").click()
    assert "10 classes" in summary(screen, 0)
    expect(page.locator(".class-names li")).to_have_text(list("0123456789"))
    page.wait_for_function("() => document.querySelector('.sheet img').naturalHeight === 320")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.card img')].every((img) => img.naturalWidth)"
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('.layer-shape')].at(-1).textContent === '10'"
    )  # a score a digit now


def test_what_a_busy_server_refuses_is_asked_again(open_page: OpenPage):
    """A few times quietly; then the page says so, and asks again when it is told to."""
    screen = open_setup(open_page)
    screen.expected_status = 503
    page = screen.page
    asked: Counter[str] = Counter()
    refusals = {"/sheet": 2, "/plan": 1}

    def refuse(route: Route) -> None:
        kind = next(kind for kind in refusals if kind in route.request.url)
        asked[f"{kind} {route.request.url}"] += 1
        if asked[f"{kind} {route.request.url}"] > refusals[kind]:
            route.fallback()
            return
        told = {"type": "/errors/busy", "title": "The server is busy", "status": 503, "detail": "-"}
        route.fulfill(status=503, json=told, headers={"Retry-After": "0"})

    page.route(re.compile("/api/v1/.*/(sheet|plan)"), refuse)
    pictures = f"""() => {{
      const all = [...document.querySelectorAll('.card img')];
      return all.length === {len(SETS)} && all.every((one) => one.naturalWidth);
    }}"""
    page.reload()
    page.wait_for_function(pictures)
    expect(page.locator("#setup-network summary")).to_contain_text("13 layers")
    expect(page.locator(".run-note.problem")).to_have_count(0)
    asked.clear()
    refusals |= {"/sheet": 5, "/plan": 4}  # an image by itself, and then as often as is patient
    page.reload()
    note = page.locator(".run-note.problem")
    expect(note).to_contain_text("The server is busy")
    note.get_by_role("button", name="Try again").click()
    page.wait_for_function(pictures)
    expect(page.locator("#setup-network summary")).to_contain_text("13 layers")
    expect(note).to_have_count(0)


def test_sets_are_chosen_by_keyboard(open_page: OpenPage):
    screen = open_setup(open_page)
    screen.page.locator(".card input").first.focus()
    screen.page.keyboard.press("ArrowRight")
    assert summary(screen, 0).startswith("Digits")


def test_a_zip_of_ones_own(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    bring(screen, "Pets.zip", zip_of("cats", "dogs", "fish"))
    wait_for_set(screen, "Pets")
    assert summary(screen, 0) == "Pets · 3 classes · 9 images"
    expect(page.locator(".class-names li")).to_have_text(["cats", "dogs", "fish"])
    check_with_axe(screen)
    page.get_by_role("button", name="Delete Pets").click()
    page.wait_for_function("() => document.querySelectorAll('.card').length === 3")
    assert summary(screen, 0).startswith("Shapes")


@pytest.mark.parametrize(
    ("content", "status"), [(b"no ZIP at all", 415), (zip_of("alone"), 422)], ids=["no-zip", "one"]
)
def test_a_bad_zip_says_why_and_what_to_do(open_page: OpenPage, content: bytes, status: int):
    screen = open_setup(open_page)
    page = screen.page
    screen.expected_status = status
    bring(screen, "bad.zip", content)
    problem = page.locator(".news .problem")
    problem.wait_for()
    assert len(problem.locator("p").first.inner_text()) > 20
    expect(problem).to_contain_text("one folder for each class")
    check_with_axe(screen)
    problem.get_by_role("button", name="Dismiss").click()
    problem.wait_for(state="detached")
    assert summary(screen, 0).startswith("Shapes")


def test_a_folder_is_packed_here_and_large_photos_shrunk(open_page: OpenPage, tmp_path: Path):
    for name in ("day", "night"):
        (tmp_path / "sky" / name).mkdir(parents=True)
        for i in range(2):
            photo = Image.effect_noise((1200, 900), 60 + i)
            photo.convert("RGB").save(tmp_path / "sky" / name / f"{i}.jpg", quality=95)
        (tmp_path / "sky" / name / "notes.txt").write_text("nothing to see")
    screen = open_setup(open_page)
    screen.page.evaluate(
        """() => {
          const { send } = XMLHttpRequest.prototype;
          XMLHttpRequest.prototype.send = function (body) {
            window.sent = body.size;
            send.call(this, body);
          };
        }"""
    )
    screen.page.set_input_files(".own input[webkitdirectory]", tmp_path / "sky")
    wait_for_set(screen, "sky")
    assert summary(screen, 0) == "sky · 2 classes · 4 images"
    assert (
        screen.page.evaluate("sent")
        < 4 * 100_000
        < sum(p.stat().st_size for p in tmp_path.rglob("*.jpg"))
    )
    screen.page.get_by_role("button", name="Delete sky").click()


def test_a_folder_without_pictures_is_not_sent(open_page: OpenPage, tmp_path: Path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("Dear network")
    screen = open_setup(open_page)
    screen.page.set_input_files(".own input[webkitdirectory]", tmp_path / "letters")
    screen.page.get_by_text("There are no images in it").wait_for()


# Classes collected on the spot


def test_classes_drawn_and_photographed(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    page.get_by_role("button", name="Take or draw them here").click()
    dialog = page.locator("dialog.collect")
    rows = dialog.locator(".collected > li")
    name = rows.nth(0).locator("input")
    assert name.evaluate("(input) => input === document.activeElement")
    name.fill("scrawl")
    rows.nth(1).locator("input").fill("camera/roll")
    use = dialog.get_by_role("button", name="Use these images")
    expect(use).to_be_disabled()
    rows.nth(0).get_by_role("button", name="Draw").click()
    pad = page.locator("dialog.collect dialog")
    for i in range(3):
        pad.locator("canvas").click(position={"x": 60 + 40 * i, "y": 90})
        pad.get_by_role("button", name="Use it").click()
        rows.nth(0).locator(".thumbs li").nth(i).wait_for(state="attached")
    page.keyboard.press("Escape")
    rows.nth(0).locator(".thumbs button").first.click()  # one too many
    expect(rows.nth(0)).to_contain_text("2 images")
    expect(dialog).to_contain_text("camera/roll needs 2")
    rows.nth(1).get_by_role("button", name="Camera").click()
    take = dialog.get_by_role("button", name="Take an image")
    take.wait_for()
    take.focus()
    page.keyboard.down("Enter")
    rows.nth(1).locator(".thumbs li").nth(2).wait_for()  # held, it takes one after the other
    page.keyboard.up("Enter")
    shoot(screen, "learn-collect")
    check_with_axe(screen)
    screen.wait_for_rest("dialog.collect .thumbs li", frames=20)  # what is under way is kept, too
    taken = rows.nth(1).locator(".thumbs li").count()
    use.click()
    wait_for_set(screen, "My images")
    assert summary(screen, 0) == f"My images · 2 classes · {2 + taken} images"
    expect(page.locator(".class-names li")).to_have_text(["camera roll", "scrawl"])
    page.get_by_role("button", name="Delete My images").click()


def test_two_classes_of_one_name_are_none(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    page.get_by_role("button", name="Take or draw them here").click()
    dialog = page.locator("dialog.collect")
    for row in dialog.locator(".collected > li input").all():
        row.fill("same")
    dialog.get_by_text("Two classes have the same name.").wait_for()
    dialog.get_by_role("button", name="Delete Class 2 with its images").click()
    dialog.get_by_text("two classes or more").wait_for()


# The network


def kinds(screen: Screen) -> list[str]:
    return screen.page.locator(".layer:not(.added) .layer-kind").all_inner_texts()


def choose_preset(screen: Screen, name: str) -> None:
    screen.page.locator(".network > .field select").select_option(name)


def test_shapes_and_counts_are_the_plans(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    for preset in ("lenet", "small", "tiny", "vgg", "sigmoid"):
        choose_preset(screen, preset)
        page.wait_for_function("() => !document.querySelector('.layer-shape:empty')")
        layers = page.evaluate(
            "async (name) => (await import('./static/js/learn/setup/layer-types.js')).PRESETS[name]",
            preset,
        )
        rows = layer_spec.validate(layers, len(SETS["shapes"].classes))
        assert all(row.problem is None for row in rows)
        shown = [" × ".join(map(str, row.shape or ())) for row in rows]
        page.wait_for_function(
            "shown => String([...document.querySelectorAll('.layer-shape')].map((e) => e.textContent)) === String(shown)",
            arg=shown,
        )
        costs = [cost for text in page.locator(".layer-cost").all_inner_texts() if (cost := text)]
        assert [number(cost) for cost in costs] == [
            row.parameters for row in rows if row.parameters
        ]
        total = sum(row.parameters or 0 for row in rows)
        assert number(page.inner_text(".total")) == total


def test_a_number_changes_the_plan_at_once(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    choose_preset(screen, "small")
    field = page.get_by_label("filters").first
    field.fill("12")
    page.get_by_text("12 × 32 × 32").first.wait_for()
    assert field.evaluate(
        "(input) => input === document.activeElement"
    )  # nobody took the focus away
    expect(page.locator(".network > .field select")).to_have_value("own")
    field.fill("")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.get_by_text("12 × 32 × 32").count()  # half a number changes nothing


def test_an_impossible_layer_says_why_in_its_place(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    choose_preset(screen, "small")
    kernel = page.locator(".layer:not(.added)").nth(3).get_by_label("kernel")
    kernel.fill("90")
    row = page.locator(".layer.impossible")
    row.wait_for()
    expect(row).to_have_attribute("data-index", "3")
    why = row.locator(".layer-problem")
    expect(why).to_contain_text("90")
    expect(kernel).to_have_attribute("aria-describedby", why.get_attribute("id"))
    expect(page.locator(".total")).to_contain_text("impossible")
    assert page.locator(".layer.behind").count() > 0
    check_with_axe(screen)
    shoot(screen, "learn-impossible")
    kernel.fill("3")
    row.wait_for(state="detached")
    wait_for_total(screen)


def test_layers_are_added_moved_and_removed_by_keyboard(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    choose_preset(screen, "tiny")
    assert kinds(screen) == ["Convolution", "ReLU", "Max pooling"]
    page.get_by_label("New layer").select_option("dense")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    assert kinds(screen)[-1] == "Fully connected"
    page.get_by_label("New layer").select_option("avgpool")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    # A layer that slides over maps stands before the dense ones by itself, with the focus on its
    # first number.
    assert kinds(screen) == [
        "Convolution",
        "ReLU",
        "Max pooling",
        "Average pooling",
        "Fully connected",
    ]
    assert page.evaluate("document.activeElement.closest('.layer').dataset.index") == "3"
    page.keyboard.press("Alt+ArrowUp")
    assert kinds(screen) == [
        "Convolution",
        "ReLU",
        "Average pooling",
        "Max pooling",
        "Fully connected",
    ]
    assert page.evaluate("document.activeElement.closest('.layer').dataset.index") == "2"
    page.keyboard.press("Enter")  # the focus is on the button that moves it up
    assert kinds(screen)[1] == "Average pooling"
    page.get_by_role("button", name="Remove: Average pooling, layer 2").press("Enter")
    assert kinds(screen) == ["Convolution", "ReLU", "Max pooling", "Fully connected"]
    assert page.evaluate("document.activeElement.closest('.layer').dataset.index") == "1"
    for _ in range(4):
        page.locator("[data-way=remove]").first.press("Enter")
    assert kinds(screen) == []
    wait_for_total(screen)  # scores straight from the pixels are a network, too


# How to learn


def test_every_optimiser_explains_itself(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    told = set()
    for name in ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"):
        page.get_by_label("Optimiser").select_option(name)
        told.add(page.locator(".telling").nth(1).inner_text())
        expect(page.get_by_label("Momentum μ")).to_be_visible(
            visible=(name in ("momentum", "nesterov"))
        )
    assert len(told) == 6
    page.get_by_label("Loss", exact=True).select_option("mean_squared_error")
    expect(page.locator(".telling").first).to_contain_text("(zₖ − yₖ)²")


def test_the_learning_rate_by_slider_and_by_number(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    slider = page.get_by_label("Learning rate, by powers of ten")
    field = page.get_by_label("Learning rate η")
    slider.fill("-2")
    expect(field).to_have_value("0.01")
    field.fill("0.001")
    assert float(slider.input_value()) == -3
    assert "0.001" in summary(screen, 2)
    page.get_by_role("button", name="Usual with this optimiser").click()
    expect(field).to_have_value("0.005")
    field.fill("0")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "0.005" in summary(screen, 2)


def test_the_schedules_are_those_of_the_engine(open_page: OpenPage):
    from engine.train.schedules import SCHEDULES

    screen = open_setup(open_page)
    curves = screen.page.locator(".schedule polyline").evaluate_all(
        "lines => lines.map((line) => [...line.points].map(({ y }) => (22 - y) / 20))"
    )
    steps = 4000
    for curve, schedule in zip(curves, SCHEDULES.values(), strict=True):
        drawn = [schedule(min(steps - 1, round(i / 40 * steps)), steps) for i in range(41)]
        assert curve == pytest.approx(drawn, abs=0.02)


def test_what_differs_from_the_run_is_for_the_next_one(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    page.get_by_role("button", name="Next batch").click()
    # Who learns is a process that gives way to all others: beside a busy machine it takes its time.
    page.wait_for_selector('.run-state b[data-status="paused"]', timeout=4 * PATIENCE)
    expect(page.locator(".next:visible")).to_have_count(0)
    page.get_by_label("Seed").fill("7")
    expect(page.locator(".part", has=page.locator(".next:visible"))).to_have_count(1)
    page.get_by_label("filters").first.fill("9")
    expect(page.locator(".next:visible")).to_have_count(2)
    page.get_by_label("Seed").fill("0")
    page.get_by_label("filters").first.fill("8")
    expect(page.locator(".next:visible")).to_have_count(0)
    screen.wait_for_address("run=")
    run = screen.page.evaluate("new URLSearchParams(location.search).get('run')")
    page.goto("about:blank")  # a page that shows the run asks its model about pictures
    page.request.delete(f"{screen.site}/api/v1/trainings/{run}")


# For everyone


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_axe_violation(open_page: OpenPage, theme: str):
    screen = open_setup(open_page, color_scheme=theme)
    check_with_axe(screen)
    shoot(screen, f"learn-setup-{theme}")
    screen.page.get_by_role("button", name="Take or draw them here").click()
    check_with_axe(screen)


@pytest.mark.parametrize("width", [390, 3840])
def test_nothing_sticks_out(open_page: OpenPage, width: int):
    shape = PHONE if width == 390 else {"viewport": {"width": width, "height": 2160}}
    screen = open_setup(open_page, **shape)
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width
    check_with_axe(screen)
    shoot(screen, f"learn-setup-{width}")
