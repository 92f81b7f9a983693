"""Some rows of a table, to look at."""

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from brickyard.errors import InvalidParameterValue
from brickyard.lake.entities import Sample
from brickyard.lake.json_values import json_values
from brickyard.lake.location import StorageOptions
from brickyard.lake.opening import open_table
from brickyard.lake.reading import arrow_schema, reading

MAX_ROWS = 1000
MAX_LENGTH = 4096


def sample(
    location: str,
    limit: int = 100,
    *,
    options: StorageOptions | None = None,
    version: int | None = None,
    max_length: int | None = MAX_LENGTH,
) -> Sample:
    """Up to `limit` rows, whichever come first; no more is read than they need.

    Args:
        max_length: longer text and binary values are cut there and end in `json_values.CUT`; None leaves them whole.

    Raises:
        InvalidParameterValue: limit is not within 1 … MAX_ROWS.
        InvalidState: a data file is missing or corrupt.
        As `open_table`.
    """
    if not 1 <= limit <= MAX_ROWS:
        raise InvalidParameterValue(f"limit must be within 1 and {MAX_ROWS}, but is {limit}.")
    table = open_table(location, options=options, version=version)
    with reading(location):
        rows = _first_rows(table, limit)
        columns = [_values(column, max_length) for column in rows.columns]
    return Sample(
        version=table.version(),
        columns=tuple(rows.column_names),
        rows=tuple(zip(*columns, strict=True)),
    )


def _first_rows(table: DeltaTable, limit: int) -> pa.Table:
    # Batches of the size that is asked for: a default batch of 8192 rows of images would be gigabytes.
    builder = QueryBuilder({"datafusion.execution.batch_size": str(limit)}).register("sampled", table)
    wanted = arrow_schema(table)
    batches: list[pa.RecordBatch] = []
    missing = limit
    with pa.RecordBatchReader.from_stream(builder.execute("SELECT * FROM sampled")) as reader:
        for batch in reader:
            batches.append(batch.slice(0, missing))
            missing -= batches[-1].num_rows
            if missing == 0:
                break
        found = pa.Table.from_batches(batches, reader.schema)
    return found.select(wanted.names).cast(wanted)


def _values(column: pa.ChunkedArray, max_length: int | None) -> list[object]:
    return [value for chunk in column.chunks for value in json_values(chunk, max_length=max_length)]
