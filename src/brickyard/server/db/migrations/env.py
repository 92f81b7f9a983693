"""What Alembic runs: our own migrations, with a version table of their own beside MLflow's."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="by_alembic_version", transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
