"""Indexes for searches of runs: the newest of an experiment, and those with a param's value.

They lie on tables of MLflow's, which ignores them; their names say whose they are. A param may be longer than an index
entry of PostgreSQL, which would refuse the row: there it has none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    newest = sa.text("start_time DESC")
    op.create_index("by_runs_newest", "runs", ["experiment_id", "lifecycle_stage", newest, "run_uuid"])
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("by_params_value", "params", ["key", "value", "run_uuid"])


def downgrade() -> None:
    op.drop_index("by_runs_newest", "runs")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("by_params_value", "params")
