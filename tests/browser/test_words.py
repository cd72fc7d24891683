"""The page's words: one file a language, the right one chosen, and nothing left over in another."""

import re

import pytest
from playwright.sync_api import expect

from .screen import Screen
from .tabs import EMPTY, PLAIN
from .test_access import PHONE

pytestmark = pytest.mark.browser

# Characters: anything longer that does not change is a sentence that nobody translated, or a name.
SHORT = 12
SAME_WORDS = {"Convscope", "Flatten", "Logit", "Maximum:", "Padding", "Softmax", "max"}
THE_SERVERS_IN_ENGLISH = ("t.ops.titles.", "t.problems.details.")
CREDITS = "#credit, #model, #predictions, .samples, .downloads, .column-name, option"

SHAPE = """async (code) => {
  const { t } = await import(`/static/js/i18n/${code}/index.js`);
  const shape = (words, path) => {
    if (typeof words === "function") return [`${path}()`];
    if (typeof words === "string") return [words ? path : `${path} is empty`];
    return Object.entries(words).flatMap(([name, inner]) => shape(inner, `${path}.${name}`));
  };
  return shape(t, "t");
}"""

# Everything that is written on the page, and everything that it tells those who cannot see it.
TEXTS = """(credits) => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
  for (let element = walker.currentNode; element; element = walker.nextNode()) {
    if (element.closest(credits) || !element.checkVisibility()) continue;
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
    texts.push(element.getAttribute("aria-label") ?? "", element.getAttribute("title") ?? "");
  }
  return texts.map((text) => text.trim()).filter(Boolean);
}"""

VIEWS = [
    "layer=conv1_1",
    "layer=relu1_1&map=3&y=10&x=12&view=map",
    "layer=pool1&map=3&y=10&x=12&view=map",
    "layer=flatten",
    "layer=fc1",
    "layer=softmax",
    "layer=conv2_1&tab=whatif",
    "layer=conv2_1&tab=attribution",
]


def test_both_languages_have_the_same_shape(modules):
    """But for what the server says in English itself: ops' names and problems' details."""
    shapes = {}
    for code in ("en", "de"):
        words = set(modules.evaluate(SHAPE, code))
        shapes[code] = {word for word in words if not word.startswith(THE_SERVERS_IN_ENGLISH)}
    assert shapes["en"] == shapes["de"]


def test_nothing_is_left_in_the_other_language(open_page, subtests):
    screens = {code: open_page(f"?lang={code}") for code in ("en", "de")}
    for screen in screens.values():
        screen.wait_for_reading()
    for view in VIEWS:
        with subtests.test(view):
            for screen in screens.values():
                screen.come_to(f"?{view}")
            check_words(screens)
    with subtests.test("another network"):
        for screen in screens.values():
            screen.come_to(f"?{VIEWS[0]}")
            screen.choose_network("menagerie")
            screen.wait_for_rest()
        check_words(screens)


def check_words(screens: dict[str, Screen]) -> None:
    texts = {}
    for code, screen in screens.items():
        screen.page.wait_for_selector(".tile, .bar-row, .cells, .map-detail", state="attached")
        screen.page.wait_for_selector(".explain:not(.stale) .formula", state="attached")
        texts[code] = set(screen.page.evaluate(TEXTS, CREDITS))
    both = texts["en"] & texts["de"]
    model = screen.get(f"models/{screen.page.input_value('#model')}")
    named = {layer["name"] for layer in model["layers"]} | set(model["labels"])
    words = {text for text in both - named if re.search("[a-z]{3}", text) and " " not in text}
    assert {text for text in words if len(text) <= SHORT} <= SAME_WORDS
    same = {text for text in both if len(text) > SHORT}
    sentences = {text for text in same if re.search(r"[a-z]{2,} [a-z]{2,}", text)}
    assert {text for text in sentences if "<" not in text} == set()  # a hostile class name stays
    assert len(texts["en"] - texts["de"]) > 20


