"""What each search can filter and order by: entities, attributes and operators, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from brickyard.wire.filters.tree import Entity, Operator, OrderTerm

O = Operator  # noqa: E741  # the tables below are read as tables

NUMERIC = frozenset({O.EQUAL, O.NOT_EQUAL, O.LESS, O.LESS_EQUAL, O.GREATER, O.GREATER_EQUAL})
TEXT = frozenset({O.EQUAL, O.NOT_EQUAL, O.LIKE, O.ILIKE})
TEXT_OR_LIST = TEXT | {O.IN, O.NOT_IN}
TEXT_OR_NULL = TEXT | {O.IS_NULL, O.IS_NOT_NULL}
IDENTITY = frozenset({O.EQUAL, O.NOT_EQUAL, O.IN, O.NOT_IN})

_RUN_ENTITIES = {
    **dict.fromkeys(("metric", "metrics"), Entity.METRIC),
    **dict.fromkeys(("parameter", "parameters", "param", "params"), Entity.PARAM),
    **dict.fromkeys(("tag", "tags"), Entity.TAG),
    **dict.fromkeys(("attribute", "attr", "attributes", "run"), Entity.ATTRIBUTE),
    **dict.fromkeys(("dataset", "datasets"), Entity.DATASET),
}
_TAGGED = {"attribute": Entity.ATTRIBUTE, "tag": Entity.TAG, "tags": Entity.TAG}


def _attribute(key: str, *, ascending: bool) -> OrderTerm:
    return OrderTerm(entity=Entity.ATTRIBUTE, key=key, ascending=ascending)


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """One search.

    `text` and `numeric` map the spellings of attributes to their canonical names, `order` those that can be ordered by.
    `codes` are the texts of an attribute that the database holds as a number.
    """

    entities: Mapping[str, Entity]
    text: Mapping[str, str]
    numeric: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    operators: Mapping[Entity, frozenset[Operator]]
    attribute_operators: Mapping[str, frozenset[Operator]] = field(default_factory=dict)
    dataset_keys: frozenset[str] = frozenset()
    whole_numbers: bool = False  # numeric attributes take no fractions
    quoted_numbers: bool = False  # numeric attributes take '5' too
    bare_values: bool = False  # texts need no quotes
    order: Mapping[str, str]
    order_entities: frozenset[Entity] = frozenset({Entity.ATTRIBUTE})
    order_once: bool = True  # a column may be in an order only once
    order_word: str = "attribute key"  # what an error calls a column of an order
    order_default: tuple[OrderTerm, ...] = ()
    order_ties: tuple[OrderTerm, ...]

    @property
    def attributes(self) -> list[str]:
        return sorted({*self.text, *self.numeric})


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


RUNS = Vocabulary(
    entities=_RUN_ENTITIES,
    text={
        **_same("run_id", "run_name", "artifact_uri", "status", "user_id"),
        **dict.fromkeys(("run name", "Run name", "Run Name"), "run_name"),
    },
    numeric={**_same("start_time", "end_time"), "created": "start_time", "Created": "start_time"},
    lists=frozenset({"run_id"}),
    operators={
        Entity.ATTRIBUTE: TEXT_OR_LIST,
        Entity.METRIC: NUMERIC,
        Entity.PARAM: TEXT_OR_NULL,
        Entity.TAG: TEXT_OR_NULL,
        Entity.DATASET: TEXT_OR_LIST,
    },
    dataset_keys=frozenset({"name", "digest", "context"}),
    order={
        **_same("run_id", "run_name", "artifact_uri", "status", "user_id", "start_time", "end_time"),
        "created": "start_time",
        "Created": "start_time",
    },
    order_entities=frozenset({Entity.ATTRIBUTE, Entity.METRIC, Entity.PARAM, Entity.TAG}),
    order_ties=(_attribute("start_time", ascending=False), _attribute("run_id", ascending=True)),
)

EXPERIMENTS = Vocabulary(
    entities=_TAGGED,
    text=_same("name", "experiment_id"),
    numeric=_same("creation_time", "last_update_time"),
    lists=frozenset({"experiment_id"}),
    operators={Entity.ATTRIBUTE: TEXT_OR_LIST, Entity.TAG: TEXT_OR_NULL},
    attribute_operators={"experiment_id": IDENTITY},
    whole_numbers=True,
    order=_same("name", "experiment_id", "creation_time", "last_update_time"),
    order_once=False,
    order_default=(_attribute("creation_time", ascending=False), _attribute("experiment_id", ascending=True)),
    order_ties=(_attribute("experiment_id", ascending=False),),
)

REGISTERED_MODELS = Vocabulary(
    entities=_TAGGED,
    text=_same("name"),
    lists=frozenset({"name"}),
    operators={Entity.ATTRIBUTE: TEXT_OR_LIST, Entity.TAG: TEXT},
    order={
        **_same("name", "creation_timestamp", "last_updated_timestamp"),
        "timestamp": "last_updated_timestamp",
    },
    order_word="order by key",
    order_ties=(_attribute("name", ascending=True),),
)

MODEL_VERSIONS = Vocabulary(
    entities=_TAGGED,
    text=_same("name", "run_id", "source_path"),
    numeric=_same("version_number"),
    lists=frozenset({"name", "run_id"}),
    operators={Entity.ATTRIBUTE: TEXT_OR_LIST, Entity.TAG: TEXT},
    whole_numbers=True,
    quoted_numbers=True,
    order=_same("name", "version_number", "creation_timestamp", "last_updated_timestamp"),
    order_default=(
        _attribute("last_updated_timestamp", ascending=False),
        _attribute("name", ascending=True),
        _attribute("version_number", ascending=False),
    ),
    order_ties=(_attribute("name", ascending=True), _attribute("version_number", ascending=False)),
)

_LOGGED_TEXT = _same("model_id", "name", "model_type", "source_run_id", "status_message", "lifecycle_stage")
_LOGGED_TIMES = {
    **_same("creation_timestamp_ms", "last_updated_timestamp_ms"),
    "creation_time": "creation_timestamp_ms",
    "creation_timestamp": "creation_timestamp_ms",
    "last_updated_time": "last_updated_timestamp_ms",
    "last_updated_timestamp": "last_updated_timestamp_ms",
}
_LOGGED_LOCATION = {"artifact_location": "artifact_location", "artifact_uri": "artifact_location"}

LOGGED_MODELS = Vocabulary(
    entities={
        "attributes": Entity.ATTRIBUTE,
        "metrics": Entity.METRIC,
        "params": Entity.PARAM,
        "tags": Entity.TAG,
    },
    text={**_LOGGED_TEXT, **_LOGGED_LOCATION, "status": "status"},
    numeric=_LOGGED_TIMES,
    codes={"status": {"UNSPECIFIED": 0, "PENDING": 1, "READY": 2, "FAILED": 3}},
    lists=frozenset({*_LOGGED_TEXT, "artifact_location"}),
    operators={
        Entity.ATTRIBUTE: TEXT_OR_LIST,
        Entity.METRIC: NUMERIC,
        Entity.PARAM: TEXT_OR_LIST,
        Entity.TAG: TEXT_OR_LIST,
    },
    attribute_operators={"status": frozenset({O.EQUAL, O.NOT_EQUAL})},
    bare_values=True,
    order={**_LOGGED_TEXT, **_LOGGED_LOCATION, **_LOGGED_TIMES, "status": "status"},
    order_entities=frozenset({Entity.ATTRIBUTE, Entity.METRIC}),
    order_ties=(_attribute("creation_timestamp_ms", ascending=False), _attribute("model_id", ascending=True)),
)
