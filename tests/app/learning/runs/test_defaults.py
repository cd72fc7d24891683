"""What is suggested for a number of images."""

import pytest

from app.http.schemas.training_config import TrainingRequest
from app.learning.runs.defaults import DEFAULT_CONFIG, suggest
from engine.train.augment import Augmentation
from engine.train.config import TrainConfig
from engine.train.data import batch_count


@pytest.mark.parametrize("architecture", [False, True])
@pytest.mark.parametrize("images", [2, 30, 350, 3_000, 30_000])
def test_there_are_enough_steps_to_learn_and_batches_that_fit(images, architecture):
    config = suggest(images, architecture=architecture)
    steps = config["epochs"] * batch_count(images, config["batch_size"])
    assert steps >= 400 or config["epochs"] == 100
    assert config["batch_size"] <= max(8, images // 10)
    augmentation = Augmentation.from_text(config.pop("augmentation"))
    TrainConfig(**config, augmentation=augmentation)


def test_350_images_of_a_folder():
    """These diverged with batches of 128 and a learning rate of 0.1."""
    assert suggest(350, architecture=True) == {
        "optimiser": "adamw",
        "learning_rate": 0.001,
        "batch_size": 32,
        "epochs": 40,
        "augmentation": "standard",
    }


def test_the_default_config_is_what_is_suggested_for_the_generated_datasets():
    assert DEFAULT_CONFIG.items() >= suggest(3_000, architecture=False).items()
    assert TrainingRequest().model_dump(
        include=set(suggest(1, architecture=False))
    ) == dict.fromkeys(suggest(1, architecture=False))
