"""The rules of runs, their params and tags: those of the stock MLflow server."""

import uuid
from collections.abc import Sequence

import msgspec

from brickyard.clock import now_ms
from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.experiments.service import check_active as check_active_experiment
from brickyard.server.tracking.runs import search, store
from brickyard.server.tracking.runs.assembly import whole_runs
from brickyard.server.tracking.runs.entities import ACTIVE_STATUSES, Run, RunData, RunInfo
from brickyard.server.tracking.runs.names import random_run_name
from brickyard.server.tracking.runs.wire import CreateRun, SearchRuns, UpdateRun
from brickyard.wire import limits
from brickyard.wire.checks import check_length, check_name, truncated
from brickyard.wire.page_tokens import create_page_token, parse_page_token

RUN_NAME = "mlflow.runName"


def find(connection: Connection, run_id: str) -> RunInfo:
    """
    Raises:
        NotFound: no such run.
    """
    run = store.info(connection, run_id)
    if run is None:
        raise NotFound(f"Run with id={run_id} not found")
    return run


def find_active(connection: Connection, run_id: str) -> RunInfo:
    """
    Raises:
        NotFound: no such run.
        InvalidParameterValue: the run is deleted.
    """
    run = find(connection, run_id)
    if not run.is_active:
        raise not_active(run_id, run.lifecycle_stage)
    return run


def check_active(connection: Connection, run_id: str) -> int:
    """The experiment id of an active run. Raises as `find_active`, with one small statement."""
    found = store.state(connection, run_id)
    if found is None:
        raise NotFound(f"Run with id={run_id} not found")
    stage, experiment_id = found
    if stage != "active":
        raise not_active(run_id, stage)
    return experiment_id


def not_active(run_id: str, stage: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"The run {run_id} must be in the 'active' state. Current state is {stage}.")


def checked_tag(tag: Tag, path: str = "") -> Tag:
    """
    Raises:
        InvalidParameterValue: a key that tags cannot have; names the field.
    """
    prefix = f"{path}." if path else ""
    check_name(tag.key, f"{prefix}key")
    check_length(f"{prefix}key", limits.ENTITY_KEY, tag.key)
    return Tag(tag.key, truncated(f"{prefix}value", limits.TAG_VALUE, tag.value))


def checked_param(param: Tag, path: str = "") -> Tag:
    """
    Raises:
        InvalidParameterValue: a key that params cannot have; names the field.
    """
    check_name(param.key, f"{path}.key" if path else "key")
    check_length("Param key", limits.ENTITY_KEY, param.key)
    return Tag(param.key, truncated("Param value", limits.PARAM_VALUE, param.value))


def write_tags(connection: Connection, run_id: str, tags: Sequence[Tag]) -> None:
    """Set tags; the tag of the run's name renames it."""
    if not tags:
        return
    for tag in tags:
        if tag.key == RUN_NAME:
            run = find(connection, run_id)
            store.update_run(connection, msgspec.structs.replace(run, run_name=tag.value))
    store.set_tags(connection, run_id, tags)


def write_params(connection: Connection, run_id: str, params: Sequence[Tag]) -> None:
    """
    Raises:
        InvalidParameterValue: a param has another value already.
    """
    if not params:
        return
    existing = store.params_of(connection, run_id)
    changed = [
        {"key": p.key, "old_value": existing[p.key], "new_value": p.value}
        for p in params
        if existing.get(p.key, p.value) != p.value
    ]
    if changed:
        raise InvalidParameterValue(
            f"Changing param values is not allowed. Params were already logged='{changed}' for run ID='{run_id}'."
        )
    store.insert_params(connection, run_id, {p.key: p.value for p in params if p.key not in existing})


