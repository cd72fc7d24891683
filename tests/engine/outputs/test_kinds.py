"""What an output is taken for: every rule, and what it must not be taken for."""

import numpy as np
import pytest

from engine.network import Network, Node
from engine.ops import (
    Add,
    ArgMax,
    AveragePool,
    Concat,
    Conv2d,
    Dense,
    Div,
    Flatten,
    GlobalAveragePool,
    LogSoftmax,
    Mul,
    ReduceMean,
    ReduceSum,
    Relu,
    Reshape,
    Resize,
    Sigmoid,
    Softmax,
    Sqrt,
    Sub,
    Tanh,
    TopK,
    Transpose,
)
from engine.outputs import label_counts
from tests.engine.outputs.tails import SIZE, picture, softmax, tail

ONE = np.array([1.0], np.float32)


def kinds(network):
    return {info.name: info.kind for info in network.output_infos}


def renamed(name, k=4, *before, **more):
    """A network whose output has that name."""
    return tail(*before, (name, Dense(np.eye(k, dtype=np.float32))), k=k, **more)


def maps(filters, *steps, size=(3, 16, 16), outputs=None, stride=1, **more):
    """image → conv to ``filters`` maps → steps."""
    weight = np.random.default_rng(0).standard_normal((filters, size[0], 3, 3))
    conv = Conv2d(weight.astype(np.float32), stride=(stride, stride), padding=(1, 1, 1, 1))
    nodes = [Node("maps", conv, ("image",))]
    for name, op, *reads in steps:
        nodes.append(Node(name, op, tuple(reads) or (nodes[-1].name,)))
    return Network(nodes, inputs={"image": size}, outputs=outputs or (nodes[-1].name,), **more)


