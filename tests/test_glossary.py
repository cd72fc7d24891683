"""The glossary: one source, complete, in both languages, and every link of it leads to
something.
"""

import importlib.machinery
import importlib.util
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import engine

PROJECT = Path(__file__).parent.parent
ENTRIES = json.loads((PROJECT / "static/glossary.json").read_text("utf-8"))
TERMS = {entry["id"]: entry for entry in ENTRIES}

# What the page names by a word of the field, and the word's id.
NAMED = """
    receptive-field accuracy validation training evaluation confusion-matrix prediction probability
    class standard-deviation mean silent-map effective-receptive-field activation filter target
    gradient cache training-step update deletion-insertion stride padding dilation kernel groups vector
    unit activation-function skip-connection argmax gather expand transpose reducemax logit softmax
    fully-connected sgd loss label batch epoch forward-pass backward-pass optimiser learning-rate
    strongest-path attribution temperature
"""


def load_script(name):
    loader = importlib.machinery.SourceFileLoader(name, str(PROJECT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def ids_of(template):
    return set(re.findall(r'\bid="([^"]+)"', (PROJECT / "templates" / template).read_text("utf-8")))


def test_the_document_is_made_from_the_pages_glossary():
    assert (PROJECT / "docs/glossary.md").read_text("utf-8") == load_script("glossary").document()


@pytest.mark.parametrize("name", NAMED.split())
def test_what_the_page_names_is_explained(name):
    assert name in TERMS


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_a_term_is_told_in_both_languages(entry):
    assert set(entry) <= {"id", "term", "sentence", "symbol", "see"}
    for texts in (entry["term"], entry["sentence"]):
        assert set(texts) == {"en", "de"}
        assert all(texts.values())
    assert all(sentence.endswith(".") for sentence in entry["sentence"].values())
    assert entry["sentence"]["en"] != entry["sentence"]["de"]


def test_each_term_has_an_entry_of_its_own():
    assert len(TERMS) == len(ENTRIES) == len({entry["term"]["en"] for entry in ENTRIES})
    assert len(ENTRIES) >= 60


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if "see" in entry], ids=lambda entry: entry["id"]
)
def test_a_link_leads_to_something(entry):
    link = urlsplit(entry["see"])
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert link.path in {"./", "learn"}
    assert link.fragment in ids_of("index.html" if link.path == "./" else "learn.html")
    assert set(asked) <= {"model", "layer", "view", "tab", "order"}
    network = engine.load(asked.get("model", "everyday"))
    layers = {node.name for node in network.nodes} | set(network.inputs)
    assert asked.get("layer", "input") in layers


def test_what_is_underlined_on_the_page_is_in_the_glossary():
    used = {
        name
        for path in (PROJECT / "static/js").rglob("*.js")
        for name in re.findall(r'\bterm\("([\w-]+)"', path.read_text("utf-8"))
    }
    assert len(used) > 5
    assert used <= set(TERMS)