class Runs:
    """Runs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, request: CreateRun) -> Run:
        """
        Raises:
            NotFound, InvalidParameterValue: no such experiment, a deleted one, a bad tag, two different names.
        """
        tags = {tag.key: checked_tag(tag, f"tags[{index}]") for index, tag in enumerate(request.tags)}
        named = tags[RUN_NAME].value if RUN_NAME in tags else ""
        if request.run_name and named and request.run_name != named:
            raise InvalidParameterValue(
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                f"(run_name='{request.run_name}', mlflow.runName='{named}')."
            )
        name = check_length("run_name", limits.RUN_NAME, request.run_name or named or random_run_name())
        tags.setdefault(RUN_NAME, Tag(RUN_NAME, name))
        run_id = uuid.uuid4().hex
        start_time = request.start_time if request.start_time is not None else now_ms()

        def write(connection: Connection) -> RunInfo:
            experiment_id, location = check_active_experiment(connection, request.experiment_id)
            run = RunInfo(
                run_uuid=run_id,
                run_id=run_id,
                experiment_id=str(experiment_id),
                run_name=name,
                user_id=request.user_id,
                status="RUNNING",
                start_time=start_time,
                artifact_uri=f"{location.rstrip('/')}/{run_id}/artifacts",
                lifecycle_stage="active",
            )
            store.insert_run(connection, run)
            store.set_tags(connection, run_id, tags.values())
            return run

        return Run(info=await self._database.write(write), data=RunData(tags=list(tags.values())))

    async def get(self, run_id: str) -> Run:
        """
        Raises:
            NotFound: no such run.
        """

        def read(connection: Connection) -> Run:
            [run] = whole_runs(connection, [find(connection, run_id)])
            return run

        return await self._database.read(read)

    async def info(self, run_id: str) -> RunInfo:
        """
        Raises:
            NotFound: no such run.
        """
        return await self._database.read(lambda connection: find(connection, run_id))

    async def update(self, request: UpdateRun) -> RunInfo:
        """
        Raises:
            NotFound, InvalidParameterValue: no such run, a deleted one, an unknown status.
        """
        status = _status(request.status)

        def write(connection: Connection) -> RunInfo:
            run = find_active(connection, request.run_id)
            changed = msgspec.structs.replace(
                run,
                status=status or run.status,
                end_time=run.end_time if request.end_time is None else request.end_time,
                run_name=check_length("run_name", limits.RUN_NAME, request.run_name or run.run_name),
            )
            store.update_run(connection, changed)
            if request.run_name:
                store.set_tags(connection, run.run_id, [Tag(RUN_NAME, request.run_name)])
            return changed

        return await self._database.write(write)

    async def delete(self, run_id: str) -> None:
        """
        Raises:
            NotFound: no such run.
        """
        await self._move(run_id, "deleted")

    async def restore(self, run_id: str) -> None:
        """
        Raises:
            NotFound: no such run.
        """
        await self._move(run_id, "active")

    async def _move(self, run_id: str, stage: str) -> None:
        def write(connection: Connection) -> None:
            find(connection, run_id)
            store.set_stage(connection, run_id, stage, now_ms() if stage == "deleted" else None)

        await self._database.write(write)

    async def set_tag(self, run_id: str, tag: Tag) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: no such run, a deleted one, a bad key.
        """
        checked = checked_tag(tag)

        def write(connection: Connection) -> None:
            check_active(connection, run_id)
            write_tags(connection, run_id, [checked])

        await self._database.write(write)

    async def delete_tag(self, run_id: str, key: str) -> None:
        """
        Raises:
            NotFound: no such run or tag.
        """

        def write(connection: Connection) -> None:
            check_active(connection, run_id)
            if not store.delete_tag(connection, run_id, key):
                raise NotFound(f"No tag with name: {key} in run with id {run_id}")

        await self._database.write(write)

    async def log_param(self, run_id: str, param: Tag) -> None:
        """
        Raises:
            InvalidParameterValue: a bad key, a deleted run, or another value than the one logged before.
            NotFound: no such run.
        """
        checked = checked_param(param)

        def write(connection: Connection) -> None:
            check_active(connection, run_id)
            logged = store.param(connection, run_id, checked.key)
            if logged is None:
                store.insert_params(connection, run_id, {checked.key: checked.value})
            elif logged != checked.value:
                raise InvalidParameterValue(
                    f"Changing param values is not allowed. Param with key='{checked.key}' was already logged with "
                    f"value='{logged}' for run ID='{run_id}'. Attempted logging new value '{checked.value}'."
                )

        await self._database.write(write)

    async def search(self, request: SearchRuns) -> tuple[list[Run], str]:
        """A page of runs and the token of the next one, empty at the end.

        Raises:
            InvalidParameterValue: experiment ids, filter, order, page token or max_results.
        """
        offset = parse_page_token(request.page_token)
        statement = search.statement(request)

        def read(connection: Connection) -> tuple[list[Run], bool]:
            ids = [row[0] for row in connection.all(statement, skip=offset)]
            infos = store.infos(connection, ids[: request.max_results])
            return whole_runs(connection, infos), len(ids) > request.max_results

        found, more = await self._database.read(read)
        return found, create_page_token(offset + request.max_results) if more else ""


_STATUS_NUMBERS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


def _status(status: str | int | None) -> str:
    """The status by its name or its protobuf number; empty when none was sent."""
    if status is None or status == "":
        return ""
    name = _STATUS_NUMBERS.get(int(status), "") if str(status).isdigit() else str(status)
    if name not in ACTIVE_STATUSES:
        raise InvalidParameterValue(
            f"Invalid value '{status}' for parameter 'status' supplied: one of {', '.join(ACTIVE_STATUSES)}."
        )
    return name
