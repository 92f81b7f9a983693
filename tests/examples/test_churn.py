"""The churn example end to end, as `brickyard demo` and `brickyard run` run it, twice on one home; and its gate."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from deltalake import DeltaTable

from brickyard.notebook.server_of_home import find_server
from tests.conftest import LiveServer, clean_environment, free_port

EXAMPLE = Path(__file__).parents[2] / "examples" / "churn"
MODEL = "telco-churn"

pytestmark = [pytest.mark.slow, pytest.mark.spark, pytest.mark.timeout(400)]


@dataclass(frozen=True, kw_only=True)
class Demonstrated:
    """A home after two demos, its server and what the demos wrote to the terminal."""

    server: LiveServer
    outputs: tuple[str, ...]

    def get(self, path: str, /, **query: str) -> "requests.Response":
        return self.server.get(path, params=query)


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstrated]:
    live = LiveServer(tmp_path_factory.mktemp("churn") / "home")
    first = _brickyard(live, "demo", "--port", str(free_port()))  # starts a server of its own, and stops it
    assert first.returncode == 0, first.stdout + first.stderr
    assert find_server(live.home) is None
    live.start()
    second = _brickyard(live, "demo")
    assert second.returncode == 0, second.stdout + second.stderr
    yield Demonstrated(server=live, outputs=(first.stdout, second.stdout))
    live.stop()


def test_the_terminal_shows_quality_and_links_and_nothing_else(demonstrated: Demonstrated) -> None:
    first, second = demonstrated.outputs
    assert "The server of the demo stops now" in first
    assert f"{demonstrated.server.url}/#/models/{MODEL}/versions/2" in second
    for output in demonstrated.outputs:
        steps = [line for line in output.splitlines() if line.startswith("✓ ")]
        assert len(steps) >= 9
        assert all(line.endswith(" s") for line in steps)
        assert "Warning" not in output
        assert "Traceback" not in output


def test_every_customer_is_scored_by_the_production_version(demonstrated: Demonstrated) -> None:
    with (EXAMPLE / "telco_churn.csv").open(newline="") as file:
        customers = {row["customerID"] for row in csv.DictReader(file)}
    answer = demonstrated.get("/api/2.1/unity-catalog/tables/main.churn.predictions").json()
    table = DeltaTable(answer["storage_location"])
    rows = table.to_pyarrow_table().to_pandas()
    assert table.version() == 1
    assert len(rows) == len(customers) == 7043
    assert set(rows.customerID) == customers
    assert rows.churn_probability.between(0, 1).all()
    assert set(rows.model_version) == {2}


def test_the_second_version_replaces_the_first(demonstrated: Demonstrated) -> None:
    found = demonstrated.get("/api/2.0/mlflow/model-versions/search", filter=f"name='{MODEL}'").json()["model_versions"]
    assert {v["version"]: v["current_stage"] for v in found} == {"1": "Archived", "2": "Production"}
    alias = demonstrated.get("/api/2.0/mlflow/registered-models/alias", name=MODEL, alias="champion").json()
    assert alias["model_version"]["version"] == "2"


def test_the_run_has_its_quality_plots_and_table(demonstrated: Demonstrated) -> None:
    version = demonstrated.get("/api/2.0/mlflow/model-versions/get", name=MODEL, version="2").json()["model_version"]
    run = demonstrated.get("/api/2.0/mlflow/runs/get", run_id=version["run_id"]).json()["run"]
    metrics = {m["key"]: m["value"] for m in run["data"]["metrics"]}
    assert metrics["roc_auc"] > 0.82
    assert metrics["accuracy_score"] > 0.78
    assert metrics["example_count"] == 1409
    assert "training_roc_auc" in metrics
    plots = demonstrated.get("/api/2.0/mlflow/artifacts/list", run_id=version["run_id"], path="plots").json()["files"]
    names = {file["path"]: int(file["file_size"]) for file in plots}
    assert set(names) == {f"plots/{name}.png" for name in ("confusion_matrix", "roc_curve", "feature_importance")}
    assert min(names.values()) > 5000
    inputs = {used["dataset"]["name"]: used["dataset"] for used in run["inputs"]["dataset_inputs"]}
    source = json.loads(inputs["main.churn.features@v1"]["source"])
    assert (source["delta_table_name"], source["delta_table_version"]) == ("main.churn.features", 1)
    tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
    assert json.loads(tags["mlflow.brickyard.tables"])["main.churn.features"] == 1


def test_the_gate_refuses_a_bad_model_and_production_stays(demonstrated: Demonstrated) -> None:
    data = f"csv={EXAMPLE / 'telco_churn.csv'}"
    done = _brickyard(demonstrated.server, "run", "--param", "trees=1", "--param", data, file=str(EXAMPLE / "churn.py"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ModelValidationFailedException" in done.stderr
    assert "recall_score" in done.stderr
    latest = demonstrated.get("/api/2.0/mlflow/model-versions/search", filter=f"name='{MODEL}'").json()
    assert len(latest["model_versions"]) == 2


def _brickyard(live: LiveServer, command: str, *options: str, file: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            *(sys.executable, "-m", "brickyard.cli.main", command, "--home", str(live.home)),
            *options,
            *([file] if file else []),
        ],
        cwd=live.home.parent,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=180,
    )
