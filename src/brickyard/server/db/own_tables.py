"""Brickyard's own tables, all with the prefix by_. The migrations create them; a test compares the two."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

tokens = Table(
    "by_tokens",
    METADATA,
    Column("token_id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("comment", String(250), nullable=False),
    Column("owner", String(250), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("pid", Integer),
)

# Catalog


def _entry() -> tuple[Column[object], ...]:
    return (
        Column("name", String(255), nullable=False),
        Column("comment", Text, nullable=False),
        Column("owner", String(255), nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("created_by", String(255), nullable=False),
        Column("updated_at", BigInteger, nullable=False),
        Column("updated_by", String(255), nullable=False),
    )


catalogs = Table(
    "by_catalogs",
    METADATA,
    Column("catalog_id", String(36), primary_key=True),
    *_entry(),
    Column("properties", Text, nullable=False),
    UniqueConstraint("name"),
)
schemas = Table(
    "by_schemas",
    METADATA,
    Column("schema_id", String(36), primary_key=True),
    Column("catalog_id", String(36), ForeignKey("by_catalogs.catalog_id"), nullable=False),
    *_entry(),
    Column("properties", Text, nullable=False),
    Column("folder", Text, nullable=False, unique=True),
    UniqueConstraint("catalog_id", "name"),
)
catalog_tables = Table(
    "by_tables",
    METADATA,
    Column("table_id", String(36), primary_key=True),
    Column("schema_id", String(36), ForeignKey("by_schemas.schema_id"), nullable=False),
    *_entry(),
    Column("table_type", String(32), nullable=False),
    Column("location", Text, nullable=False, unique=True),
    Column("columns", Text, nullable=False),
    Column("properties", Text, nullable=False),
    UniqueConstraint("schema_id", "name"),
)
table_constraints = Table(
    "by_table_constraints",
    METADATA,
    Column("table_id", String(36), ForeignKey("by_tables.table_id"), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("columns", Text, nullable=False),
    Column("timeseries_columns", Text, nullable=False),
    Column("rely", Boolean, nullable=False),
)
volumes = Table(
    "by_volumes",
    METADATA,
    Column("volume_id", String(36), primary_key=True),
    Column("schema_id", String(36), ForeignKey("by_schemas.schema_id"), nullable=False),
    *_entry(),
    Column("volume_type", String(32), nullable=False),
    Column("location", Text, nullable=False),
    UniqueConstraint("schema_id", "name"),
)
# Data of dropped tables that is still to be removed.
table_removals = Table(
    "by_table_removals",
    METADATA,
    Column("removal_id", String(36), primary_key=True),
    Column("location", Text, nullable=False),
)

# Secrets: `scope` and `key` in lower case, `name` as it was given.
secret_scopes = Table(
    "by_secret_scopes",
    METADATA,
    Column("scope", String(128), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
secrets = Table(
    "by_secrets",
    METADATA,
    Column("scope", String(128), ForeignKey("by_secret_scopes.scope"), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("sealed_by", String(16), nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
secret_acls = Table(
    "by_secret_acls",
    METADATA,
    Column("scope", String(128), ForeignKey("by_secret_scopes.scope"), primary_key=True),
    Column("principal", String(255), primary_key=True),
    Column("permission", String(8), nullable=False),
)

# Workspace: when its notebooks, files and folders were made.
workspace_objects = Table(
    "by_workspace_objects",
    METADATA,
    Column("object_id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_at", BigInteger, nullable=False),
)
