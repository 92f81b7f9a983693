"""SQL of data sets, and of the edges between them, runs and logged models."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select

from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.lookups import rows_by_key
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import datasets, input_tags, inputs
from brickyard.server.db.upsert import insert_new
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.inputs.wire import Dataset, DatasetInput, ModelInput, ModelOutput
from brickyard.server.tracking.runs.entities import RunInputs, RunOutputs

_DATASET_ID = Statement(
    select(datasets.c.dataset_uuid).where(
        datasets.c.experiment_id == bindparam("of"),
        datasets.c.name == bindparam("called"),
        datasets.c.digest == bindparam("with_digest"),
    )
)
_INSERT_DATASET = Statement(insert(datasets))
_INSERT_EDGE = insert_new(inputs)
_INSERT_TAG = insert_new(input_tags)


def dataset_id(connection: Connection, experiment_id: int, dataset: Dataset) -> str:
    """The id of a data set of an experiment, which is stored if it is new."""
    row = connection.one(_DATASET_ID, of=experiment_id, called=dataset.name, with_digest=dataset.digest)
    if row is not None:
        return str(row[0])
    new = uuid.uuid4().hex
    connection.execute(
        _INSERT_DATASET,
        dataset_uuid=new,
        experiment_id=experiment_id,
        name=dataset.name,
        digest=dataset.digest,
        dataset_source_type=dataset.source_type,
        dataset_source=dataset.source,
        dataset_schema=dataset.schema or None,
        dataset_profile=dataset.profile or None,
    )
    return new


def use_dataset(connection: Connection, run_id: str, dataset: str, tags: Sequence[Tag]) -> None:
    """Note that a run used a data set; tags count when this is the first time, as with the stock server."""
    edge = uuid.uuid4().hex
    if _insert_edge(connection, edge, ("DATASET", dataset), ("RUN", run_id)):
        connection.many(_INSERT_TAG, [{"input_uuid": edge, "name": tag.key, "value": tag.value} for tag in tags])


def use_model(connection: Connection, run_id: str, model_id: str) -> None:
    _insert_edge(connection, uuid.uuid4().hex, ("RUN_INPUT", run_id), ("MODEL_INPUT", model_id))


def make_model(connection: Connection, run_id: str, model_id: str, step: int) -> None:
    _insert_edge(connection, uuid.uuid4().hex, ("RUN_OUTPUT", run_id), ("MODEL_OUTPUT", model_id), step)


def inputs_of_runs(connection: Connection, run_ids: Sequence[str]) -> dict[str, RunInputs]:
    """Run id -> data sets and models that it used; runs that used nothing are left out."""
    used = _dataset_inputs(connection, run_ids)
    models: dict[str, list[ModelInput]] = {}
    for run_id, model_id, _ in _model_edges(connection, ("RUN_INPUT", "MODEL_INPUT"), run_ids):
        models.setdefault(run_id, []).append(ModelInput(model_id=model_id))
    return {
        run_id: RunInputs(dataset_inputs=used.get(run_id, []), model_inputs=models.get(run_id, []))
        for run_id in {*used, *models}
    }


def outputs_of_runs(connection: Connection, run_ids: Sequence[str]) -> dict[str, RunOutputs]:
    """Run id -> models that it made; runs that made none are left out."""
    made: dict[str, list[ModelOutput]] = {}
    for run_id, model_id, step in _model_edges(connection, ("RUN_OUTPUT", "MODEL_OUTPUT"), run_ids):
        made.setdefault(run_id, []).append(ModelOutput(model_id=model_id, step=step))
    return {run_id: RunOutputs(model_outputs=outputs) for run_id, outputs in made.items()}


def datasets_of_experiments(connection: Connection, experiment_ids: Sequence[int], limit: int) -> list[dict[str, Any]]:
    """The data sets of experiments, newest names first, with the context of their use."""
    context = input_tags.c.value.label("context")
    statement = (
        select(datasets.c.experiment_id, datasets.c.name, datasets.c.digest, context)
        .select_from(
            datasets.join(inputs, inputs.c.source_id == datasets.c.dataset_uuid).outerjoin(
                input_tags,
                (input_tags.c.input_uuid == inputs.c.input_uuid) & (input_tags.c.name == "mlflow.data.context"),
            )
        )
        .where(datasets.c.experiment_id.in_(experiment_ids), inputs.c.destination_type == "RUN")
        .distinct()
        .order_by(datasets.c.name, datasets.c.digest)
        .limit(limit)
    )
    return [
        {"experiment_id": str(number), "name": name, "digest": digest, **({"context": used} if used else {})}
        for number, name, digest, used in connection.all(statement)
    ]


def _insert_edge(
    connection: Connection, edge: str, source: tuple[str, str], target: tuple[str, str], step: int = 0
) -> bool:
    """Whether the edge is new. Its ends are kind and id."""
    changed = connection.execute(
        _INSERT_EDGE,
        input_uuid=edge,
        source_type=source[0],
        source_id=source[1],
        destination_type=target[0],
        destination_id=target[1],
        step=step,
    )
    return changed > 0


def _model_edges(connection: Connection, kinds: tuple[str, str], run_ids: Sequence[str]) -> Iterator[Row]:
    """Run id, model id and step."""
    edge = inputs.c
    columns = (edge.source_id, edge.destination_id, edge.step, edge.source_type, edge.destination_type)
    for run_id, model_id, step, *found in rows_by_key(connection, edge.source_id, columns, run_ids):
        if tuple(found) == kinds:
            yield run_id, model_id, step


def _dataset_inputs(connection: Connection, run_ids: Sequence[str]) -> dict[str, list[DatasetInput]]:
    edge = inputs.c
    columns = (edge.input_uuid, edge.destination_id, edge.source_id, edge.source_type, edge.destination_type)
    edges = [
        row for row in rows_by_key(connection, edge.destination_id, columns, run_ids) if row[3:] == ("DATASET", "RUN")
    ]
    used = _datasets(connection, sorted({row[2] for row in edges}))
    tags: dict[str, list[Tag]] = {}
    of_edge = (input_tags.c.input_uuid, input_tags.c.name, input_tags.c.value)
    for edge_id, name, value in rows_by_key(connection, input_tags.c.input_uuid, of_edge, [row[0] for row in edges]):
        tags.setdefault(edge_id, []).append(Tag(name, value))
    found: dict[str, list[DatasetInput]] = {}
    for edge_id, run_id, dataset_id, *_ in edges:
        if dataset_id in used:
            entry = DatasetInput(tags=tags.get(edge_id, []), dataset=used[dataset_id])
            found.setdefault(run_id, []).append(entry)
    return found


def _datasets(connection: Connection, ids: Sequence[str]) -> dict[str, Dataset]:
    table = datasets.c
    columns = (
        table.dataset_uuid,
        table.name,
        table.digest,
        table.dataset_source_type,
        table.dataset_source,
        table.dataset_schema,
        table.dataset_profile,
    )
    return {
        dataset_id: Dataset(
            name=name,
            digest=digest,
            source_type=source_type,
            source=source,
            schema=schema or "",
            profile=profile or "",
        )
        for dataset_id, name, digest, source_type, source, schema, profile in rows_by_key(
            connection, table.dataset_uuid, columns, ids
        )
    }
