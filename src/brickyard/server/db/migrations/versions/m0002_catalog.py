"""Unity Catalog: the catalogs main and hive_metastore, each with the schema default, as a new workspace has them."""

import uuid

import sqlalchemy as sa
from alembic import op

from brickyard.clock import now_ms

revision = "0002"
down_revision = "0001"


def _entry() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("updated_by", sa.String(255), nullable=False),
    )


def upgrade() -> None:
    catalogs = op.create_table(
        "by_catalogs",
        sa.Column("catalog_id", sa.String(36), primary_key=True),
        *_entry(),
        sa.Column("properties", sa.Text, nullable=False),
        sa.UniqueConstraint("name"),
    )
    schemas = op.create_table(
        "by_schemas",
        sa.Column("schema_id", sa.String(36), primary_key=True),
        sa.Column("catalog_id", sa.String(36), sa.ForeignKey("by_catalogs.catalog_id"), nullable=False),
        *_entry(),
        sa.Column("properties", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False, unique=True),
        sa.UniqueConstraint("catalog_id", "name"),
    )
    op.create_table(
        "by_tables",
        sa.Column("table_id", sa.String(36), primary_key=True),
        sa.Column("schema_id", sa.String(36), sa.ForeignKey("by_schemas.schema_id"), nullable=False),
        *_entry(),
        sa.Column("table_type", sa.String(32), nullable=False),
        sa.Column("location", sa.Text, nullable=False, unique=True),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("properties", sa.Text, nullable=False),
        sa.UniqueConstraint("schema_id", "name"),
    )
    op.create_table(
        "by_table_constraints",
        sa.Column("table_id", sa.String(36), sa.ForeignKey("by_tables.table_id"), primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("timeseries_columns", sa.Text, nullable=False),
        sa.Column("rely", sa.Boolean, nullable=False),
    )
    op.create_table(
        "by_volumes",
        sa.Column("volume_id", sa.String(36), primary_key=True),
        sa.Column("schema_id", sa.String(36), sa.ForeignKey("by_schemas.schema_id"), nullable=False),
        *_entry(),
        sa.Column("volume_type", sa.String(32), nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.UniqueConstraint("schema_id", "name"),
    )
    op.create_table(
        "by_table_removals",
        sa.Column("removal_id", sa.String(36), primary_key=True),
        sa.Column("location", sa.Text, nullable=False),
    )
    _first_entries(catalogs, schemas)


def downgrade() -> None:
    for name in ("by_table_removals", "by_volumes", "by_table_constraints", "by_tables", "by_schemas", "by_catalogs"):
        op.drop_table(name)


def _first_entries(catalogs: sa.Table, schemas: sa.Table) -> None:
    now = now_ms()
    common = {
        "owner": "admin",
        "created_at": now,
        "created_by": "admin",
        "updated_at": now,
        "updated_by": "admin",
        "properties": "{}",
    }
    for name, comment in (("main", "The default catalog."), ("hive_metastore", "Tables of two-level names.")):
        catalog_id = str(uuid.uuid4())
        op.bulk_insert(catalogs, [{"catalog_id": catalog_id, "name": name, "comment": comment, **common}])
        row = {"schema_id": str(uuid.uuid4()), "catalog_id": catalog_id, "name": "default", "comment": ""}
        op.bulk_insert(schemas, [{**row, "folder": f"tables/{name}/default", **common}])
