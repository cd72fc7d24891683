"""Few pictures, and many more of one class than of another: what is held out, and what a total
would hide.
"""

import io
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect

from .conftest import OpenLab
from .learn_screen import LearnScreen
from .test_access import PHONE, check_with_axe
from .test_learn_setup import bring, wait_for_set, wait_for_setup
from .test_photo_input import shoot

pytestmark = pytest.mark.browser


def pictures(**counts: int) -> bytes:
    """A ZIP with so many noisy pictures of each class."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for k, (name, count) in enumerate(counts.items()):
            for i in range(count):
                noise = Image.effect_noise((32, 32), 60 + i % 40)
                file = io.BytesIO()
                Image.merge("RGB", [noise.point(lambda v, k=k: v // (k + 1))] * 3).save(file, "PNG")
                archive.writestr(f"{name}/{i:03}.png", file.getvalue())
    return buffer.getvalue()


def learn(open_lab: OpenLab, name: str, epochs: int = 3, **counts: int) -> LearnScreen:
    """A page on which a network has learned from these pictures to the end."""
    screen = open_lab()
    wait_for_setup(screen)
    bring(screen, f"{name}.zip", pictures(**counts))
    wait_for_set(screen, name)
    screen.page.get_by_label("Epochs").fill(str(epochs))
    screen.play()
    screen.wait_for_status("finished")
    return screen


def rows(screen: LearnScreen) -> list[list[str]]:
    table = screen.page.locator(".per-class tr").all()[1:]
    return [row.locator("th, td").all_inner_texts() for row in table]


def test_one_of_four_is_held_out_of_each_class(open_lab: OpenLab):
    screen = learn(open_lab, "Fours", a=4, b=4, c=4, d=4)
    screen.page.locator(".per-class").wait_for()
    assert [row[1][-5:] for row in rows(screen)[:4]] == [" of 1"] * 4
    expect(screen.page.locator(".score")).to_contain_text("on 4 images")


def test_with_one_picture_a_class_the_page_says_so_and_goes_on(open_lab: OpenLab):
    screen = learn(open_lab, "Ones", a=1, b=1)
    page = screen.page
    expect(page.locator(".set .set-note")).to_contain_text("No validation images")
    expect(page.locator(".score")).to_contain_text("No validation images")
    expect(page.locator(".curve-key")).to_contain_text("no validation images")
    figures = page.locator("#curves .figures tbody td").all_inner_texts()
    assert ["no validation images" in cell for cell in figures] == [False, True, False, True]
    assert any(c.isdigit() for c in figures[0])
    chart = page.locator(".chart-body").first
    assert "there are no validation images" in str(chart.get_attribute("aria-label"))
    expect(chart.locator("canvas")).to_have_count(1)
    check_with_axe(screen)
    page.evaluate("scrollTo(0, 0)")
    shoot(screen, "learn-nothing-held-out")


def test_a_class_of_one_picture_beside_others(open_lab: OpenLab):
    screen = learn(open_lab, "Lone", many=4, one=1)
    screen.page.locator(".per-class").wait_for()
    expect(screen.page.locator(".set")).to_contain_text("No validation images of one")
    many, one, *_ = rows(screen)
    assert many[1].endswith("of 1")
    assert one == ["one", "no validation images", "–"]


def test_uneven_classes_are_counted_one_by_one(open_lab: OpenLab):
    screen = learn(open_lab, "Uneven", epochs=1, common=147, rare=3)
    page = screen.page
    page.locator(".per-class").wait_for()
    for place in (".set .set-note", ".per-class .set-note"):
        said = page.inner_text(place)
        assert "147 images of “common”, 3 of “rare”" in said
        assert "98.0" in said
    common, rare, total, balanced = rows(screen)
    assert total[1].endswith("of 16")
    assert common[1].endswith("of 15")
    assert rare[1].endswith("of 1")
    assert balanced[0] == "Balanced accuracy"
    evaluation = screen.get(f"trainings/{screen.run_id}/evaluation")
    mean = sum(row["accuracy"] for row in evaluation["per_class"]) / 2
    assert evaluation["balanced_accuracy"] == pytest.approx(mean)
    check_with_axe(screen)
    page.evaluate("scrollTo(0, 0)")
    shoot(screen, "learn-uneven")


def test_on_a_telephone(open_lab: OpenLab):
    screen = open_lab(**PHONE)
    wait_for_setup(screen)
    bring(screen, "phone.zip", pictures(**{"a class with quite a long name": 10, "b": 2}))
    wait_for_set(screen, "phone")
    screen.page.get_by_label("Epochs").fill("1")
    screen.play()
    screen.wait_for_status("finished")
    screen.page.locator(".per-class").wait_for()
    for theme in ("light", "dark"):
        if theme == "dark":
            screen.click_in_header("#theme")
        expect(screen.page.locator("html")).to_have_attribute("data-theme", theme)
        assert screen.page.evaluate("document.documentElement.scrollWidth") <= 390
        screen.page.locator(".per-class").scroll_into_view_if_needed()
        shoot(screen, f"learn-per-class-390-{theme}")