def test_what_ships_has_its_names_in_german(open_page, modules):
    """Classes, samples and datasets; English says what the server says."""
    names = {
        code: modules.evaluate(
            "async (code) => (await import(`/static/js/i18n/${code}/names.js`)).names", code
        )
        for code in ("en", "de")
    }
    screen = open_page("?lang=de&layer=softmax")
    page = screen.page
    screen.wait_for_layer("softmax")
    labels = screen.get("models/everyday")["labels"]
    classes = {code: names[code]["classes"]["everyday"] for code in names}
    assert classes["en"] == {label: label.replace("_", " ") for label in labels}
    samples = {sample["id"]: sample["title"] for sample in screen.get("samples")}
    assert {id_: name["title"] for id_, name in names["en"]["samples"].items()} == samples
    datasets = [one for one in screen.get("datasets")["datasets"] if not one["uploaded"]]
    assert names["en"]["datasets"] == {
        one["id"]: {key: one[key] for key in ("name", "description")} for one in datasets
    }
    for one in datasets:
        if one["id"] in names["en"]["classes"]:
            assert list(names["en"]["classes"][one["id"]]) == one["classes"]
    said = page.inner_text("body")
    assert "Auto" in said
    assert "Ein Auto, gerendert" in said
    german = {name.lower() for group in names["de"]["classes"].values() for name in group.values()}
    foreign = [*set(classes["en"].values()) - german, *samples.values()]
    assert [name for name in foreign if re.search(rf"\b{name}\b", said)] == []
    page.goto(f"{screen.site}/learn")
    expect(page.locator("#setup")).to_contain_text("Acht einfache Figuren")
    expect(page.locator(".class-names li").first).to_have_text("Kreis")
    said = page.inner_text("#setup")
    foreign = [one[key] for one in datasets for key in ("name", "description")]
    foreign += {name for one in datasets for name in one["classes"] if name.isalpha()} - german
    assert [name for name in foreign if re.search(rf"\b{name}\b", said)] == []


def test_a_class_of_somebody_s_own_network_keeps_its_name(modules):
    named = modules.evaluate(
        """async () => {
          const { speakOfClasses, nameOfClass } = await import("/static/js/i18n/names.js");
          const lists = (await import("/static/js/i18n/en/names.js")).names.classes;
          speakOfClasses(["car", "cat"]);
          const own = nameOfClass("car");
          speakOfClasses(Object.keys(lists.everyday));
          return [own, nameOfClass("car"), nameOfClass("cross", ["cross", "car"])];
        }"""
    )
    assert named == [None, named[1], None]
    assert named[1] in {"car", "Auto"}


def test_the_browser_decides(open_page):
    screen = open_page(locale="de-AT")
    screen.wait_for_reading()
    expect(screen.page.locator("html")).to_have_attribute("lang", "de")
    expect(screen.page.locator("#answer-title")).to_have_text("Vorhersage")
    assert re.fullmatch(r"\d+,\d\u00a0%", screen.first_guess[1])


def test_english_for_whoever_reads_another_language(open_page):
    screen = open_page(locale="ja-JP")
    screen.wait_for_reading()
    expect(screen.page.locator("html")).to_have_attribute("lang", "en")


def test_only_one_language_is_fetched(open_page):
    screen = open_page(EMPTY, locale="de-DE")
    requests = screen.record_requests()
    screen.open("")
    screen.wait_for_reading()
    fetched = re.findall(r"/i18n/(\w\w)/", "\n".join(requests))
    assert set(fetched) == {"de"}


def test_the_address_decides_and_is_remembered(open_page):
    screen = open_page("?lang=de&layer=pool1&map=2&y=3&x=4")
    screen.wait_for_layer("pool1")
    screen.wait_for_address("layer=pool1")
    expect(screen.page.locator("html")).to_have_attribute("lang", "de")
    screen.page.reload()
    screen.wait_for_layer("pool1")
    expect(screen.page.locator("html")).to_have_attribute("lang", "de")


def test_the_reader_chooses_and_loses_nothing(open_page):
    screen = open_page("?layer=pool1&map=2&y=3&x=4")
    screen.wait_for_layer("pool1")
    screen.wait_for_address("map=2")
    reading = screen.reading
    screen.page.select_option("#language-choice", "de")
    screen.page.wait_for_selector('html[lang="de"]', state="attached")
    screen.wait_for_layer("pool1")
    assert screen.reading == reading
    expect(screen.page.locator("#language-choice")).to_have_value("de")


