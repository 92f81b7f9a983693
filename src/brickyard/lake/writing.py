"""Writing rows into a table."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from brickyard.errors import InvalidParameterValue
from brickyard.lake.conforming import as_delta, conformed, require_columns
from brickyard.lake.failures import translated
from brickyard.lake.location import StorageOptions, storage_options, table_uri
from brickyard.lake.opening import open_table
from brickyard.lake.reading import arrow_schema

Mode = Literal["append", "overwrite"]
SchemaMode = Literal["merge", "overwrite"]


def write(
    location: str,
    rows: pa.Table,
    *,
    mode: Mode = "append",
    schema_mode: SchemaMode | None = None,
    partition_by: Sequence[str] = (),
    properties: Mapping[str, str] | None = None,
    options: StorageOptions | None = None,
) -> int:
    """Append to the table, or put `rows` in the place of what it has, in one commit; makes the table if there is none.

    Args:
        rows: columns by name; what the table has and they lack is null.
        schema_mode: `merge` adds columns that the table lacks; `overwrite` (with mode `overwrite`) takes the columns
            of `rows` for the table's; None demands that they fit (see `conforming`).
        partition_by, properties: of a table that is made, or whose schema is overwritten.

    Returns:
        The version that was committed, or a later one where other writers were as fast.

    Raises:
        InvalidParameterValue: `rows` do not fit the table, or have a type that Delta lacks; names the column.
        InvalidState: the table's log is corrupt.
        Conflict: another writer replaced the table meanwhile.
        PermissionDenied, StorageFull, TemporarilyUnavailable: the storage refuses; nothing was changed.
    """
    if schema_mode == "overwrite" and mode != "overwrite":
        raise InvalidParameterValue("schema_mode 'overwrite' needs mode 'overwrite'.")
    uri, storage = table_uri(location), storage_options(location, options)
    data = as_delta(rows)
    with translated(location):
        exists = DeltaTable.is_deltatable(uri, storage)
    if exists and schema_mode != "overwrite":
        known = arrow_schema(open_table(location, options=options))
        data = conformed(data, known, evolve=schema_mode == "merge")
    require_columns(partition_by, data.column_names, "Partition column")
    if set(partition_by) == set(data.column_names):
        raise InvalidParameterValue("partition_by must leave a column: a table cannot consist of partitions alone.")
    with translated(location, writing=True):
        write_deltalake(
            uri,
            data,
            mode=mode,
            schema_mode=schema_mode if exists else None,
            partition_by=list(partition_by) or None,
            configuration=dict(properties) if properties else None,
            storage_options=storage,
        )
    return int(open_table(location, options=options).version())
