"""The SQL of a search of registered models."""

from typing import Any

from sqlalchemy import Select, select

from brickyard.errors import InvalidParameterValue
from brickyard.server.db.conditions import condition
from brickyard.server.db.tables import registered_model_tags, registered_models
from brickyard.server.registry.models.store import COLUMNS, WORKSPACE
from brickyard.server.registry.models.wire import SearchModels
from brickyard.server.registry.prompts import tag_conditions
from brickyard.wire.filters.grammar import parse_filter
from brickyard.wire.filters.order import parse_order_by
from brickyard.wire.filters.tree import Entity
from brickyard.wire.filters.vocabulary import REGISTERED_MODELS

MAX_RESULTS = 1000
_ORDER = {
    "name": registered_models.c.name,
    "creation_timestamp": registered_models.c.creation_time,
    "last_updated_timestamp": registered_models.c.last_updated_time,
}


def statement(request: SearchModels, offset: int) -> Select[Any]:
    """A page of models, and one more to tell whether another page follows.

    Raises:
        InvalidParameterValue: max_results, filter or order.
    """
    if not 1 <= request.max_results <= MAX_RESULTS:
        raise InvalidParameterValue(
            f"Invalid value for request parameter max_results. It must be at most {MAX_RESULTS}, "
            f"but got value {request.max_results}"
        )
    comparisons = parse_filter(request.filter, REGISTERED_MODELS)
    terms = parse_order_by(request.order_by, REGISTERED_MODELS)
    order = [_ORDER[t.key].asc() if t.ascending else _ORDER[t.key].desc() for t in terms]
    of_model = (registered_model_tags.c.name == registered_models.c.name) & (
        registered_model_tags.c.workspace == registered_models.c.workspace
    )
    return (
        select(*COLUMNS)
        .where(
            registered_models.c.workspace == WORKSPACE,
            *(
                condition(registered_models.c[each.key], each.operator, each.value)
                for each in comparisons
                if each.entity is Entity.ATTRIBUTE
            ),
            *tag_conditions(comparisons, registered_model_tags, of_model, of_model),
        )
        .order_by(*order)
        .limit(request.max_results + 1)
        .offset(offset)
    )
