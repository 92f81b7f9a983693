"""What the catalog knows. Times in milliseconds since the epoch."""

import msgspec

TYPE_NAMES = frozenset({
    "ARRAY", "BINARY", "BOOLEAN", "BYTE", "CHAR", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "GEOGRAPHY", "GEOMETRY", "INT",
    "INTERVAL", "LONG", "MAP", "NULL", "SHORT", "STRING", "STRUCT", "TABLE_TYPE", "TIMESTAMP", "TIMESTAMP_NTZ",
    "USER_DEFINED_TYPE", "VARIANT",
})  # fmt: skip
"""Unity Catalog's ColumnTypeName."""

MANAGED = "MANAGED"
EXTERNAL = "EXTERNAL"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What catalogs, schemas, tables and volumes have in common."""

    name: str
    comment: str
    owner: str
    created_at: int
    created_by: str
    updated_at: int
    updated_by: str


class Catalog(Entry, frozen=True, kw_only=True):
    """A catalog: the first part of a full name."""

    catalog_id: str
    properties: dict[str, str]


class Schema(Entry, frozen=True, kw_only=True):
    """A schema; `folder` is the stored location of its managed tables."""

    schema_id: str
    catalog_id: str
    catalog_name: str
    properties: dict[str, str]
    folder: str

    @property
    def full_name(self) -> str:
        return f"{self.catalog_name}.{self.name}"


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column as Unity Catalog describes it; `type_json` is the field in Spark's JSON form."""

    name: str
    type_text: str | None = None
    type_json: str | None = None
    type_name: str | None = None
    type_precision: int | None = None
    type_scale: int | None = None
    type_interval_type: str | None = None
    position: int | None = None
    comment: str | None = None
    nullable: bool | None = True
    partition_index: int | None = None


class PrimaryKey(msgspec.Struct, frozen=True, kw_only=True):
    """A table's primary key; `timeseries_columns` are those of its columns that hold the time of a row."""

    name: str
    columns: tuple[str, ...]
    timeseries_columns: tuple[str, ...] = ()
    rely: bool = False


class Table(Entry, frozen=True, kw_only=True):
    """A Delta table; `location` is its stored location.

    MANAGED tables lie directly in their schema's folder, and dropping them deletes their data; EXTERNAL ones keep it.
    """

    table_id: str
    schema_id: str
    catalog_name: str
    schema_name: str
    table_type: str
    location: str
    columns: tuple[Column, ...]
    properties: dict[str, str]

    @property
    def full_name(self) -> str:
        return f"{self.catalog_name}.{self.schema_name}.{self.name}"


class Volume(Entry, frozen=True, kw_only=True):
    """A named folder of files; `location` is its stored location."""

    volume_id: str
    schema_id: str
    catalog_name: str
    schema_name: str
    volume_type: str
    location: str

    @property
    def full_name(self) -> str:
        return f"{self.catalog_name}.{self.schema_name}.{self.name}"
