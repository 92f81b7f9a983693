"""The only place where our errors become HTTP: a status along the MRO, and the body that clients read."""

import msgspec

from brickyard import errors
from brickyard.server.db.connection import ConstraintViolated

STATUS: dict[type[errors.BrickyardError], int] = {
    errors.BrickyardError: 500,
    errors.InvalidParameterValue: 400,
    errors.BadRequest: 400,
    errors.NotFound: 404,
    errors.AlreadyExists: 400,
    errors.NameTaken: 409,
    errors.InvalidState: 400,
    errors.Conflict: 409,
    errors.Unauthenticated: 401,
    errors.PermissionDenied: 403,
    errors.LimitExceeded: 429,
    errors.RequestTooLarge: 413,
    errors.TooManyRequests: 429,
    errors.NotImplementedHere: 501,
    errors.TemporarilyUnavailable: 503,
    errors.StorageFull: 507,
    ConstraintViolated: 409,
}


def status_of(error: errors.BrickyardError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def error_body(error: errors.BrickyardError) -> bytes:
    return msgspec.json.encode({"error_code": error.code, "message": error.message})
