"""One name for one thing: words that gave way to the field's own do not come back.

`docs/glossary.md` has the words that are used. The lists below grow with every word that goes. They
hold labels and identifiers, not plain English: "share a link" and "what is kept" are fine.
"""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

# Labels of the page, and what stands there instead. Neither the page nor a document uses them.
LABELS = {
    "sees of the input": "receptive field",
    "read right": "accuracy",
    "never shown": "validation",
    "what is taken for what": "confusion matrix",
    "worst mistakes": "most confident errors",
    "how well it reads": "evaluation",
    "what it says": "prediction",
    "what it sees now": "filters and activations",
    "put to the test": "deletion and insertion test",
    "side of the cover": "window size",
    "step of the cover": "stride",
    "under the glass": "step inspector",
    "put the glass away": "close the step inspector",
    "race a twin": "compare with a second run",
    "moved most": "largest updates",
    "teach it": "train one step",
    "place of the largest": "ArgMax",
    "where this number comes from": "how this value is computed",
}
# These are plain English elsewhere, but no label and no sentence of the page.
PAGE_ONLY = {
    "blame": "gradient",
    "shares": "probabilities",
    "spread": "standard deviation",
    "made from": "input",
    "seen from": "layer",
    "speaking for": "target class",
    "way back": "backward pass",
    "look inside": "open",
    "the twin": "the second run",
    "lists": "vectors",
    "further away": "zoom out",
    "unfold": "expand",
    "show me around": "take the tour",
    "blickfeld": "rezeptives Feld",
    "nie gezeigt": "Validierung",
    "richtig gelesen": "Genauigkeit",
    "was wofür gehalten wird": "Konfusionsmatrix",
    "unter der lupe": "Schritt-Inspektor",
    "rückweg": "Rückwärtsdurchlauf",
    "zwilling": "zweiter Lauf",
    "schuld": "Gradient",
    "punktzahl": "Logit",
    "bewertung": "Ausgabe oder Logit",
    "anteil p": "Wahrscheinlichkeit p",
    "streuung": "Standardabweichung",
    "spreizung": "Dilatation",
    "gemacht aus": "Eingabe",
    "aus sicht von": "Schicht",
    "stapel": "Batch",
    "gewichtsabbau": "Weight Decay",
    "schwung": "Momentum",
    "dichte schicht": "vollverbunden",
}
# Identifiers and modules, and what they are called now.
NAMES = {
    "crew": "nothing: a run is carried out by threads",
    "Crew": "nothing",
    "NoRoom": "nothing",
    "forsake": "nothing",
    "Chains": "FusionPlan",
    "_Shelf": "_BufferPool",
    "by_stopwatch": "autotuned",
    "by_rule": "heuristic",
    "HOPELESS": "PRUNE_FACTOR",
    "Geometry": "ConvParams",
    "Finish": "Epilogue",
    "own_position": "to_native_index",
    "Remembered": "SingleFlightCache",
    "ModelWish": "ImportOptions",
    "TrainingWish": "a config",
    "PlanWish": "a request",
    "StepWish": "a request",
    "ResumeWish": "a request",
    "_dressed": "_apply_options",
    "_photo_first": "_channels_first_input",
    "_bury": "_on_exit",
    "glass": "step_trace, stepInspector",
    "lesson": "a training step",
    "Lesson": "TrainingStep",
    "blame": "gradient",
    "refine": "final_unmixed_epochs",
    "wish": "a config, options or a request",
    "endRace": "endComparison",
    "madeFrom": "inputs",
    "unfoldAll": "expandAll",
    "walkLabel": "playLabel",
    "thrownAway": "discarded",
}
# Groups of the page's words, as in ``t.own``, and what they are called now.
GROUPS = {
    "why": "attribution",
    "sums": "explain",
    "own": "models",
    "ways": "preprocessing",
    "seen": "networkInput",
    "trail": "strongestPath",
    "field": "effectiveReceptiveField",
    "micro": "mapDetail",
    "work": "status",
    "fault": "invalidNumber",
    "race": "compareRuns",
    "bring": "upload",
}
MODULES = """
    crew stretches chains planner glass remembered origins model_wishes own_models explaining
    sketch sight why slide intake before over tiles dress early pair lens share jury lesson
"""
WORDS = PROJECT / "static/js/i18n"
CODE = {".py", ".js", ".css", ".html", ".toml", ".sh", ".yml"}


def name_of(path):
    return path.relative_to(PROJECT).as_posix()


def word(phrase):
    return re.compile(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", re.IGNORECASE)


@cache
def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    paths = [PROJECT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def code_of(path):
    """A file's text; of the page's words only the keys, as what they say has its own test."""
    text = path.read_text("utf-8")
    return re.sub(r'"[^"\n]*"|`[^`]*`', "", text) if path.is_relative_to(WORDS) else text


@cache
def identifiers():
    """File -> the words of its code."""
    sources = [path for path in tracked() if path.suffix in CODE]
    return {name_of(path): set(re.findall(r"\w+", code_of(path))) for path in sources}


@cache
def page():
    """Place -> all that the page says there: the words of both languages, the glossary, the
    templates.
    """
    said = {}
    for path in WORDS.rglob("*.js"):
        source = re.sub(r"/\*.*?\*/|^\s*//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        literals = re.findall(r'"([^"\n]*)"|`([^`]*)`', source)
        texts = [re.sub(r"\$\{[^}]*\}", " ", plain or template) for plain, template in literals]
        said[path.name] = "\n".join(text for text in texts if not text.startswith("./"))
    for entry in json.loads((PROJECT / "static/glossary.json").read_text("utf-8")):
        said[entry["id"]] = "\n".join([*entry["term"].values(), *entry["sentence"].values()])
    for path in (PROJECT / "templates").glob("*.html"):
        attributes = r'(?:content|alt|title|aria-label)="([^"]*)"|>([^<]+)<'
        found = re.findall(attributes, path.read_text("utf-8"))
        said[path.name] = "\n".join(map("".join, found))
    return said


@pytest.mark.parametrize("phrase", [*LABELS, *PAGE_ONLY])
def test_the_page_does_not_say(phrase):
    assert [place for place, text in page().items() if word(phrase).search(text)] == []


@pytest.mark.parametrize("phrase", LABELS)
def test_no_document_says(phrase):
    """Decisions may: they tell what was, at the time."""
    documents = [*(PROJECT / "docs").glob("*.md"), PROJECT / "CONTRIBUTING.md"]
    assert [p.name for p in documents if word(phrase).search(p.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_code_has_the_name(name):
    assert [place for place, words in identifiers().items() if name in words] == []


@pytest.mark.parametrize("group", GROUPS)
def test_no_group_of_words_is_called(group):
    said = re.compile(
        rf"export const {group}\b|\bt\.(\w+\.)*{group}\b|i18n[\w-]*=\"(\w+\.)*{group}\."
    )
    files = [path for path in tracked() if path.suffix in {".js", ".html"}]
    assert [name_of(path) for path in files if said.search(path.read_text("utf-8"))] == []


def test_no_module_has_a_name_that_is_gone():
    roots = ("app", "engine", "static/js")
    inside = [p for p in tracked() if name_of(p).startswith(roots)]
    assert sorted(p.name for p in inside if p.stem in MODULES.split()) == []
