"""The app's errors. The table in app/http/problems.py maps them to HTTP.

    AppError
    ├── PictureError            something is wrong with the picture that was sent
    │   ├── NoPicture           nothing was sent
    │   ├── NotAPicture         the bytes are not a picture in a format that is read here
    │   ├── DamagedPicture      it began as a picture, but cannot be decoded
    │   ├── PictureTooLarge     more bytes than allowed
    │   └── TooManyPixels       more pixels than allowed
    ├── ArchiveError            something is wrong with the ZIP of pictures that was sent
    │   ├── NotAnArchive        the bytes are no ZIP
    │   ├── DamagedArchive      it began as one, but its directory cannot be read
    │   ├── ArchiveTooLarge     more bytes, entries, pictures or unpacked bytes than allowed
    │   └── UnfitArchive        not one folder for each class: tricks, links, passwords, one class
    ├── UnknownDataset          no dataset of that id
    ├── QuotaExceeded           as much is kept already as may be kept
    ├── DiskFailure             a file cannot be written or deleted: a full disk, say
    ├── UnknownTraining         no training of that id
    ├── WrongState              the training is not in the state needed: over, or not paused
    ├── ModelError              something is wrong with the model file that was sent
    │   ├── InvalidModel        the bytes are no network that takes a photo
    │   ├── UnsupportedModel    a network, but with an operation that cannot be run here
    │   ├── OversizedModel      more bytes, work or memory than allowed
    │   ├── InputSizeMissing    the file leaves height and width open, and no option gives them
    │   ├── OptionMissing       another option is needed: a second input's value, channels
    │   └── ExternalDataMissing its weights are in other files, which were not sent with it
    ├── ModelFixed              a model that was not uploaded: neither renamed nor deleted
    ├── UnknownModel            no model of that id
    ├── UnknownAnalysis         no analysis of that id, or it is gone from memory
    ├── UnknownStep             no training step of that id, or it is gone from memory
    ├── UnknownLayer            the network has no value of that name
    ├── BadParameter            a parameter that parses, but is not valid here
    ├── UnknownHost             a request for a host name that this server does not have
    ├── CrossOrigin             a change asked for by another origin's page
    ├── InvalidKey              a key that can be no workspace's
    ├── SharedOnly              a change to what somebody else shares
    ├── LoginRequired           a closed server, and no token
    ├── WrongToken              not the server's token
    ├── TooManyAttempts         too many wrong tokens; come back later
    ├── NotAcceptable           none of the formats asked for exists
    ├── BadUpload               a body that is not what its Content-Type says
    ├── SlowUpload              the body did not arrive in time
    ├── BodyTooLarge            a body that is no picture has more bytes than such a request needs
    ├── Overloaded              the queue is full; come back later
    │   └── TooManyRequests     one sender's part of it is
    ├── TimeLimit               the work took too long and was stopped
    ├── NotReady                the default network is not loaded yet
    └── ClientGone              nobody waits for the answer any more

Each may carry the limit that was met, the actual value, and ``more`` fields of its own. Their texts
are meant for people.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class AppError(Exception):
    """Base class of the app's errors. The text is the problem's ``detail``, for people."""

    def __init__(
        self,
        detail: str,
        *,
        limit: float | None = None,
        actual: float | None = None,
        retry_after: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.limit = limit
        self.actual = actual
        self.retry_after = retry_after
        self.more = dict(more or {})


class PictureError(AppError):
    """Something is wrong with the picture that was sent."""


class NoPicture(PictureError):
    """Nothing was sent."""


class NotAPicture(PictureError):
    """The bytes are not a picture in a format that is read here."""


class DamagedPicture(PictureError):
    """It began as a picture, but cannot be decoded."""


class PictureTooLarge(PictureError):
    """More bytes than allowed."""


class TooManyPixels(PictureError):
    """More pixels than allowed."""


class ArchiveError(AppError):
    """Something is wrong with the ZIP of pictures that was sent."""


class NotAnArchive(ArchiveError):
    """The bytes are no ZIP."""


class DamagedArchive(ArchiveError):
    """It began as a ZIP, but its directory cannot be read."""


class ArchiveTooLarge(ArchiveError):
    """More bytes, entries, pictures or unpacked bytes than allowed."""


class UnfitArchive(ArchiveError):
    """A ZIP, but not one folder of pictures a class."""


class UnknownDataset(AppError):
    """No set of pictures of that id."""


class QuotaExceeded(AppError):
    """As much is kept already as may be kept."""


class DiskFailure(AppError):
    """A file cannot be written or deleted: the disk is full, broken or read-only."""


class UnknownTraining(AppError):
    """No training of that id."""


class WrongState(AppError):
    """The training is not in the state that this needs."""


class ModelError(AppError):
    """Something is wrong with the model file that was sent."""


class InvalidModel(ModelError):
    """The bytes are no network that takes a photo."""


class UnsupportedModel(ModelError):
    """A network with an operation that cannot be run here; ``more`` names op, node and what is
    supported.
    """


class OversizedModel(ModelError):
    """More bytes, work or memory than allowed; ``more`` has the quantity."""


class InputSizeMissing(ModelError):
    """The file leaves height and width open, and no size was given."""


class OptionMissing(ModelError):
    """A network that can be read once an option is given; ``more`` names the ``field``."""


class ExternalDataMissing(ModelError):
    """The model's weights are in other files, which were not sent with it; ``more`` names them as
    ``missing``.
    """


class ModelFixed(AppError):
    """A model that was not brought, and so can be neither renamed nor deleted."""


class UnknownModel(AppError):
    """No network of that id."""


class UnknownAnalysis(AppError):
    """Never made here, or gone from memory."""


class UnknownStep(AppError):
    """A step of learning that was never looked at here, or is gone from memory."""


class UnknownLayer(AppError):
    """The network has no value of that name."""


class BadParameter(AppError):
    """A parameter that parses, but means nothing here."""


def bad_option(
    field: str,
    detail: str,
    *,
    limit: float | None = None,
    actual: float | None = None,
    more: Mapping[str, Any] | None = None,
) -> BadParameter:
    """An option of a model, ``field``, is invalid or contradicts the file."""
    named = {"field": field, **(more or {})}
    return BadParameter(f"{field}: {detail}", limit=limit, actual=actual, more=named)


class UnknownHost(AppError):
    """A request for a host name that this server does not have."""


class CrossOrigin(AppError):
    """A change asked for by another origin's page."""


class InvalidKey(AppError):
    """A key that can be no workspace's."""

    headers: ClassVar = {"WWW-Authenticate": "Bearer"}  # RFC 6750, section 3


class SharedOnly(AppError):
    """A change to what somebody else shares."""


class LoginRequired(AppError):
    """A closed server, and no token."""

    headers: ClassVar = {"WWW-Authenticate": "Bearer"}  # RFC 6750, section 3


class WrongToken(LoginRequired):
    """Not the server's token."""


class TooManyAttempts(AppError):
    """Too many wrong tokens; come back later."""


class NotAcceptable(AppError):
    """None of the formats asked for exists."""


class BadUpload(AppError):
    """A body that is not what its Content-Type says."""


class SlowUpload(AppError):
    """The body did not arrive in time."""


class BodyTooLarge(AppError):
    """A body that is no picture has more bytes than such a request needs."""


class Overloaded(AppError):
    """The queue is full."""


class TooManyRequests(Overloaded):
    """One sender has as many tasks under way as one may have; the other places are for others."""


class TimeLimit(AppError):
    """The work took too long and was stopped."""


class NotReady(AppError):
    """The default network is not loaded yet."""


class ClientGone(AppError):
    """Nobody waits for the answer any more."""
