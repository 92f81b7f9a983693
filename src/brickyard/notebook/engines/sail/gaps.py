"""What Sail 0.7 cannot do. The documentation and a test are made from these rows; what can be answered beside the
engine is not among them: see statements.py and answers.py."""

from brickyard.notebook.engines.base import Gap

_SPARK = "use the engine spark: brickyard run --engine spark"

GAPS: tuple[Gap, ...] = (
    Gap(
        feature="structured streaming over Delta tables",
        example="spark.readStream.table(table).writeStream.format('delta').start('/nowhere')",
        error="--engine spark",
        hint=_SPARK,
    ),
    Gap(
        feature="OPTIMIZE",
        example="OPTIMIZE {table}",
        error="--engine spark",
        hint=_SPARK,
    ),
    Gap(
        feature="VACUUM",
        example="VACUUM {table}",
        error="--engine spark",
        hint=_SPARK,
    ),
    Gap(
        feature="RESTORE TABLE",
        example="RESTORE TABLE {table} TO VERSION AS OF 0",
        error="has no RESTORE TABLE",
        hint="read the old version and overwrite the table with it: spark.read.option('versionAsOf', 0).table(name)",
    ),
    Gap(
        feature="ALTER TABLE … ADD COLUMNS",
        example="ALTER TABLE {table} ADD COLUMNS (extra STRING)",
        error="mergeSchema",
        hint="append rows that have the column with .option('mergeSchema', 'true')",
    ),
    Gap(
        feature="QUALIFY",
        example="SELECT id, row_number() OVER (ORDER BY id) AS n FROM {table} QUALIFY n = 1",
        error="QUALIFY",
        hint="put the window function into a subquery and filter it with WHERE",
    ),
    Gap(
        feature="CREATE VIEW in a catalog",
        example="CREATE VIEW {table}_view AS SELECT 1 AS a",
        error="createOrReplaceTempView",
        hint="CREATE TEMPORARY VIEW, or df.createOrReplaceTempView",
    ),
    Gap(
        feature="CREATE TABLE … LIKE, SHALLOW CLONE, DEEP CLONE",
        example="CREATE TABLE {table}_like LIKE {table}",
        error="CREATE TABLE … AS SELECT",
        hint="CREATE TABLE … AS SELECT * FROM …",
    ),
    Gap(
        feature="DELETE with an IN subquery",
        example="DELETE FROM {table} WHERE id IN (SELECT id FROM {table})",
        error="InSubquery",
        hint="MERGE INTO … WHEN MATCHED THEN DELETE",
    ),
    Gap(
        feature="approxQuantile",
        example="spark.table(table).approxQuantile('id', [0.5], 0.0)",
        error="approx quantile",
        hint="expr('approx_percentile(id, 0.5)'), or percentile",
    ),
    Gap(
        feature="INSERT … PARTITION (…)",
        example="INSERT INTO {table} PARTITION (id = 1) SELECT 2",
        error="PARTITION",
        hint="df.writeTo(name).overwritePartitions(), or mode overwrite with replaceWhere",
    ),
    Gap(
        feature="clustered tables",
        example="CREATE TABLE {table}_clustered (id BIGINT) CLUSTER BY (id)",
        error="CLUSTER BY",
        hint="PARTITIONED BY",
    ),
    Gap(
        feature="foreign keys and CHECK constraints",
        example="ALTER TABLE {table} ADD CONSTRAINT positive CHECK (id > 0)",
        error="primary keys alone",
        hint=_SPARK,
    ),
    Gap(
        feature="tables in folders whose path has spaces or other special characters",
        example="",
        error="special characters",
        hint="keep the home folder at a path of letters, digits and . _ - /",
    ),
    Gap(
        feature="writeTo(…).overwritePartitions with a partition transform, such as days(ts)",
        example="",
        error="partition transform",
        hint="partition by a column that holds the value",
    ),
)

STATEMENTS: dict[tuple[str, ...], str] = {
    ("OPTIMIZE",): "OPTIMIZE",
    ("VACUUM",): "VACUUM",
    ("RESTORE",): "RESTORE TABLE",
    ("CREATE", "VIEW"): "CREATE VIEW in a catalog",
    ("CREATE", "OR", "REPLACE", "VIEW"): "CREATE VIEW in a catalog",
    ("CREATE", "STREAMING"): "structured streaming over Delta tables",
    ("CREATE", "OR", "REFRESH"): "structured streaming over Delta tables",
}
"""Statements that Sail refuses with words of its parser: how they begin, and the gap that they meet."""


def gap(feature: str) -> Gap:
    """The row of a feature."""
    return next(row for row in GAPS if row.feature == feature)
