"""A live server with the kinds of things that the MLflow web UI shows, made by the stock client."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag

from tests.conftest import LiveServer

SIGNATURE = '[{"type": "double", "name": "tenure_months", "required": true}]'
MLMODEL = f"""flavors:
  python_function: {{loader_module: mlflow.sklearn, python_version: 3.11.7}}
model_uuid: 0123456789abcdef
signature:
  inputs: '{SIGNATURE}'
  outputs: '[{{"type": "long", "required": true}}]'
"""
NOTE = "the note of the first trial"


@dataclass(frozen=True, kw_only=True)
class Site:
    """What was logged. `runs` by name; the model has versions 1 (Archived), 2 (Production, champion), 3 (None)."""

    server: LiveServer
    client: MlflowClient
    experiment_id: str
    runs: dict[str, str]
    model_id: str
    experiment: str = "churn study"
    model: str = "churn_model"

    @property
    def experiment_page(self) -> str:
        return f"/#/experiments/{self.experiment_id}"

    def run_page(self, name: str, tab: str = "") -> str:
        return f"{self.experiment_page}/runs/{self.runs[name]}{tab}"

    @property
    def upstream(self) -> str:
        state: str = self.server.get("/api/brickyard/status").json()["upstream"]
        return state


def build_site(server: LiveServer, folder: Path) -> Site:
    client = MlflowClient(tracking_uri=server.url, registry_uri=server.url)
    experiment_id = client.create_experiment("churn study", tags={"mlflow.note.content": "which customers leave"})
    runs = {f"trial-{number}": _log_trial(client, experiment_id, number) for number in range(4)}
    child_tags = {"mlflow.parentRunId": runs["trial-3"]}
    child = client.create_run(experiment_id, run_name="child-of-3", tags=child_tags).info.run_id
    client.set_terminated(child)
    first = runs["trial-0"]
    _log_files(client, first)
    model_id = _log_model(client, experiment_id, first, folder)
    client.create_registered_model("churn_model", tags={"owner": "retention team"}, description="predicts churn")
    for source in ("trial-1", "trial-2", "trial-0"):
        client.create_model_version(
            "churn_model",
            f"models:/{model_id}",
            runs[source],
            tags={"origin": source},
            description=f"from {source}",
            model_id=model_id,
        )
    for version, stage in (("1", "Archived"), ("2", "Production")):
        moved = {"name": "churn_model", "version": version, "stage": stage, "archive_existing_versions": False}
        server.post("/api/2.0/mlflow/model-versions/transition-stage", moved).raise_for_status()
    client.set_registered_model_alias("churn_model", "champion", "2")
    return Site(
        server=server, client=client, experiment_id=experiment_id, runs={**runs, "child": child}, model_id=model_id
    )


def _log_trial(client: MlflowClient, experiment_id: str, number: int) -> str:
    run_id = client.create_run(experiment_id, run_name=f"trial-{number}").info.run_id
    losses = [Metric("loss", 1 / (step + 1) + number / 10, 1700000000000 + step, step) for step in range(20)]
    metrics = [*losses, Metric("rmse", 3.25 + number, 1700000000000, 0), Metric("val/auc", 0.5, 1700000000000, 0)]
    params = [Param("depth", str(number + 2)), Param("kind", "linear" if number % 2 else "tree")]
    client.log_batch(run_id, metrics, params, [RunTag("phase", "search")])
    client.set_terminated(run_id)
    return str(run_id)


def _log_files(client: MlflowClient, run_id: str) -> None:
    client.set_tag(run_id, "mlflow.note.content", NOTE)
    client.log_text(run_id, "hello from a text file", "notes/readme.txt")
    client.log_dict(run_id, {"answer": {"depth": 42}}, "notes/config.json")
    client.log_text(run_id, "city,churned\nGouda,17\n", "notes/data.csv")
    client.log_text(run_id, "# A headline\n\nmarkdown body\n", "notes/page.md")
    client.log_text(run_id, "<html><body><h1>Html body</h1></body></html>", "notes/page.html")
    client.log_image(run_id, np.full((30, 40, 3), 200, dtype=np.uint8), "images/grey.png")
    client.log_table(run_id, {"question": ["what"], "reply": ["bricks"]}, "eval.json")
    for step in range(2):
        client.log_metric(run_id, "system/cpu_utilization_percentage", 12.5 + step, step=step)
    dataset = Dataset("customers", "244437a9", "local", '{"uri": "/data/customers.csv"}', profile='{"num_rows": 7043}')
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])


def _log_model(client: MlflowClient, experiment_id: str, run_id: str, folder: Path) -> str:
    model = client.create_logged_model(
        experiment_id, "forest", run_id, params={"trees": "100"}, model_type="classifier"
    )
    (folder / "MLmodel").write_text(MLMODEL)
    (folder / "requirements.txt").write_text("scikit-learn==1.9.1\n")
    client.log_model_artifacts(model.model_id, str(folder))
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    client.log_metric(run_id, "test_accuracy", 0.8125, model_id=model.model_id)
    client.finalize_logged_model(model.model_id, "READY")
    return str(model.model_id)