def test_a_problem_is_told_in_the_language_of_the_page(open_page, tmp_path):
    screen = open_page("?lang=de")
    screen.expected_status = 415
    screen.wait_for_reading()
    nonsense = tmp_path / "letter.png"
    nonsense.write_text("Dear network")
    screen.page.set_input_files("#file", nonsense)
    problem = screen.page.get_by_role("alert").filter(has=screen.page.locator("h3"))
    expect(problem.locator("h3")).to_have_text("Das ist kein Bild, das sich lesen lässt")
    expect(problem).to_contain_text("Gelesen werden JPEG, PNG, WebP, BMP und GIF.")
    # What the server says of this file is English, said to be, and one click away.
    said = problem.locator("[lang=en]")
    expect(said).to_contain_text("text")
    expect(said).to_be_hidden()
    problem.get_by_text("Wortlaut des Servers, auf Englisch").click()
    expect(said).to_be_visible()


def test_a_comparison_in_german_fits_a_small_phone(open_page):
    """The longest words that the page has, in the least room: nothing sticks out."""
    phone = {**PHONE, "viewport": {"width": 360, "height": 780}}
    screen = open_page("?lang=de&layer=conv2_1&compare=photo:coffee&side=side-by-side", **phone)
    modes = screen.page.locator("#compare-mode label:visible")
    expect(modes).to_have_text(
        ["Ein Auto, gerendert", "Eine Tasse Espresso", "Unterschied", "nebeneinander"]
    )
    expect(screen.page.locator(".reading output")).not_to_be_empty()
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 360


def test_class_names_that_stay_english_say_so(open_page):
    """ImageNet's; of the names in somebody's own file nobody knows the language."""
    page = open_page(f"{PLAIN}?lang=de").page
    lists = [["tench", *map(str, range(999))], ["tench", "cat"], list(map(str, range(1000)))]
    spoken = page.evaluate(
        """async (lists) => {
          const { classLanguage } = await import("/static/js/i18n/names.js");
          return lists.map((labels) => classLanguage(labels));
        }""",
        lists,
    )
    assert spoken == ["en", None, None]


def test_every_refusal_is_explained_in_german_with_its_numbers(open_page):
    from app.http.problems import problems

    page = open_page(f"{PLAIN}?lang=de").page
    told = page.evaluate(
        """async (problems) => {
          const { t } = await import("/static/js/i18n/index.js");
          const { problemDetail } = await import("/static/js/views/shared/problem-text.js");
          const textOf = (problem) => problemDetail(problem).map((part) => part.textContent);
          return [Object.keys(t.problems.details), problems.map(textOf)];
        }""",
        [
            {
                "type": "/errors/image-too-large",
                "detail": "Too large.",
                "limit": 10 * 2**20,
                "actual": 21.5 * 2**20,
                "what": "bytes",
            },
            {
                "type": "/errors/archive-too-large",
                "detail": "Too many.",
                "limit": 20000,
                "actual": 21000,
                "what": "pictures",
            },
            {"type": "/errors/time-limit", "detail": "Stopped.", "limit": 30},
            {"type": "/errors/model-unsupported", "detail": "No.", "op": "Loop", "before": "x/7"},
        ],
    )
    assert set(told[0]) == {problem.slug for problem in problems()}
    large, many, late, unsupported = told[1]
    assert large[1] == "Erlaubt sind 10,0 MiB; das hier waren 21,5 MiB."
    assert many[1] == "Erlaubt sind 20.000 Bilder; das hier waren 21.000."
    assert "nach 30 Sekunden" in late[0]
    assert "Die Operation Loop wird nicht unterstützt." in unsupported[0]
    assert "„x/7“" in unsupported[0]
    for parts in told[1]:
        assert parts[-1].startswith("Wortlaut des Servers")


def test_the_titles_of_problems_are_the_servers(modules):
    """English says what the server says, but for what people may have come to by a link of somebody
    else's: that means more to them in other words.
    """
    from app.http.problems import problems

    titles = modules.evaluate(
        "async () => (await import('/static/js/i18n/en/index.js')).t.problems.titles"
    )
    known = {problem.slug: problem.title for problem in problems()}
    assert titles.keys() == known.keys()
    assert {slug for slug, title in titles.items() if title != known[slug]} == {
        "unknown-analysis",
        "unknown-model",
        "unknown-training",
    }
