"""``convscope train`` as a person meets it: what it writes, what it says, and that nothing is lost
when it is stopped.
"""

import io
import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner

from app.cli.main import app
from app.cli.train.local import CHECKPOINT, HISTORY, MODEL, Options, run, uneven
from engine.errors import TrainingError
from engine.formats import safetensors
from engine.train import checkpoint
from engine.train.config import TrainConfig
from engine.train.data import Dataset, split_by_seed

CONFIG = TrainConfig(
    epochs=2, batch_size=8, learning_rate=0.02, validation_fraction=0.25, ema_decay=0.8, seed=5
)
SETTINGS = ["--epochs", "4", "--batch-size", "4", "--learning-rate", "0.02", "--ema-decay", "0.8"]


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """(what was said, the folder that was written) of one whole training."""
    out = tmp_path_factory.mktemp("runs") / "deep" / "colours"
    said = io.StringIO()
    code = run(Options(folder, out, config=CONFIG), Console(file=said, width=200))
    assert code == 0
    return said.getvalue(), out


def weights(path):
    """All arrays of a saved network, bit for bit."""
    network = safetensors.load(path)
    return {name: a.tobytes() for name, a in network.parameters().items()}


def convscope(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_it_writes_a_model_a_checkpoint_and_a_history(trained):
    said, out = trained
    assert sorted(path.name for path in out.iterdir()) == [CHECKPOINT, HISTORY, MODEL]
    assert "24 pictures of 2 classes" in said
    assert "epoch 2/2" in said
    assert "right on held-out pictures" in said
    assert re.search(r"class +held out +correct +accuracy", said)
    assert re.search(r"blue +3 +[0-3] +[0-9.]+%", said)
    assert re.search(r"balanced accuracy +6 +[0-6] +[0-9.]+%", said)


def test_the_history_has_a_line_for_each_epoch(trained):
    history = json.loads((trained[1] / HISTORY).read_text())
    assert len(history["epochs"]) == 2
    assert history["epochs"][0]["validation_accuracy"] is not None
    assert history["classes"] == ["blue", "red"]
    assert TrainConfig.from_dict(history["config"]) == CONFIG


def test_the_model_is_folded_labelled_and_documented(trained, folder):
    network = safetensors.load(trained[1] / MODEL)
    assert {node.op.op_type for node in network.nodes} == {
        *("conv", "relu", "max_pool", "flatten", "dense", "softmax")
    }
    assert network.labels == ("blue", "red")
    card = network.meta
    assert card["pictures"] == {"blue": 12, "red": 12}
    assert (card["training_pictures"], card["validation_pictures"]) == (18, 6)
    assert card["data"] == "colours"
    assert str(folder.parent) not in json.dumps(card)


def test_the_cards_accuracy_is_the_files_own(trained, folder):
    network = safetensors.load(trained[1] / MODEL)
    files = sorted(folder.glob("*/*.png"))
    labels = np.repeat([0, 1], 12)
    pixels = np.stack([np.asarray(Image.open(file)) for file in files])
    answers = network.forward(network.preprocess.normalise(pixels))["softmax"].argmax(1)
    _, held_out = split_by_seed(labels, 0.25, 5)
    confusion = np.zeros((2, 2), int)
    for truth, answer in zip(labels[held_out], answers[held_out], strict=True):
        confusion[truth, answer] += 1
    card = network.meta
    assert card["confusion"] == confusion.tolist()
    assert card["accuracy"] == pytest.approx(np.trace(confusion) / 6)
    assert card["per_class"] == {
        "blue": confusion[0, 0] / 3,
        "red": confusion[1, 1] / 3,
    }
    assert card["validation_pictures_per_class"] == {"blue": 3, "red": 3}
    assert card["balanced_accuracy"] == pytest.approx(np.mean(list(card["per_class"].values())))


def test_uneven_classes_are_warned_of():
    def dataset(*counts):
        labels = np.repeat(np.arange(len(counts)), counts)
        return Dataset(np.zeros((len(labels), 1, 1, 3), np.uint8), labels, ("cats", "dogs"))

    assert uneven(dataset(12, 10)) is None
    warning = uneven(dataset(490, 10))
    assert "490 pictures of cats, 10 of dogs" in warning
    assert "98.0%" in warning


def test_with_nothing_held_out_it_is_said(folder, tmp_path):
    console = Console(file=io.StringIO(), width=200)
    config = replace(CONFIG, epochs=1, validation_fraction=0.0)
    assert run(Options(folder, tmp_path, config=config), console) == 0
    assert "Nothing was held out" in console.file.getvalue()
    assert "accuracy" not in safetensors.load(tmp_path / MODEL).meta


def test_the_cards_command_repeats_the_training(trained, folder, tmp_path, monkeypatch):
    first = safetensors.load(trained[1] / MODEL)
    program, *arguments = first.meta["command"].split()
    assert program == "convscope"
    monkeypatch.chdir(folder.parent)
    result = convscope(*arguments, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert weights(tmp_path / MODEL) == weights(trained[1] / MODEL)
    assert safetensors.load(tmp_path / MODEL).meta["command"] == first.meta["command"]


def test_a_training_is_not_written_over(trained, folder):
    with pytest.raises(TrainingError, match="holds a training already"):
        run(Options(folder, trained[1], config=CONFIG), Console(file=io.StringIO()))


def test_a_finished_training_resumed_writes_the_same_model_again(trained, folder):
    before = weights(trained[1] / MODEL)
    (trained[1] / MODEL).unlink()
    assert run(Options(folder, trained[1], resume=True), Console(file=io.StringIO())) == 0
    assert weights(trained[1] / MODEL) == before


def test_a_broken_picture_is_named(folder, tmp_path):
    for name in ("blue", "red"):
        (tmp_path / name).mkdir()
        for number in range(2):
            source = folder / name / f"{number:02d}.png"
            (tmp_path / name / source.name).write_bytes(source.read_bytes())
    (tmp_path / "red" / "torn [1].png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    said = io.StringIO()
    config = replace(CONFIG, epochs=1, validation_fraction=0.0, ema_decay=0.0)
    out = tmp_path / ".out"
    assert run(Options(tmp_path, out, config=config), Console(file=said, width=60)) == 0
    assert "Left out red/torn [1].png: " in said.getvalue()
    assert "4 pictures of 2 classes" in said.getvalue()
    assert "accuracy" not in safetensors.load(out / MODEL).meta


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no folder"),
        (["empty"], "has no folders in it"),
        (["one"], "one class only"),
        (["two"], "the class a has no picture"),
        (["two", "--architecture", "resnet"], "there is no architecture 'resnet'"),
        (["two", "--optimiser", "lion"], "there is no optimiser 'lion'"),
        (["two", "--augmentation", "none,zoom=x"], "zoom"),
        (["two", "--resume", "--out", "empty"], "there is no checkpoint"),
        (["two", "--resume", "--epochs", "3"], "leave out --epochs"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    for name in ("empty", "one/a", "two/a", "two/b"):
        (tmp_path / name).mkdir(parents=True)
    result = convscope("train", *arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, TrainingError)  # which the entry point prints as one line
    assert message in str(result.exception)
    assert not (tmp_path / "runs").exists()


@pytest.fixture(scope="module")
def uninterrupted(folder, tmp_path_factory):
    """The weights after SETTINGS, never stopped."""
    out = tmp_path_factory.mktemp("whole")
    result = convscope("train", folder, "--out", out, *SETTINGS)
    assert result.exit_code == 0, result.output
    return weights(out / MODEL)


def start(folder, out):
    """The command in a process of its own, once its first epoch is on disk."""
    code = "from app.cli.main import main; main()"
    command = [sys.executable, "-c", code, "train", str(folder), "--out", str(out), *SETTINGS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    while not (out / HISTORY).exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)  # well into the second epoch
    return process


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)]
)
def test_a_training_stopped_in_the_middle_goes_on_exactly(
    folder, tmp_path, uninterrupted, number, code
):
    process = start(folder, tmp_path)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == code, said
    saved = checkpoint.load(tmp_path / CHECKPOINT)
    assert 1 <= len(saved.numbers["history"]) < 4
    assert ("Go on with --resume" in said) == (number == signal.SIGINT)

    result = convscope("train", folder, "--out", tmp_path, "--resume")
    assert result.exit_code == 0, result.output
    assert weights(tmp_path / MODEL) == uninterrupted
    assert len(json.loads((tmp_path / HISTORY).read_text())["epochs"]) == 4


def test_other_pictures_cannot_resume_a_training(folder, trained, tmp_path):
    for name in ("blue", "red"):
        (tmp_path / name).mkdir()
        source = folder / name / "00.png"
        (tmp_path / name / "00.png").write_bytes(source.read_bytes())
    with pytest.raises(TrainingError, match="not the pictures"):
        run(Options(tmp_path, trained[1], resume=True), Console(file=io.StringIO()))
