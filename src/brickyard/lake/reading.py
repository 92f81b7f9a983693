"""Reading a table's rows as Arrow.

The one way to the rows is delta-rs' own scan: it honours deletion vectors and column mapping, which its PyArrow
datasets refuse, and those datasets can crash the process at its end.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
from deltalake import DeltaTable

from brickyard.errors import InvalidParameterValue, InvalidState
from brickyard.lake.failures import reason, translated
from brickyard.lake.location import StorageOptions
from brickyard.lake.opening import open_table


def read(
    location: str,
    *,
    options: StorageOptions | None = None,
    version: int | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """The table's rows, in no certain order.

    Args:
        columns: their names, in the order wanted; all by default.

    Returns:
        A table of the types of the Delta schema: strings are `string`, instants `timestamp[us, UTC]`.

    Raises:
        InvalidParameterValue: the table lacks a column; names it.
        InvalidState: a data file is missing or corrupt.
        As `open_table`.
    """
    table = open_table(location, options=options, version=version)
    wanted = arrow_schema(table)
    if columns is not None:
        wanted = _chosen(location, wanted, columns)
    with reading(location):
        found = pa.RecordBatchReader.from_stream(table.scan(columns=wanted.names)).read_all()
        return found.cast(wanted)


def arrow_schema(table: DeltaTable) -> pa.Schema:
    """The table's columns as Arrow types."""
    return pa.schema(table.schema().to_arrow())


@contextmanager
def reading(location: str) -> Iterator[None]:
    """Run a block that reads rows of the table at `location`. Raises as `translated`."""
    try:
        with translated(location):
            yield
    except pa.ArrowException as error:
        raise InvalidState(f"The data of the table at {location} cannot be read: {reason(error)}") from error


def _chosen(location: str, known: pa.Schema, columns: Sequence[str]) -> pa.Schema:
    for name in columns:
        if name not in known.names:
            raise InvalidParameterValue(
                f"The table at {location} has no column {name!r}. Its columns are {', '.join(known.names)}."
            )
    return pa.schema([known.field(name) for name in columns])
