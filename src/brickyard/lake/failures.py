"""The only place where the errors of delta-rs become ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from deltalake.exceptions import (
    CommitFailedError,
    DeltaError,
    DeltaProtocolError,
    SchemaMismatchError,
    TableNotFoundError,
)

from brickyard.errors import (
    BrickyardError,
    Conflict,
    InvalidParameterValue,
    InvalidState,
    NotFound,
    NotImplementedHere,
    PermissionDenied,
    StorageFull,
    TemporarilyUnavailable,
)
from brickyard.wire.cloud import is_cloud

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BACKTRACE = re.compile(r"\n\s*0: .*", re.DOTALL)
_MAX_REASON = 300
_FULL = ("No space left on device", "Disk quota exceeded", "Read-only file system")
_MISSING = ("not found", "No such file or directory")
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist", "404 Not Found")
_NO_CREDENTIALS = ("credentials", "token request", "IMDS", "necessary privileges", "401 Unauthorized", "403 Forbidden")
_SIGN_IN = "the environment of this process has to name what opens it: AWS_*, AZURE_STORAGE_* or GOOGLE_*"


@contextmanager
def translated(location: str, *, writing: bool = False) -> Iterator[None]:
    """Run a block that works on the table at `location` with errors of Brickyard that name it.

    Raises:
        NotFound: no Delta table lies there.
        InvalidState: its log or one of its files is missing or corrupt; or, when writing, the table does not take it.
        Conflict: another writer committed a version that this one clashes with.
        InvalidParameterValue: data do not fit the table's schema, or a property is wrong.
        NotImplementedHere: the table uses features that delta-rs lacks.
        PermissionDenied, StorageFull, TemporarilyUnavailable: the storage refuses.
    """
    try:
        yield
    except DeltaError as error:
        raise _of_delta(location, error, writing=writing) from error
    except OSError as error:
        raise _of_storage(location, error) from error


def reason(error: BaseException) -> str:
    """What a native library's error says, on one line, without colours and addresses."""
    text = _BACKTRACE.sub("", _COLOUR.sub("", str(error))).replace("↳", ":")
    return " ".join(text.split())[:_MAX_REASON]


def _of_storage(location: str, error: Exception) -> BrickyardError:
    """The error that a failure to read or write a file of the table stands for."""
    text = str(error)
    if is_cloud(location) and (found := _of_cloud(location, error)) is not None:
        return found
    if any(words in text for words in _FULL):
        return StorageFull(f"The table at {location} cannot be written: {reason(error)}")
    if isinstance(error, PermissionError) or "Permission denied" in text:
        return PermissionDenied(f"The table at {location} may not be used: {reason(error)}")
    if isinstance(error, FileNotFoundError) or any(words in text for words in _MISSING):
        return InvalidState(f"A file of the table at {location} is missing: {reason(error)}")
    return TemporarilyUnavailable(f"The storage of the table at {location} does not answer: {reason(error)}")


def _of_cloud(location: str, error: Exception) -> BrickyardError | None:
    text = str(error)
    if any(words in text for words in _NO_BUCKET):
        return NotFound(f"No Delta table at {location}: there is no such bucket or container.")
    if any(words in text for words in _NO_CREDENTIALS):
        return PermissionDenied(f"The table at {location} may not be used: {reason(error)}; {_SIGN_IN}")
    return None


def _of_delta(location: str, error: DeltaError, *, writing: bool) -> BrickyardError:
    text = reason(error)
    if isinstance(error, TableNotFoundError) or "Invalid table location" in text:
        return NotFound(f"No Delta table at {location}.")
    if isinstance(error, CommitFailedError):
        return Conflict(f"Another writer changed the table at {location} first; read it again and retry: {text}")
    if isinstance(error, SchemaMismatchError):
        return InvalidParameterValue(f"The data do not fit the table at {location}: {text}")
    if isinstance(error, DeltaProtocolError):
        return NotImplementedHere(f"The table at {location} needs a newer reader: {text}")
    if "failed validation check" in text:
        return InvalidParameterValue(f"The data break a constraint of the table at {location}: {text}")
    if any(words in text for words in _FULL):
        return StorageFull(f"The table at {location} cannot be written: {text}")
    if "Error parsing property" in text:
        return InvalidParameterValue(f"A property of the table at {location} is wrong: {text}")
    if writing:
        return InvalidState(f"The table at {location} cannot be written: {text}")
    return InvalidState(f"The Delta log of the table at {location} cannot be read: {text}")
