"""Calls of inputs, outputs and logged models."""

from tests.server.stock_calls.call import TIME, get, post, send

_DATASET = {"name": "telco", "digest": "d1", "source_type": "local", "source": "{}", "schema": "{}"}

MODELS_OF_RUNS = (
    post(
        "inputs: log",
        "runs/log-inputs",
        run_id="{r}",
        datasets=[{"dataset": _DATASET, "tags": [{"key": "mlflow.data.context", "value": "train"}]}],
    ),
    post("inputs: log again", "runs/log-inputs", run_id="{r}", datasets=[{"dataset": _DATASET}]),
    post(
        "inputs: no name",
        "runs/log-inputs",
        run_id="{r2}",
        datasets=[{"dataset": {"digest": "d", "source_type": "x", "source": "y"}}],
    ),
    post("inputs: long name", "runs/log-inputs", run_id="{r}", datasets=[{"dataset": {**_DATASET, "name": "n" * 501}}]),
    post("inputs: no run", "runs/log-inputs", datasets=[]),
    post("inputs: unknown run", "runs/log-inputs", run_id="f" * 32, datasets=[{"dataset": _DATASET}]),
    get("inputs: shown", "runs/get", run_id="{r}"),
    post(
        "logged model: create",
        "logged-models",
        {"m": "model.info.model_id"},
        experiment_id="{e}",
        name="forest",
        model_type="sklearn",
        source_run_id="{r}",
        params=[{"key": "p", "value": "1"}],
        tags=[{"key": "t", "value": "1"}],
    ),
    post("logged model: bad name", "logged-models", experiment_id="{e}", name="a/b"),
    post("logged model: no experiment", "logged-models", name="x"),
    post("logged model: unknown experiment", "logged-models", experiment_id="999999", name="x"),
    get("logged model: get", "logged-models/{m}"),
    get("logged model: get unknown", "logged-models/m-" + "f" * 32),
    send("PATCH", "logged model: finalise", "logged-models/{m}", model_id="{m}", status="LOGGED_MODEL_READY"),
    send(
        "PATCH", "logged model: set tags", "logged-models/{m}/tags", model_id="{m}", tags=[{"key": "u", "value": "2"}]
    ),
    send("DELETE", "logged model: delete tag", "logged-models/{m}/tags/u"),
    send("DELETE", "logged model: delete missing tag", "logged-models/{m}/tags/u"),
    post("logged model: params", "logged-models/{m}/params", model_id="{m}", params=[{"key": "q", "value": "2"}]),
    post("outputs: log", "runs/outputs", run_id="{r}", models=[{"model_id": "{m}", "step": 1}]),
    post("outputs: unknown run", "runs/outputs", run_id="f" * 32, models=[{"model_id": "{m}"}]),
    post(
        "metric: of a model",
        "runs/log-metric",
        run_id="{r}",
        key="auc",
        value=0.9,
        timestamp=TIME,
        model_id="{m}",
        dataset_name="telco",
        dataset_digest="d1",
    ),
    get("logged model: with metric", "logged-models/{m}"),
    post("logged model: search", "logged-models/search", experiment_ids=["{e}"]),
    post("logged model: search by metric", "logged-models/search", experiment_ids=["{e}"], filter="metrics.auc > 0.5"),
    post("logged model: search by param", "logged-models/search", experiment_ids=["{e}"], filter="params.p = '2'"),
    post("logged model: search bad filter", "logged-models/search", experiment_ids=["{e}"], filter="colour = 'x'"),
    post("logged model: search none", "logged-models/search"),
    send("PATCH", "logged model: bad status", "logged-models/{m}", model_id="{m}", status="DONE"),
    send("DELETE", "logged model: delete", "logged-models/{m}"),
    get("logged model: get deleted", "logged-models/{m}"),
    send("DELETE", "logged model: delete unknown", "logged-models/m-" + "f" * 32),
)
