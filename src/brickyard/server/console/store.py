"""SQL of the console's home page."""

from sqlalchemy import bindparam, func, select

from brickyard.server.console.entities import Overview, RecentRun
from brickyard.server.db.connection import Connection
from brickyard.server.db.own_tables import catalog_tables as tables
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import experiments, registered_models, runs

_ACTIVE = runs.c.lifecycle_stage == "active"
_COUNTS = Statement(
    select(
        select(func.count())
        .select_from(experiments)
        .where(experiments.c.lifecycle_stage == "active")
        .scalar_subquery(),
        select(func.count()).select_from(runs).where(_ACTIVE).scalar_subquery(),
        select(func.count()).select_from(runs).where(_ACTIVE, runs.c.status == "RUNNING").scalar_subquery(),
        select(func.count()).select_from(registered_models).scalar_subquery(),
        select(func.count()).select_from(tables).scalar_subquery(),
    )
)
_RECENT = (
    select(
        runs.c.run_uuid,
        runs.c.experiment_id,
        experiments.c.name.label("experiment"),
        runs.c.name,
        runs.c.status,
        runs.c.start_time,
    )
    .join_from(runs, experiments, experiments.c.experiment_id == runs.c.experiment_id)
    .where(_ACTIVE)
    .order_by(runs.c.start_time.desc(), runs.c.run_uuid)
    .limit(bindparam("limit"))
)
_LATEST = Statement(_RECENT)
_FAILED = Statement(_RECENT.where(runs.c.status == "FAILED", runs.c.start_time >= bindparam("since")))


def overview(connection: Connection) -> Overview:
    row = connection.one(_COUNTS) or (0, 0, 0, 0, 0)
    return Overview(experiments=row[0], runs=row[1], running=row[2], models=row[3], tables=row[4])


def latest_runs(connection: Connection, limit: int) -> list[RecentRun]:
    return [_run(*row) for row in connection.all(_LATEST, limit=limit)]


def failed_runs(connection: Connection, since: int, limit: int) -> list[RecentRun]:
    """Runs that failed and were started after a time."""
    return [_run(*row) for row in connection.all(_FAILED, since=since, limit=limit)]


def _run(
    run_id: str, experiment_id: int, experiment: str, name: str | None, status: str, started_at: int | None
) -> RecentRun:
    return RecentRun(
        run_id=run_id,
        experiment_id=experiment_id,
        experiment=experiment,
        name=name or run_id,
        status=status,
        started_at=started_at,
    )
