"""Updating and inserting rows by key."""

from collections.abc import Sequence

import pyarrow as pa

from brickyard.errors import InvalidParameterValue
from brickyard.lake.conforming import as_delta, conformed, require_columns
from brickyard.lake.failures import translated
from brickyard.lake.location import StorageOptions
from brickyard.lake.opening import open_table
from brickyard.lake.reading import arrow_schema


def merge_upsert(location: str, rows: pa.Table, keys: Sequence[str], *, options: StorageOptions | None = None) -> int:
    """Update the table's rows that have the keys of `rows`, and insert the others, in one commit.

    Args:
        rows: columns by name; the table's columns that they lack keep their values, and are null in inserted rows.
        keys: names of the columns that identify a row.

    Returns:
        The version that was committed, or a later one where other writers were as fast.

    Raises:
        InvalidParameterValue: `rows` do not fit, a key is null or is not a column, or two rows have one key.
        Conflict: another writer changed the same rows meanwhile.
        As `open_table`.
    """
    if not keys:
        raise InvalidParameterValue("keys must name at least one column.")
    data = as_delta(rows)
    require_columns(keys, data.column_names, "Key")
    table = open_table(location, options=options)
    known = arrow_schema(table)
    require_columns(keys, known.names, "Key")
    data = conformed(data, known).select(data.column_names)
    _require_distinct(data, keys)
    match = " AND ".join(f"target.{_quoted(key)} = source.{_quoted(key)}" for key in keys)
    assigned = {_quoted(name): f"source.{_quoted(name)}" for name in data.column_names}
    with translated(location, writing=True):
        merger = table.merge(data, match, source_alias="source", target_alias="target")
        updated = {name: value for name, value in assigned.items() if name not in {_quoted(key) for key in keys}}
        if updated:
            merger = merger.when_matched_update(updated)
        merger.when_not_matched_insert(assigned).execute()
    return int(open_table(location, options=options).version())


def _quoted(name: str) -> str:
    """A column's name in DataFusion's SQL, whatever characters it has."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _require_distinct(rows: pa.Table, keys: Sequence[str]) -> None:
    for key in keys:
        if nulls := rows.column(key).null_count:
            raise InvalidParameterValue(f"Key {key!r} must not be null, but {nulls} values are.")
    distinct = rows.group_by(list(keys)).aggregate([]).num_rows
    if distinct < rows.num_rows:
        raise InvalidParameterValue(
            f"{rows.num_rows - distinct} rows have the key of another row; each key ({', '.join(keys)}) may occur once."
        )
