"""Tasks: what a table is. Loads the Delta library, but no Arrow."""

from brickyard.lake import facts
from brickyard.lake.entities import Column, Commit, TableDetail
from brickyard.worker.tasks import TableArguments, Task


class SchemaArguments(TableArguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int | None = None


class HistoryArguments(TableArguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: int = 100


def table_schema(arguments: SchemaArguments) -> tuple[Column, ...]:
    return facts.schema(arguments.location, options=arguments.options, version=arguments.version)


def table_detail(arguments: TableArguments) -> TableDetail:
    return facts.detail(arguments.location, options=arguments.options)


def table_history(arguments: HistoryArguments) -> tuple[Commit, ...]:
    return facts.history(arguments.location, arguments.limit, options=arguments.options)


TASKS = (
    Task("table_schema", SchemaArguments, table_schema),
    Task("table_detail", TableArguments, table_detail),
    Task("table_history", HistoryArguments, table_history),
)
