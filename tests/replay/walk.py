"""Everything that is asked of a network and its photos, as lines by name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.replay import wire
from tests.replay.client import Api
from tests.replay.digests import Digest, joined, of_array, of_content
from tests.replay.networks import PHOTOS, SHIPPED

SAMPLES = Path(__file__).parents[2] / "static" / "samples"

Line = tuple[str, Digest]


class NetworkReplay:
    """One network on some photos. Lines are named "network thing layer"; a line is about all the
    photos.
    """

    def __init__(self, api: Api, name: str, model: str, photos: tuple[str, ...]) -> None:
        self._api, self._name, self._model = api, name, model
        self._photos = {photo: (SAMPLES / f"{photo}.jpg").read_bytes() for photo in photos}
        self._about = api.get(wire.MODEL, id=model)
        self._names = names_of(self._about)

    def lines(self) -> Iterator[Line]:
        yield self._json("model", self._about)
        yield from self._of_weights()
        query = {"model": self._model}
        done = [self._api.send(wire.ANALYSES, data, query=query) for data in self._photos.values()]
        ids = [analysis[wire.ID] for analysis in done]
        yield self._json("analysis", done)
        yield self._json("predict", [self._predicted(data) for data in self._photos.values()])
        yield from self._of_values(ids)
        for layer in self._about[wire.LAYERS]:
            yield from self._of_layer(ids, layer[wire.NAME], layer[wire.SHAPE])
        yield from self._of_attributions(ids)
        yield from self._of_variants(ids)
        yield from self._of_preprocessing()

    def _of_weights(self) -> Iterator[Line]:
        for layer in self._about[wire.LAYERS]:
            if layer[wire.PARAMETERS]:
                about = {"id": self._model, "name": layer[wire.NAME]}
                arrays = self._api.array(wire.WEIGHTS, {"format": "npz"}, **about)
                some = self._api.get(wire.WEIGHTS, {"filters": "0"}, **about)
                digests = [*map(of_array, arrays.values()), self._digest(some)]
                yield self._line("weights", layer[wire.NAME], digests)

    def _predicted(self, data: bytes) -> Any:
        if not self._is_classifier():
            return None
        return self._api.send(wire.PREDICT, data, query={"model": self._model, "top_k": 3})

    def _is_classifier(self) -> bool:
        return any(output[wire.CLASSES] for output in self._about[wire.OUTPUTS])

    def _of_values(self, ids: list[str]) -> Iterator[Line]:
        files = [self._api.array(wire.EXPORT, {"format": "npz"}, id=i) for i in ids]
        for name in files[0]:
            yield self._line("value", name, [of_array(arrays[name]) for arrays in files])
        if self._name not in SHIPPED:  # whose numbers are too many to be read as text
            yield self._json("export", self._api.get(wire.EXPORT, id=ids[0]))

    def _of_layer(self, ids: list[str], name: str, shape: list[int]) -> Iterator[Line]:
        first, middle = _places(shape)
        about = {"id": ids[0], "name": name}
        told = [self._api.get(wire.EXPLANATION, middle, id=i, name=name) for i in ids]
        told.append(self._api.get(wire.EXPLANATION, first, **about))
        told.append(self._api.get(wire.STRONGEST_PATH, middle, **about))
        told.append(self._api.get(wire.LAYER, {"channels": "0"}, **about))
        yield self._json("explanation", told, name)
        field = self._api.array(wire.EFFECTIVE_FIELD, {**middle, "format": "npy"}, **about)
        digests = [of_array(field)]
        if len(shape) == 3:
            fields = self._api.get(wire.RECEPTIVE_FIELDS, id=self._model, name=name)
            digests.append(self._digest(fields))
        yield self._line("field", name, digests)

    def _of_attributions(self, ids: list[str]) -> Iterator[Line]:
        for method in wire.METHODS:
            asked = wire.attribution(method, curves=method == "saliency")
            some = ids if self._name in SHIPPED else ids[:1]
            found = [self._api.post(wire.ATTRIBUTIONS, asked, id=i) for i in some]
            yield self._json("attribution", found, method)

    def _of_variants(self, ids: list[str]) -> Iterator[Line]:
        changes = {"photo": wire.changed_photo()}
        weighted = [
            layer[wire.NAME]
            for layer in self._about[wire.LAYERS]
            if layer[wire.PARAMETERS] and len(layer[wire.SHAPE]) == 3
        ]
        if self._name in wire.EDITABLE:
            changes["filter"] = wire.scaled(weighted[0])
        for what, change in changes.items():
            made = self._api.post(wire.VARIANTS, change, id=ids[0])
            difference = self._api.get(wire.DIFFERENCE, id=made[wire.ID])
            yield self._json("variant", [made, difference], what)

    def _of_preprocessing(self) -> Iterator[Line]:
        if self._is_classifier():
            photo = next(iter(self._photos.values()))
            trials = self._api.send(wire.PREPROCESSING, photo, id=self._model)
            yield self._json("preprocessing", trials)
        if self._name in wire.COPIED:
            yield self._json("copy", self._api.send(wire.COPIES, b"", wire.COPY, id=self._model))

    def _json(self, thing: str, content: Any, detail: str = "") -> Line:
        return self._line(thing, detail, [self._digest(content)])

    def _digest(self, content: Any) -> Digest:
        return of_content(content, self._names)

    def _line(self, thing: str, detail: str, digests: list[Digest]) -> Line:
        return f"{self._name} {thing} {detail}".rstrip(), joined(digests)


class StepReplay:
    """One step of learning with all its numbers: of a training, or on a photo."""

    def __init__(self, api: Api, name: str, step: Any, names: set[str]) -> None:
        self._api, self._name, self._step, self._names = api, name, step, names

    def lines(self) -> Iterator[Line]:
        step = self._step[wire.ID]
        yield self._json("step", [self._step, self._api.get(wire.STEP, id=step)])
        for layer in self._step[wire.LAYERS]:
            about = {"id": step, "name": layer[wire.NAME]}
            place = _places(layer[wire.SHAPE])[1]
            arrays = [
                self._api.array(wire.STEP_VALUES, {"of": of, "format": "npy"}, **about)
                for of in self._kinds(layer)
            ]
            yield self._line("values", about["name"], [of_array(a) for a in arrays])
            explained = [self._api.get(wire.STEP_EXPLANATION, place, **about)]
            if len(layer[wire.SHAPE]) == 1:
                explained.append(self._api.get(wire.STEP_VALUES, {"of": "value"}, **about))
            if layer[wire.GRADIENT]:
                explained.append(self._api.get_or_refusal(wire.STEP_VALUE_GRADIENT, place, **about))
            yield self._json("explanation", explained, about["name"])
            for parameter in layer[wire.PARAMETERS]:
                yield from self._of_parameter(about, parameter)

    def _kinds(self, layer: Any) -> tuple[str, ...]:
        return ("value", "after", "gradient") if layer[wire.GRADIENT] else ("value", "after")

    def _of_parameter(self, about: dict[str, str], parameter: Any) -> Iterator[Line]:
        about = {**about, "parameter": parameter[wire.NAME]}
        detail = f"{about['name']}.{about['parameter']}"
        arrays = [
            self._api.array(wire.STEP_PARAMETER, {"of": of, "format": "npy"}, **about)
            for of in wire.PARAMETER_KINDS
        ]
        yield self._line("parameter", detail, [of_array(a) for a in arrays])
        index = ",".join(str(size // 2) for size in parameter[wire.SHAPE])
        told = [
            self._api.get(wire.STEP_WEIGHT_GRADIENT, {"index": index, "limit": 20}, **about),
            self._api.get(wire.STEP_UPDATE, {"index": index}, **about),
        ]
        if len(parameter[wire.SHAPE]) == 1:
            told.append(self._api.get(wire.STEP_PARAMETER, {"of": "gradient"}, **about))
        yield self._json("update", told, detail)

    def _json(self, thing: str, content: Any, detail: str = "") -> Line:
        return self._line(thing, detail, [of_content(content, self._names)])

    def _line(self, thing: str, detail: str, digests: list[Digest]) -> Line:
        return f"{self._name} {thing} {detail}".rstrip(), joined(digests)


def learning(api: Api) -> Iterator[Line]:
    """Datasets, a plan, a training from its first step to its last, and two steps with all their
    numbers.
    """
    dataset = api.get(wire.DATASET, id=wire.DATASET_ID)
    names = set(dataset[wire.CLASSES])
    yield "datasets", of_content([api.get(wire.DATASETS), dataset], names)
    uploaded = api.send(wire.DATASETS, _archive())
    yield "dataset uploaded", of_content(uploaded, set(uploaded[wire.CLASSES]))
    yield "plan", of_content(api.post(wire.PLAN, wire.PLANNED), names)
    training = api.post(wire.TRAININGS, wire.TRAINING_CONFIG)
    run = training[wire.ID]
    names |= {layer[wire.NAME] for layer in training[wire.LAYERS]}
    ready = api.wait(run, lambda now: now[wire.STATUS] == wire.PAUSED)
    yield "training begun", of_content(ready, names)
    api.post(wire.RESUME, wire.SLOWLY, id=run)
    api.post(wire.PAUSE, id=run)
    api.post(wire.RESET, id=run)
    api.wait(run, lambda now: now[wire.STATUS] == wire.PAUSED and not now[wire.STEPS_DONE])
    step = api.wait_for_answer(wire.NEXT_STEP, id=run)
    yield from StepReplay(api, "training step 1", step, names).lines()
    api.post(wire.ADVANCE, wire.TWO_BATCHES, id=run)
    api.wait(run, lambda now: now[wire.STATUS] == wire.PAUSED and now[wire.STEPS_DONE] == 2)
    yield "training step 3", of_content(api.wait_for_answer(wire.NEXT_STEP, id=run), names)
    api.post(wire.RESUME, {}, id=run)
    over = api.wait(run, lambda now: now[wire.STATUS] in wire.OVER)
    yield "training over", of_content([over, api.get(wire.TRAININGS)], names)
    api.post(wire.STOP, id=api.post(wire.TRAININGS, wire.TRAINING_CONFIG)[wire.ID])
    yield "evaluation", of_content(api.get(wire.EVALUATION, id=run), names)
    learned = api.get(wire.MODEL, id=over[wire.MODEL_ID])
    for layer in learned[wire.LAYERS]:
        if layer[wire.PARAMETERS]:
            where = {"id": over[wire.MODEL_ID], "name": layer[wire.NAME]}
            arrays = api.array(wire.WEIGHTS, {"format": "npz"}, **where)
            yield f"learned {layer[wire.NAME]}", joined([of_array(a) for a in arrays.values()])


def _archive() -> bytes:
    """A ZIP with a folder of two photos a class."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for photo in PHOTOS:
            for copy in "ab":
                data = (SAMPLES / f"{photo}.jpg").read_bytes()
                archive.writestr(zipfile.ZipInfo(f"{photo}/{copy}.jpg"), data)
    return file.getvalue()


def photo_step(api: Api, model: str, photo: str) -> Iterator[Line]:
    """One step of learning on a photo."""
    about = api.get(wire.MODEL, id=model)
    data = (SAMPLES / f"{photo}.jpg").read_bytes()
    done = api.send(wire.ANALYSES, data, query={"model": model})
    step = api.post(wire.PHOTO_STEP, wire.photo_step(about[wire.LABELS][1]), id=done[wire.ID])
    yield from StepReplay(api, f"{model} photo step", step, names_of(about)).lines()


def names_of(about: Any) -> set[str]:
    """What the network itself names: its layers, outputs and classes."""
    layers = {layer[wire.NAME] for layer in about[wire.LAYERS]}
    return layers | set(about[wire.LABELS] or ())


def _places(shape: list[int]) -> list[dict[str, int]]:
    """The first number and one in the middle, as a request names them."""
    keys = ("unit",) if len(shape) == 1 else ("channel", "y", "x")
    middle = [size // 2 for size in shape]
    return [dict.fromkeys(keys, 0), dict(zip(keys, middle, strict=True))]