class TestLists:
    def test_raw_scores(self):
        info = tail().answer
        assert (info.kind, info.classes, info.form) == ("classes", 4, "logits")
        assert "file does not say" in info.reason

    @pytest.mark.parametrize(
        "name",
        ["yaw_pitch_roll", "angles", "headPose", "landmarks", "bbox_offsets", "embedding", "keypoints", "age", "features"],
    )  # fmt: skip
    def test_named_after_numbers(self, name):
        assert kinds(renamed(name, 3)) == {name: "numbers"}
        assert kinds(renamed(name, 3)) == {name: "numbers"}
        assert tail((name, Sigmoid()), k=3).answer.kind == "numbers" or name in (
            "embedding",
            "features",
        )

    @pytest.mark.parametrize("name", ["logits", "class_scores", "cls_prob", "predictions", "495"])
    def test_named_after_classes_or_nothing(self, name):
        assert kinds(renamed(name, 256 if name == "logits" else 5)) == {name: "classes"}

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("/backbone/fc/Gemm_output_0", "classes"),
            ("/features/value/Gemm", "classes"),
            ("/backbone/angles/Gemm_output_0", "numbers"),
            ("/regressor/classifier/Gemm", "classes"),
        ],
    )
    def test_of_a_path_of_modules_only_telling_words_count(self, name, kind):
        assert kinds(renamed(name, 5)) == {name: kind}

    def test_the_name_of_the_last_node_counts_too(self):
        network = tail(k=3)
        *others, last = network.nodes
        told = Node(last.name, last.op, last.inputs, "/head/fc_angles/Gemm")
        other = Network([*others, told], inputs=network.inputs, outputs=network.outputs)
        assert other.answer.kind == "numbers"

    def test_names_that_were_given_make_classes(self):
        assert renamed("angles", 3, labels=("a", "b", "c")).answer.kind == "classes"
        assert renamed("angles", 3, labels=("a", "b")).answer.kind == "numbers"

    @pytest.mark.parametrize(
        "steps", [[], [("m", Mul(90 * ONE))], [("m", Mul(90 * ONE)), ("s", Sub(ONE))]]
    )
    def test_behind_tanh(self, steps):
        assert tail(("t", Tanh()), *steps, k=3).answer.kind == "numbers"

    def test_a_feature_vector(self):
        assert tail(k=512).answer.kind == "numbers"
        assert tail(k=1000).answer.kind == "classes"
        assert tail(k=512, labels=[str(i) for i in range(512)]).answer.kind == "classes"

    def test_a_vector_that_is_divided_by_its_length(self):
        length = [("squares", Mul(), "z", "z"), ("sum", ReduceSum((1,))), ("root", Sqrt())]
        unit = tail(*length, ("unit", Div(), "z", "root"))
        assert unit.answer.kind == "numbers"
        assert "length" in unit.answer.reason

    def test_three_numbers_alone_may_be_angles(self):
        assert tail(k=3).answer.kind == "numbers"
        assert renamed("scores", 3).answer.kind == "classes"
        assert tail(("p", Softmax()), k=3).answer.kind == "classes"

    def test_raw_numbers_beside_an_answer_are_no_classes(self):
        """As MTCNN's refinement: the corners of a box, ten coordinates, and the softmax of face or
        not.
        """
        heads = [(n, Dense(np.ones((k, 6), np.float32)), "list") for n, k in (("a", 4), ("b", 10))]
        network = tail(("p", Softmax()), *heads, k=2, outputs=("a", "b", "p"))
        assert kinds(network) == {"a": "numbers", "b": "numbers", "p": "classes"}

    def test_the_largest_numbers_in_their_order_are_no_classes(self):
        best = [("best", TopK(3), "p"), ("places", TopK(3, places=True), "p")]
        network = tail(("p", Softmax()), *best, outputs=("best", "places"))
        assert kinds(network) == {"best": "numbers", "places": "tokens"}

    def test_features_first_and_scores_second(self):
        network = tail(("y", Dense(np.ones((3, 4), np.float32))), outputs=("z", "y"))
        assert kinds(network) == {"z": "numbers", "y": "classes"}
        assert network.answer.name == "y"
        assert network.logits == "y"

    def test_scores_beside_their_probabilities(self):
        network = tail(("p", Softmax()), outputs=("z", "p"))
        assert kinds(network) == {"z": "classes", "p": "classes"}
        assert network.answer.name == "p"
        both = tail(("p", Sigmoid()), outputs=("z", "p"))
        assert kinds(both) == {"z": "multilabel", "p": "multilabel"}

    def test_several_tasks_are_several_answers(self):
        network = tail(
            ("gender", Softmax()),
            ("ages", Dense(np.ones((1, 6), np.float32)), "list"),
            k=2,
            outputs=("ages", "gender"),
        )
        assert kinds(network) == {"ages": "numbers", "gender": "classes"}
        assert network.answer.name == "gender"

    def test_three_heads_of_one_number(self):
        weight = np.ones((1, 6), np.float32)
        heads = [(name, Dense(weight), "list") for name in ("a", "b", "c")]
        assert set(kinds(tail(*heads, outputs=("a", "b", "c"))).values()) == {"numbers"}

    def test_one_number(self):
        assert tail(k=1).answer.kind == "numbers"
        assert tail(k=1).answer.classes == 0
        assert tail(k=1, labels=("cat", "dog")).answer.kind == "binary"
        assert renamed("logit", 1).answer.kind == "binary"
        assert tail(("t", Tanh()), k=1).answer.kind == "numbers"
        assert tail(("r", Relu()), k=1).answer.kind == "numbers"

    def test_one_sigmoid_is_two_classes(self):
        network = tail(("p", Sigmoid()), k=1, labels=("cat", "dog"))
        assert (network.answer.kind, network.answer.classes) == ("binary", 2)
        assert network.answer.labels == ("cat", "dog")
        assert label_counts(network) == [2]

    def test_the_rest_of_a_sigmoid_stays_between_0_and_1(self):
        info = tail(("p", Sigmoid()), ("q", Sub(ONE, constant_first=True)), k=1).answer
        assert (info.kind, info.form, info.activation) == ("binary", "probabilities", None)

    def test_probabilities_that_no_graph_shows(self):
        """Softmax at every place, then the mean of all places: it adds up to one, whatever the
        picture.
        """
        network = maps(4, ("p", Softmax()), ("m", GlobalAveragePool()), ("f", Flatten()))
        info = network.answer
        assert (info.kind, info.form, info.logits) == ("classes", "probabilities", "f")
        half = np.array([0.5], np.float32)
        mixed = tail(
            ("p", Softmax(), "z"),
            ("w", Dense(np.ones((4, 6), np.float32)), "list"),
            ("q", Softmax(), "w"),
            ("s", Add(), "p", "q"),
            ("y", Mul(half), "s"),
        )
        assert (mixed.answer.kind, mixed.answer.form) == ("classes", "probabilities")

    def test_values_in_0_to_1_by_chance_are_no_probabilities(self):
        network = tail(("m", Mul(1e-3 * ONE)), ("a", Add(0.4 * ONE)))
        assert network.answer.form == "logits"

    def test_several_softmaxes_side_by_side(self):
        network = tail(("r", Reshape((-1, 3, 2))), ("p", Softmax(2)), ("f", Flatten()), k=6)
        assert network.answer.kind == "unknown"

    def test_a_softmax_over_one_number(self):
        assert tail(("p", Softmax()), k=1).answer.kind == "unknown"

    def test_argmax_beside_the_scores(self):
        network = tail(("p", Softmax()), ("best", ArgMax(axis=1)), outputs=("best", "p"))
        assert kinds(network) == {"best": "unknown", "p": "classes"}
        assert network.answer.name == "p"

    def test_places_in_a_row(self):
        network = tail(("r", Reshape((-1, 5, 3))), ("best", ArgMax(axis=2)), k=15)
        assert kinds(network) == {"best": "tokens"}

    def test_points_and_matrices(self):
        assert tail(("y", Reshape((-1, 68, 2))), k=136).answer.kind == "numbers"
        assert tail(("y", Reshape((-1, 3, 3))), k=9).answer.kind == "numbers"

    def test_the_input_itself_is_nothing(self):
        network = tail(outputs=("image", "z"))
        assert kinds(network) == {"image": "unknown", "z": "classes"}


