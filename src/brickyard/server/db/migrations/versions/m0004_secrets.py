"""Secrets: scopes, encrypted values, permissions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "by_secret_scopes",
        sa.Column("scope", sa.String(128), primary_key=True),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "by_secrets",
        sa.Column("scope", sa.String(128), sa.ForeignKey("by_secret_scopes.scope"), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("sealed_by", sa.String(16), nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "by_secret_acls",
        sa.Column("scope", sa.String(128), sa.ForeignKey("by_secret_scopes.scope"), primary_key=True),
        sa.Column("principal", sa.String(255), primary_key=True),
        sa.Column("permission", sa.String(8), nullable=False),
    )


def downgrade() -> None:
    for name in ("by_secret_acls", "by_secrets", "by_secret_scopes"):
        op.drop_table(name)
