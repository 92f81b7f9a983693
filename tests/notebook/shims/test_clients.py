"""The shims on the installed clients, in processes of their own; and on releases that do not need them."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from types import ModuleType

from brickyard.notebook.shims import CLIENT_SHIMS, endpoint_config, sdk_enums, sdk_logs, sklearn_format
from tests.notebook.conftest import RunFile


def check(run_file: RunFile, text: str) -> str:
    done = run_file(text)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_endpoint_config_without_name(run_file: RunFile) -> None:
    check(
        run_file,
        """
from databricks.sdk.service.serving import EndpointCoreConfigInput, ServedModelInput
model = ServedModelInput(model_name="m", model_version="3", workload_size="Small", scale_to_zero_enabled=True)
config = EndpointCoreConfigInput(served_models=[model])
assert config.as_dict() == {"served_models": [model.as_dict()]}, config.as_dict()
assert EndpointCoreConfigInput("n").as_dict() == {"name": "n"}
assert EndpointCoreConfigInput(name="n", served_models=[model]).name == "n"
assert EndpointCoreConfigInput.from_dict(config.as_dict()).as_dict() == config.as_dict()
assert EndpointCoreConfigInput("a") != EndpointCoreConfigInput("b")
""",
    )


def test_enums_equal_their_strings(run_file: RunFile) -> None:
    check(
        run_file,
        """
import copy, pickle
from databricks.sdk.service.serving import EndpointStateReady, EndpointStateConfigUpdate, EndpointState
from databricks.sdk.service.catalog import DataSourceFormat
state = EndpointState.from_dict({"ready": "READY", "config_update": "NOT_UPDATING"})
assert state.ready == "READY" and "READY" == state.ready and not state.ready != "READY"
assert state.ready != "NOT_READY" and state.ready == EndpointStateReady.READY
assert state.config_update == "NOT_UPDATING" and state.ready != EndpointStateConfigUpdate.IN_PROGRESS
assert str(state.ready) == "EndpointStateReady.READY" and repr(state.ready) == "<EndpointStateReady.READY: 'READY'>"
assert {state.ready: 1}["READY"] == 1 and {"READY": 1}[state.ready] == 1 and state.ready in ["READY"]
assert EndpointStateReady("READY") is state.ready and pickle.loads(pickle.dumps(state.ready)) is state.ready
assert copy.deepcopy(state) == state and state.as_dict() == {"ready": "READY", "config_update": "NOT_UPDATING"}
assert DataSourceFormat.DELTA == "DELTA" and state.ready != 1 and state.ready != None
""",
    )


def test_logs_iterate_by_line(run_file: RunFile) -> None:
    check(
        run_file,
        """
from databricks.sdk.service.serving import ServerLogsResponse, BuildLogsResponse
for cls in (ServerLogsResponse, BuildLogsResponse):
    logs = cls.from_dict({"logs": "one\\ntwo\\n"}).logs
    assert [line for line in logs] == ["one", "two"] and isinstance(logs, str) and "one" in logs
    assert logs == "one\\ntwo\\n" and logs.strip() == "one\\ntwo" and cls.from_dict({}).logs is None
""",
    )


def test_sklearn_saves_with_cloudpickle_and_without_a_caution(run_file: RunFile) -> None:
    done = run_file(
        """
import mlflow.sklearn, yaml
from sklearn.tree import DecisionTreeClassifier
mlflow.sklearn.save_model(DecisionTreeClassifier().fit([[0], [1]], [0, 1]), "saved", pip_requirements=["scikit-learn"])
flavor = yaml.safe_load(open("saved/MLmodel"))["flavors"]["sklearn"]
assert flavor["serialization_format"] == "cloudpickle", flavor
assert mlflow.sklearn.load_model("saved").predict([[1]])[0] == 1
"""
    )
    assert done.returncode == 0, done.stderr
    assert "exercising caution" not in done.stderr.replace("\n", " ")


def test_a_chosen_sklearn_format_is_kept(run_file: RunFile) -> None:
    check(
        run_file,
        """
import mlflow.sklearn, os
from sklearn.linear_model import LinearRegression
model = LinearRegression().fit([[0], [1]], [0, 1])
mlflow.sklearn.save_model(model, "saved", pip_requirements=["scikit-learn"], serialization_format="skops")
assert os.path.exists("saved/model.skops")
""",
    )


def test_shims_import_no_client(run_file: RunFile) -> None:
    out = check(run_file, "import sys; print([n for n in sys.modules if n.split('.')[0] in ('mlflow', 'databricks')])")
    assert out == "[]\n"


def test_getorcreate_of_another_address_is_left_alone(run_file: RunFile) -> None:
    check(
        run_file,
        """
import importlib
builder = importlib.import_module("py" + "spark.sql").__dict__["Spark" + "Session"].Builder
assert builder.getOrCreate.__wrapped__
""",
    )


def test_releases_that_do_not_need_them_are_left_as_they_are() -> None:
    empty = ModuleType("databricks.sdk.service.serving")
    for _, apply in CLIENT_SHIMS:
        apply(empty)
    assert [name for name in vars(empty) if not name.startswith("__")] == []

    @dataclass
    class EndpointCoreConfigInput:
        served_models: list[str] | None = None
        name: str | None = None

    before = EndpointCoreConfigInput.__init__
    older = ModuleType(endpoint_config.MODULE)
    older.__dict__["EndpointCoreConfigInput"] = EndpointCoreConfigInput
    endpoint_config.apply(older)
    assert EndpointCoreConfigInput.__init__ is before


def test_twice_is_once() -> None:
    @dataclass
    class EndpointCoreConfigInput:
        name: str
        served_models: list[str] | None = None

    @dataclass
    class ServerLogsResponse:
        logs: str

    class Ready(Enum):
        READY = "READY"

    class Modern(StrEnum):
        READY = "READY"

    class Numbers(Enum):
        ONE = 1

    module = ModuleType("databricks.sdk.service.serving")
    for cls in (EndpointCoreConfigInput, ServerLogsResponse, Ready, Modern, Numbers):
        cls.__module__ = module.__name__
        module.__dict__[cls.__name__] = cls
    for _ in range(2):
        endpoint_config.apply(module)
        sdk_logs.apply(module)
        sdk_enums.apply(module)
        sklearn_format.apply(module)
    assert EndpointCoreConfigInput().name is None  # type: ignore[call-arg]
    assert not hasattr(EndpointCoreConfigInput.__init__.__wrapped__, "__wrapped__")  # type: ignore[attr-defined]
    assert list(ServerLogsResponse("a\nb").logs) == ["a", "b"]
    assert not hasattr(ServerLogsResponse.__init__.__wrapped__, "__wrapped__")  # type: ignore[attr-defined]
    assert Ready.READY == "READY"  # type: ignore[comparison-overlap]
    assert "__eq__" not in vars(Modern)
    assert Numbers.ONE != 1  # type: ignore[comparison-overlap]