class TestMaps:
    @pytest.mark.parametrize("steps", [[], [("p", Softmax())], [("p", Sigmoid())]])
    def test_scores_at_every_place(self, steps):
        info = maps(21, *steps).answer
        assert (info.kind, info.classes, info.logits) == ("map", 21, "maps")

    def test_a_mask(self):
        assert maps(1, ("p", Sigmoid())).answer.kind == "map"
        assert maps(1).answer.kind == "map"

    def test_the_largest_at_every_place(self):
        network = maps(5, ("best", ArgMax(axis=1)))
        assert kinds(network) == {"best": "map"}

    def test_channels_last(self):
        network = maps(21, ("t", Transpose((0, 2, 3, 1))), ("p", Softmax(3)))
        assert (network.answer.kind, network.answer.classes) == ("map", 21)
        assert maps(21, ("t", Transpose((0, 2, 3, 1)))).answer.classes == 21
        assert maps(1, ("t", Transpose((0, 2, 3, 1)))).answer.kind == "map"

    def test_a_picture(self):
        assert maps(3).answer.kind == "image"
        assert maps(3, ("p", Softmax())).answer.kind == "map"
        assert maps(3, ("t", Tanh())).answer.kind == "image"
        assert maps(1, size=(1, 16, 16)).answer.kind == "image"

    def test_a_smaller_one_is_a_map(self):
        assert maps(3, stride=2).answer.kind == "map"


