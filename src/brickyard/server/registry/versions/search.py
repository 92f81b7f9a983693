"""The SQL of a search of model versions."""

from typing import Any

from sqlalchemy import Select, select

from brickyard.errors import InvalidParameterValue
from brickyard.server.db.conditions import condition
from brickyard.server.db.tables import model_version_tags, model_versions
from brickyard.server.registry.prompts import tag_conditions
from brickyard.server.registry.versions.store import COLUMNS, LIVE, WORKSPACE
from brickyard.server.registry.versions.wire import SearchVersions
from brickyard.wire.filters.grammar import parse_filter
from brickyard.wire.filters.order import parse_order_by
from brickyard.wire.filters.tree import Entity
from brickyard.wire.filters.vocabulary import MODEL_VERSIONS

MAX_RESULTS = 200_000
_ATTRIBUTES = {
    "name": model_versions.c.name,
    "version_number": model_versions.c.version,
    "run_id": model_versions.c.run_id,
    "source_path": model_versions.c.source,
    "creation_timestamp": model_versions.c.creation_time,
    "last_updated_timestamp": model_versions.c.last_updated_time,
}


def statement(request: SearchVersions, offset: int) -> Select[Any]:
    """A page of versions, and one more to tell whether another page follows.

    Raises:
        InvalidParameterValue: max_results, filter or order.
    """
    if not 1 <= request.max_results <= MAX_RESULTS:
        raise InvalidParameterValue(
            f"Invalid value for request parameter max_results. It must be at most {MAX_RESULTS}, "
            f"but got value {request.max_results}"
        )
    comparisons = parse_filter(request.filter, MODEL_VERSIONS)
    terms = parse_order_by(request.order_by, MODEL_VERSIONS)
    order = [_ATTRIBUTES[t.key].asc() if t.ascending else _ATTRIBUTES[t.key].desc() for t in terms]
    of_name = (model_version_tags.c.name == model_versions.c.name) & (
        model_version_tags.c.workspace == model_versions.c.workspace
    )
    of_version = of_name & (model_version_tags.c.version == model_versions.c.version)
    return (
        select(*COLUMNS)
        .where(
            model_versions.c.workspace == WORKSPACE,
            LIVE,
            *(
                condition(_ATTRIBUTES[each.key], each.operator, each.value)
                for each in comparisons
                if each.entity is Entity.ATTRIBUTE
            ),
            *tag_conditions(comparisons, model_version_tags, of_version, of_name),
        )
        .order_by(*order)
        .limit(request.max_results + 1)
        .offset(offset)
    )
