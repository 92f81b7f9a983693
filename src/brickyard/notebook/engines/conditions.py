"""pyspark's AnalysisException with Spark's error conditions, for what is refused before it reaches the engine.

Conditions and SQLSTATEs: Spark's error-conditions.json and Delta's delta-error-classes.json. The words are our own.
"""

from collections.abc import Sequence

from pyspark.errors.exceptions.connect import AnalysisException, ParseException, UnsupportedOperationException

from brickyard.notebook.catalog import TableName, quote_name


def _analysis(condition: str, state: str, text: str, **parameters: str) -> AnalysisException:
    message = f"[{condition}] {text} SQLSTATE: {state}"
    return AnalysisException(message, errorClass=condition, messageParameters=parameters, sql_state=state)


def table_not_found(parts: Sequence[str]) -> AnalysisException:
    name = quote_name(parts)
    return _analysis(
        "TABLE_OR_VIEW_NOT_FOUND",
        "42P01",
        f"The table or view {name} cannot be found. Check the spelling, the schema and the catalog; "
        "names of two levels mean the current catalog, names of one level the current schema.",
        relationName=name,
    )


def table_exists(name: TableName) -> AnalysisException:
    return _analysis(
        "TABLE_OR_VIEW_ALREADY_EXISTS",
        "42P07",
        f"Cannot create table or view {name.quoted} because it already exists. Choose another name, drop it first, "
        "or use the mode append or overwrite.",
        relationName=name.quoted,
    )


def schema_not_found(catalog: str, schema: str) -> AnalysisException:
    name = quote_name((catalog, schema))
    return _analysis(
        "SCHEMA_NOT_FOUND",
        "42704",
        f"The schema {name} cannot be found. Create it with CREATE SCHEMA {name}, or check the spelling.",
        schemaName=name,
    )


def catalog_not_found(catalog: str) -> AnalysisException:
    name = quote_name((catalog,))
    return _analysis(
        "CATALOG_NOT_FOUND",
        "42P08",
        f"The catalog {name} not found. Create it with CREATE CATALOG {name}, or check the spelling.",
        catalogName=name,
    )


def catalog_exists(catalog: str) -> AnalysisException:
    name = quote_name((catalog,))
    return _analysis("CATALOG_ALREADY_EXISTS", "42710", f"The catalog {name} exists already.", catalogName=name)


def invalid_name(text: str, reason: str) -> AnalysisException:
    return _analysis("IDENTIFIER_INVALID", "42602", f"{reason}.", identifier=text)


def unknown_column(table: str, column: str, option: str) -> AnalysisException:
    return _analysis(
        "DELTA_METADATA_MISMATCH",
        "42KDG",
        f"The table {table} has no column `{column}`: nothing was written. To change the table's schema, "
        f'set .option("{option}", "true").',
        tableName=table,
        columnName=column,
    )


def type_mismatch(table: str, column: str, wanted: str, got: str) -> AnalysisException:
    return _analysis(
        "DELTA_FAILED_TO_MERGE_FIELDS",
        "22005",
        f"The column `{column}` of the table {table} is {wanted}, and the new data has {got}, which cannot be stored "
        "in it safely: nothing was written. Cast the column first, or overwrite the table with "
        '.option("overwriteSchema", "true").',
        currentField=column,
        updateField=column,
    )


def replace_where_mismatch(table: str, condition: str) -> AnalysisException:
    return _analysis(
        "DELTA_REPLACE_WHERE_MISMATCH",
        "44000",
        f"The new data for the table {table} have rows for which replaceWhere ({condition}) does not hold: nothing was "
        "written.",
        replaceWhere=condition,
    )


def missing_column(table: str, column: str) -> AnalysisException:
    return _analysis(
        "DELTA_MISSING_NOT_NULL_COLUMN_VALUE",
        "23502",
        f"The column `{column}` of the table {table} may not be null, and the new data lacks it: nothing was written.",
        columnName=column,
    )


def ambiguous_column(table: str, column: str) -> AnalysisException:
    return _analysis(
        "DELTA_DUPLICATE_COLUMNS_FOUND",
        "42711",
        f"The data for the table {table} has the column `{column}` twice (upper and lower case do not count).",
        coltype=column,
    )


def partitioning_mismatch(table: str, wanted: Sequence[str], got: Sequence[str]) -> AnalysisException:
    return _analysis(
        "DELTA_PARTITION_COLUMN_MISMATCH",
        "42KDG",
        f"The table {table} is partitioned by ({', '.join(wanted)}), not by ({', '.join(got)}). To change that, "
        'overwrite it with .option("overwriteSchema", "true").',
        tableName=table,
    )


def other_format(table: str, wanted: str, got: str) -> AnalysisException:
    return _analysis(
        "DELTA_TABLE_FORMAT_MISMATCH",
        "0AKDC",
        f"The table {table} is a {wanted} table and cannot be written as {got}.",
        tableName=table,
    )


def refused(text: str) -> AnalysisException:
    """The catalog refuses; the text is its own."""
    return _analysis("INVALID_PARAMETER_VALUE", "22023", text.rstrip(".") + ".")


def not_here(text: str) -> UnsupportedOperationException:
    """The engine, or Brickyard, does not offer this; the text says what to do instead."""
    return UnsupportedOperationException(f"[UNSUPPORTED_FEATURE] {text} SQLSTATE: 0A000", sql_state="0A000")


def syntax_error(text: str) -> ParseException:
    message = f"[PARSE_SYNTAX_ERROR] {text} SQLSTATE: 42601"
    return ParseException(message, errorClass="PARSE_SYNTAX_ERROR", messageParameters={}, sql_state="42601")
