"""What searches of experiments and runs share: the view type and the bounds of a page."""

from brickyard.errors import InvalidParameterValue
from brickyard.wire import limits

_STAGES = {"ACTIVE_ONLY": ("active",), "DELETED_ONLY": ("deleted",), "ALL": ("active", "deleted")}
_NUMBERS = {"1": "ACTIVE_ONLY", "2": "DELETED_ONLY", "3": "ALL"}


def stages_of(view_type: str) -> tuple[str, ...]:
    """The lifecycle stages of a view type, by its name or its protobuf number.

    Raises:
        InvalidParameterValue: unknown.
    """
    try:
        return _STAGES[_NUMBERS.get(view_type, view_type)]
    except KeyError:
        raise InvalidParameterValue(
            f"Invalid value '{view_type}' for parameter 'view_type': one of {', '.join(_STAGES)}."
        ) from None


def check_max_results(max_results: int, limit: int = limits.SEARCH_RESULTS) -> None:
    """
    Raises:
        InvalidParameterValue: not between 1 and the limit.
    """
    if not 1 <= max_results <= limit:
        raise InvalidParameterValue(
            f"Invalid value {max_results} for parameter 'max_results' supplied: "
            f"it must be a positive integer of at most {limit}."
        )
