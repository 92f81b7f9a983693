"""What may go wrong with a model server."""

from typing import ClassVar

from brickyard.errors import BrickyardError, InvalidState, TooManyRequests


class ModelLoadFailed(InvalidState):
    """The model cannot be loaded."""

    def __init__(self, message: str, missing: str | None = None) -> None:
        super().__init__(message)
        self.missing = missing
        """The module that is not installed, where that is why."""


class QueueFull(TooManyRequests):
    """More requests wait for the model than may."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelServerFailed(BrickyardError):
    """The model's process ended while it computed this request."""


class ScoringTimedOut(BrickyardError):
    """The model did not answer in time."""

    code: ClassVar[str] = "DEADLINE_EXCEEDED"


class NotBegun(Exception):
    """The process ended before it began with this request, which another may answer."""
