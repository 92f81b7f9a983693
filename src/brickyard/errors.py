"""Every exception that Brickyard raises on purpose.

    BrickyardError                      code INTERNAL_ERROR
    ├── InvalidParameterValue           code INVALID_PARAMETER_VALUE
    │   └── MalformedRequest            code MALFORMED_REQUEST
    ├── BadRequest                      code BAD_REQUEST
    │   └── DirectoryNotEmpty           code DIRECTORY_NOT_EMPTY
    ├── NotFound                        code RESOURCE_DOES_NOT_EXIST
    │   ├── EndpointNotFound            code ENDPOINT_NOT_FOUND
    │   └── FileNotFound                code RESOURCE_DOES_NOT_EXIST
    ├── AlreadyExists                   code RESOURCE_ALREADY_EXISTS
    │   └── NameTaken                   code RESOURCE_ALREADY_EXISTS
    │       └── FileAlreadyExists       code ALREADY_EXISTS         (Files API)
    ├── InvalidState                    code INVALID_STATE
    ├── Conflict                        code RESOURCE_CONFLICT
    ├── Unauthenticated                 code UNAUTHENTICATED
    ├── PermissionDenied                code PERMISSION_DENIED
    ├── LimitExceeded                   code RESOURCE_LIMIT_EXCEEDED
    │   └── RequestTooLarge             code MAX_BLOCK_SIZE_EXCEEDED
    │       └── NotebookTooLarge        code MAX_NOTEBOOK_SIZE_EXCEEDED
    ├── TooManyRequests                 code REQUEST_LIMIT_EXCEEDED
    ├── NotImplementedHere              code NOT_IMPLEMENTED
    ├── TemporarilyUnavailable          code TEMPORARILY_UNAVAILABLE
    │   ├── StorageFull                 code RESOURCE_EXHAUSTED
    │   └── WorkerFailed                code TEMPORARILY_UNAVAILABLE
    ├── HomeInUse                       code INVALID_STATE          (command line)
    ├── HomeUnusable                    code INVALID_STATE          (command line)
    └── MissingExtra                    code NOT_IMPLEMENTED        (optional installation)

The codes are those of the Databricks and MLflow REST APIs (``error_code`` in their error bodies). No class knows
HTTP: the server's edge maps them to a status along the MRO.
"""

from typing import ClassVar


class BrickyardError(Exception):
    """Something went wrong inside Brickyard."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or type(self).__name__).strip()
        super().__init__(self.message)


class InvalidParameterValue(BrickyardError):
    """A parameter has a value that is not allowed."""

    code = "INVALID_PARAMETER_VALUE"


class MalformedRequest(InvalidParameterValue):
    """The request body is not valid JSON."""

    code = "MALFORMED_REQUEST"


class BadRequest(BrickyardError):
    """The request cannot be served as it was sent."""

    code = "BAD_REQUEST"


class DirectoryNotEmpty(BadRequest):
    """The folder is not empty, and only empty ones are deleted so."""

    code = "DIRECTORY_NOT_EMPTY"


class NotFound(BrickyardError):
    """The resource does not exist."""

    code = "RESOURCE_DOES_NOT_EXIST"


class EndpointNotFound(NotFound):
    """No API has this path and method."""

    code = "ENDPOINT_NOT_FOUND"


class FileNotFound(NotFound):
    """The file does not exist."""


class AlreadyExists(BrickyardError):
    """A resource of this name exists already."""

    code = "RESOURCE_ALREADY_EXISTS"


class NameTaken(AlreadyExists):
    """The catalog has an entry of this name already."""


class FileAlreadyExists(NameTaken):
    """The file being created already exists."""

    code = "ALREADY_EXISTS"


class InvalidState(BrickyardError):
    """The resource is not in a state that allows this."""

    code = "INVALID_STATE"


class Conflict(BrickyardError):
    """Another change of this resource is under way."""

    code = "RESOURCE_CONFLICT"


class Unauthenticated(BrickyardError):
    """This needs a token: none, or a wrong one, was sent."""

    code = "UNAUTHENTICATED"


class PermissionDenied(BrickyardError):
    """The token does not permit this."""

    code = "PERMISSION_DENIED"


class LimitExceeded(BrickyardError):
    """A limit of the API is exceeded."""

    code = "RESOURCE_LIMIT_EXCEEDED"


class RequestTooLarge(LimitExceeded):
    """The request body is too large."""

    code = "MAX_BLOCK_SIZE_EXCEEDED"


class NotebookTooLarge(RequestTooLarge):
    """The notebook is too large."""

    code = "MAX_NOTEBOOK_SIZE_EXCEEDED"


class TooManyRequests(BrickyardError):
    """Too many requests at once; try again later."""

    code = "REQUEST_LIMIT_EXCEEDED"


class NotImplementedHere(BrickyardError):
    """Brickyard does not offer this."""

    code = "NOT_IMPLEMENTED"


class TemporarilyUnavailable(BrickyardError):
    """A part of the server does not answer at the moment."""

    code = "TEMPORARILY_UNAVAILABLE"


class StorageFull(TemporarilyUnavailable):
    """The disk of the home folder is full or cannot be written; nothing was changed."""

    code = "RESOURCE_EXHAUSTED"


class WorkerFailed(TemporarilyUnavailable):
    """The data worker ended while it had this request."""


class HomeInUse(BrickyardError):
    """Another server holds this home folder."""

    code = "INVALID_STATE"


class HomeUnusable(BrickyardError):
    """This folder cannot be used as a home folder."""

    code = "INVALID_STATE"


class MissingExtra(BrickyardError):
    """An optional package is not installed."""

    code = "NOT_IMPLEMENTED"
