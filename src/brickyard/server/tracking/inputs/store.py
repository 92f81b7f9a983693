"""SQL of data sets, and of the edges between them, runs and logged models."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select

from brickyard.server.db.connection import Connection
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import datasets, input_tags, inputs
from brickyard.server.db.upsert import insert_new
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.inputs.wire import Dataset, DatasetInput, ModelInput, ModelOutput
from brickyard.server.tracking.runs.entities import RunInputs, RunOutputs

CHUNK = 500

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
    used: dict[str, list[DatasetInput]] = {}
    models: dict[str, list[ModelInput]] = {}
    for at in range(0, len(run_ids), CHUNK):
        chunk = run_ids[at : at + CHUNK]
        for run_id, entry in _dataset_inputs(connection, chunk):
            used.setdefault(run_id, []).append(entry)
        for run_id, model_id, _ in connection.all(_model_edges("RUN_INPUT", "MODEL_INPUT", chunk)):
            models.setdefault(run_id, []).append(ModelInput(model_id=model_id))
    return {
        run_id: RunInputs(dataset_inputs=used.get(run_id, []), model_inputs=models.get(run_id, []))
        for run_id in {*used, *models}
    }


def outputs_of_runs(connection: Connection, run_ids: Sequence[str]) -> dict[str, RunOutputs]:
    """Run id -> models that it made; runs that made none are left out."""
    made: dict[str, list[ModelOutput]] = {}
    for at in range(0, len(run_ids), CHUNK):
        edges = _model_edges("RUN_OUTPUT", "MODEL_OUTPUT", run_ids[at : at + CHUNK])
        for run_id, model_id, step in connection.all(edges):
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


def _model_edges(kind: str, target_kind: str, run_ids: Sequence[str]) -> Any:
    return select(inputs.c.source_id, inputs.c.destination_id, inputs.c.step).where(
        inputs.c.source_type == kind, inputs.c.source_id.in_(run_ids), inputs.c.destination_type == target_kind
    )


def _dataset_inputs(connection: Connection, run_ids: Sequence[str]) -> list[tuple[str, DatasetInput]]:
    edges = connection.all(
        select(
            inputs.c.input_uuid,
            inputs.c.destination_id,
            datasets.c.name,
            datasets.c.digest,
            datasets.c.dataset_source_type,
            datasets.c.dataset_source,
            datasets.c.dataset_schema,
            datasets.c.dataset_profile,
        )
        .select_from(inputs.join(datasets, inputs.c.source_id == datasets.c.dataset_uuid))
        .where(inputs.c.destination_type == "RUN", inputs.c.destination_id.in_(run_ids))
    )
    if not edges:
        return []
    tags: dict[str, list[Tag]] = {}
    edge_ids = [row[0] for row in edges]
    for at in range(0, len(edge_ids), CHUNK):
        of_edges = select(input_tags.c.input_uuid, input_tags.c.name, input_tags.c.value).where(
            input_tags.c.input_uuid.in_(edge_ids[at : at + CHUNK])
        )
        for edge, name, value in connection.all(of_edges):
            tags.setdefault(edge, []).append(Tag(name, value))
    return [
        (
            run_id,
            DatasetInput(
                tags=tags.get(edge, []),
                dataset=Dataset(
                    name=name,
                    digest=digest,
                    source_type=source_type,
                    source=source,
                    schema=schema or "",
                    profile=profile or "",
                ),
            ),
        )
        for edge, run_id, name, digest, source_type, source, schema, profile in edges
    ]