class TestBoxes:
    def rows(self, count, width, grid, *more, name="y", **options):
        """A network whose output is rows (count, width), read from a grid of so many rows and
        columns.
        """
        weight = np.random.default_rng(1).standard_normal((width, 3, 1, 1)).astype(np.float32)
        nodes = [
            Node("small", AveragePool((16 // grid, 16 // grid), (16 // grid, 16 // grid)), ("image",)),
            Node("cells", Conv2d(weight), ("small",)),
            Node("flat", Reshape((0, width, count)), ("cells",)),
            Node(name, Transpose((0, 2, 1)), ("flat",)),
        ]  # fmt: skip
        nodes += [Node(n, op, tuple(reads)) for n, op, *reads in more]
        outputs = options.pop("outputs", (nodes[-1].name,))
        return Network(nodes, inputs={"image": SIZE16}, outputs=outputs, **options)

    def test_four_numbers_a_row(self):
        assert self.rows(64, 4, 8).answer.kind == "boxes"

    def test_cells_of_a_grid(self):
        network = self.rows(64, 25, 8)
        assert (network.answer.kind, network.answer.classes) == ("boxes", 0)
        named = self.rows(64, 25, 8, labels=[str(i) for i in range(20)])
        assert (named.answer.kind, named.answer.classes) == ("boxes", 20)
        assert named.answer.labels[3] == "3"

    def test_scores_beside_boxes(self):
        sure = [
            ("list", Flatten(), "small"),
            ("sure", Dense(np.ones((16, 48), np.float32)), "list"),
        ]
        both = self.rows(16, 4, 4, *sure, name="where", outputs=("where", "sure"))
        assert kinds(both) == {"where": "boxes", "sure": "boxes"}
        assert both.answer.classes == 0

    def test_a_grid_of_boxes_and_one_of_scores(self):
        network = maps(4, ("boxes", Relu()), ("scores", Sigmoid(), "maps"), outputs=("boxes", "scores"))  # fmt: skip
        assert kinds(network) == {"boxes": "boxes", "scores": "boxes"}

    def test_grids_in_several_sizes(self):
        network = maps(
            36,
            ("half", AveragePool((2, 2), (2, 2)), "maps"),
            ("quarter", AveragePool((2, 2), (2, 2)), "half"),
            outputs=("maps", "half", "quarter"),
        )
        assert set(kinds(network).values()) == {"boxes"}

    def test_a_class_beside_one_box(self):
        network = tail(
            ("p", Softmax()), ("box", Dense(np.ones((4, 6), np.float32)), "list"), outputs=("box", "p")
        )  # fmt: skip
        assert kinds(network) == {"box": "numbers", "p": "classes"}


class TestTokens:
    def test_a_softmax_at_each_place(self):
        network = tail(("r", Reshape((-1, 10, 37))), ("p", Softmax(2)), k=370)
        assert (network.answer.kind, network.answer.classes) == ("tokens", 37)
        assert network.answer.logits == "r"

    def test_maps_of_which_the_rows_are_gone(self):
        network = maps(68, ("line", ReduceMean((2,), keepdims=False)))
        assert (network.answer.kind, network.answer.classes) == ("tokens", 68)

    def test_places_before_pictures(self):
        """(T, N, K), as networks that read lines are exported: the axis of pictures is in the
        middle.
        """
        line = [("line", ReduceMean((2,), keepdims=False)), ("t", Transpose((2, 0, 1)))]
        info = maps(37, *line, ("y", LogSoftmax(2))).answer
        assert (info.kind, info.classes, info.shape) == ("tokens", 37, (16, 37))

    def test_an_axis_of_one_in_front(self):
        steps = [("r", Reshape((-1, 1, 10, 37))), ("p", Softmax(3))]
        info = tail(*steps, k=370).answer
        assert (info.kind, info.classes) == ("tokens", 37)


SIZE16 = (3, 16, 16)


def test_exactly_one_output_is_primary():
    network = tail(("p", Softmax()), outputs=("list", "p", "z"))
    assert [info.primary for info in network.output_infos] == [False, True, False]


def test_an_edited_network_keeps_what_is_known(monkeypatch):
    network = maps(4, ("p", Softmax()), ("m", GlobalAveragePool()), ("f", Flatten()))
    assert network.answer.form == "probabilities"
    other = network.replaced({"maps": network.node("maps").op})
    monkeypatch.setattr("engine.network.describe", None)
    assert other.output_infos is network.output_infos


def test_pictures_are_run_only_where_the_graph_does_not_tell(monkeypatch):
    runs = []
    forward = Network.forward
    monkeypatch.setattr(Network, "forward", lambda *a, **k: runs.append(1) or forward(*a, **k))
    assert tail(("p", Softmax())).answer.kind == "classes"
    assert not runs
    assert tail().answer.kind == "classes"
    assert len(runs) == 1


def test_the_predictions_are_the_primary_outputs():
    network = tail(("p", Softmax()), outputs=("list", "p"))
    trace = network.forward(picture(size=SIZE))
    assert trace["p"] == pytest.approx(softmax(trace["z"]), abs=1e-6)
    assert network.answer.name == "p"


@pytest.mark.parametrize("op", [Concat(), Resize((2.0, 2.0))])
def test_larger_pictures(op):
    reads = ("maps",) if isinstance(op, Resize) else ("maps", "image")
    network = maps(3, ("y", op, *reads))
    assert network.answer.kind == ("image" if isinstance(op, Resize) else "map")


def test_a_network_all_of_whose_values_are_outputs_is_described_at_once():
    """Every output has a walk of its own, and each of them ends soon: 500 take no time that anybody
    would notice.
    """
    chain = [(f"n{i}", (Relu(), Mul(ONE), Reshape((-1, 4)))[i % 3]) for i in range(500)]
    network = tail(*chain, outputs=[name for name, _ in chain])
    assert len(network.output_infos) == 500
    assert sum(info.primary for info in network.output_infos) == 1
