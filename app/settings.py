"""All limits and addresses in one place, read from ``CONVSCOPE_…`` variables or the flags of
``convscope serve``.

docs/settings.md is the table for people; a test keeps the two in step.
"""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.execution.cpu import cpu_count

MIB = 2**20
_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """The settings of one server. Frozen: what it started with is what it runs with."""

    model_config = SettingsConfigDict(env_prefix="CONVSCOPE_", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 is every interface.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    allowed_hosts: str = Field(
        "",
        description="Names that the server answers to besides localhost, IP addresses and its own host, with "
        "commas between them; *.example.org is every name below example.org, * any name.",
    )
    token: str = Field(
        "",
        pattern="^([!-~]{16,})?$",
        repr=False,
        description="Closes the server to everybody without this token, at least 16 letters and digits; empty "
        "leaves it open.",
    )
    log_level: str = Field(
        "info",
        pattern="^(critical|error|warning|info|debug)$",
        description="How much goes to the log: critical, error, warning, info or debug.",
    )

    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of this machine alone (127.0.0.1) at which Prometheus finds /metrics; with 0 there is none.",
    )
    telemetry: bool = Field(
        False,
        description="Whether FastAPI's OpenTelemetry hooks are switched on; without it nothing leaves the host.",
    )

    max_image_bytes: int = Field(
        10 * MIB, ge=1, description="Largest image file that is accepted, in bytes."
    )
    max_image_pixels: int = Field(
        25_000_000, ge=1, description="Largest image that is decoded, in pixels (width × height)."
    )
    time_limit: float = Field(
        10.0,
        gt=0,
        description="Longest that one analysis may take, including time in the queue, in seconds.",
    )
    workers: int = Field(
        default_factory=lambda: min(4, cpu_count()),
        ge=1,
        description="Threads that compute. Default: one for each processor that the process may use, at "
        "most 4.",
    )
    max_queue_size: int = Field(
        64,
        ge=0,
        description="Tasks that may wait for a worker; the next one is refused with a 503.",
    )
    max_analysis_cache_bytes: int = Field(
        512 * MIB,
        ge=0,
        description="Memory for finished analyses, in bytes; the least recently used are evicted.",
    )

    models_dir: str = Field(
        "~/.local/share/convscope/models",
        description="Folder whose .onnx and .safetensors files are offered as models; `convscope models "
        "add` puts them there.",
    )
    max_model_bytes: int = Field(
        640 * MIB, ge=1, description="Largest model file that is accepted, in bytes."
    )
    max_models_bytes: int = Field(
        1024 * MIB,
        ge=0,
        description="Memory for uploaded models, in bytes; the least recently used are evicted.",
    )
    model_ttl: float = Field(
        86400.0,
        gt=0,
        description="How long an unused uploaded model is kept, in seconds.",
    )
    model_time_limit: float = Field(
        120.0,
        gt=0,
        description="Longest that reading an uploaded model may take, in seconds; sizes are limited "
        "before that.",
    )
    max_multiply_adds: int = Field(
        50_000_000_000,
        ge=1,
        description="Most multiply-adds for one photo in an uploaded model.",
    )
    max_activation_bytes: int = Field(
        512 * MIB,
        ge=1,
        description="Most memory for the values of one photo in an uploaded model, in bytes.",
    )

    trainings_dir: str = Field(
        "~/.local/share/convscope",
        description="Folder for trainings and uploaded datasets.",
    )
    max_trainings: int = Field(
        2,
        ge=0,
        description="Trainings that may have a process at once; paused ones give up theirs to new ones.",
    )
    max_kept_trainings: int = Field(
        50,
        ge=1,
        description="Trainings that are kept; for a new one the oldest are deleted, those of others only where "
        "they have more than their part, or a week after they began.",
    )
    max_training_memory: int = Field(
        2048 * MIB, ge=256 * MIB, description="Address space of one training's process, in bytes."
    )
    training_time_limit: float = Field(
        3600.0,
        gt=0,
        description="Longest that one training may run, without pauses, in seconds.",
    )
    max_archive_bytes: int = Field(
        64 * MIB, ge=1, description="Largest ZIP of images that is accepted, in bytes."
    )
    max_datasets: int = Field(20, ge=0, description="Uploaded datasets that are kept at once.")
    max_datasets_bytes: int = Field(
        512 * MIB, ge=0, description="Disk space for uploaded datasets, in bytes."
    )
    dataset_time_limit: float = Field(
        120.0, gt=0, description="Longest that reading a ZIP of images may take, in seconds."
    )

    retention: float = Field(
        0.0,
        ge=0,
        description="After how many days datasets and trainings that nobody has touched are deleted; 0 keeps "
        "them until somebody deletes them.",
    )

    max_step_cache_bytes: int = Field(
        256 * MIB,
        ge=0,
        description="Memory for inspected training steps, in bytes; the least recently used are evicted, "
        "a larger one is refused.",
    )

    secret_file: str = Field(
        "",
        description="File with the secret from which ids are made, written at the first start; servers with the "
        "same secret give the same ids. Default: secret in CONVSCOPE_TRAININGS_DIR.",
    )
    workspace_share: float = Field(
        default_factory=lambda others: 1.0 if others.get("host") in _THIS_MACHINE else 0.5,
        gt=0,
        le=1,
        description="Largest part of the models' bytes, the datasets and the trainings that one workspace may "
        "hold. Default: 1 on a server for this machine alone, else 0.5.",
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
