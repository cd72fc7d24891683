"""Every limit and address in one place, read from ``CONVSCOPE_…`` variables or the flags of ``convscope serve``.

docs/settings.md is the table for people; a test keeps the two in step.
"""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.execution.cpu import cpu_count

MIB = 2**20


class Settings(BaseSettings):
    """The settings of one server. Frozen: what it started with is what it runs with."""

    model_config = SettingsConfigDict(env_prefix="CONVSCOPE_", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 is every interface.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    log_level: str = Field(
        "info",
        pattern="^(critical|error|warning|info|debug)$",
        description="How much goes to the log: critical, error, warning, info or debug.",
    )

    max_image_bytes: int = Field(
        10 * MIB, ge=1, description="Largest picture file that is accepted, in bytes."
    )
    max_image_pixels: int = Field(
        25_000_000, ge=1, description="Largest picture that is decoded, in pixels (width × height)."
    )
    time_limit: float = Field(
        10.0, gt=0, description="Longest that one analysis may take, waiting included, in seconds."
    )
    workers: int = Field(
        default_factory=lambda: min(4, cpu_count()),
        ge=1,
        description="Threads that compute. Default: one for each processor that the process may use, at most 4.",
    )
    max_queue_size: int = Field(
        64,
        ge=0,
        description="Tasks that may wait for a worker; the next one is refused with a 503.",
    )
    max_analysis_cache_bytes: int = Field(
        512 * MIB, ge=0, description="Memory for finished analyses, in bytes; the oldest go first."
    )

    models_dir: str = Field(
        "~/.local/share/convscope/models",
        description="Folder whose .onnx and .safetensors files are offered as models; `convscope models add` puts them there.",
    )
    max_model_bytes: int = Field(
        640 * MIB, ge=1, description="Largest model file that is accepted, in bytes."
    )
    max_models_bytes: int = Field(
        1024 * MIB,
        ge=0,
        description="Memory for models that people bring, in bytes; the least recently used go first.",
    )
    model_ttl: float = Field(
        86400.0,
        gt=0,
        description="How long a brought model that nobody uses is kept, in seconds.",
    )
    model_time_limit: float = Field(
        120.0,
        gt=0,
        description="Longest that reading a brought model may take, in seconds; sizes are limited before that.",
    )
    max_multiply_adds: int = Field(
        50_000_000_000,
        ge=1,
        description="Most multiply-adds that one photo may take in a brought model.",
    )
    max_activation_bytes: int = Field(
        512 * MIB,
        ge=1,
        description="Most memory that one photo's values may take in a brought model, in bytes.",
    )

    trainings_dir: str = Field(
        "~/.local/share/convscope",
        description="Folder for trainings and the pictures that people bring for them.",
    )
    max_trainings: int = Field(
        2,
        ge=0,
        description="Trainings that may have a process at once; paused ones make room for new ones.",
    )
    max_kept_trainings: int = Field(
        50, ge=1, description="Trainings that are kept; the oldest that are over go first."
    )
    max_training_memory: int = Field(
        2048 * MIB, ge=256 * MIB, description="Address space of one training's process, in bytes."
    )
    training_time_limit: float = Field(
        3600.0,
        gt=0,
        description="Longest that one training may learn, pauses left out, in seconds.",
    )
    max_archive_bytes: int = Field(
        64 * MIB, ge=1, description="Largest ZIP of pictures that is accepted, in bytes."
    )
    max_datasets: int = Field(
        20, ge=0, description="Sets of pictures that people brought that are kept at once."
    )
    max_datasets_bytes: int = Field(
        512 * MIB, ge=0, description="Room on disk for sets that people brought, in bytes."
    )
    dataset_time_limit: float = Field(
        120.0, gt=0, description="Longest that reading a ZIP of pictures may take, in seconds."
    )

    max_step_cache_bytes: int = Field(
        256 * MIB,
        ge=0,
        description="Memory for steps of learning that are looked at, in bytes; the oldest go first, a larger one is refused.",
    )

    header_timeout: float = Field(
        10.0,
        gt=0,
        description="Longest that a client may take to send a request's head, in seconds.",
    )
    body_timeout: float = Field(
        30.0,
        gt=0,
        description="Longest that a client may take to send a request's body, in seconds.",
    )
    model_body_timeout: float = Field(
        120.0,
        gt=0,
        description="Longest that a client may take to send a model, in seconds.",
    )
    keep_alive_timeout: int = Field(
        5, ge=1, description="How long an idle connection is kept open, in seconds."
    )
    shutdown_timeout: int = Field(
        15,
        ge=0,
        description="How long requests under way may still take after SIGTERM, in seconds.",
    )
