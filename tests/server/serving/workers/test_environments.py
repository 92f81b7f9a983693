"""Models with an environment of their own: built by uv, from the package registry that this machine uses."""

import json
from pathlib import Path

import pytest

from brickyard.server.serving.workers.failures import ModelLoadFailed
from tests.scoring import models
from tests.server.serving.workers.conftest import Lab, run

ELDER = "2.2.3"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_model_that_clashes_runs_with_its_own_libraries(tmp_path: Path, sockets: Path) -> None:
    path = models.save(tmp_path / "m", models.Environment(), requirements=["mlflow", f"pandas=={ELDER}"], name="string")

    async def test(lab: Lab) -> None:
        server = await lab.start(path, environment_vars={"MARK": "seen"})
        body = json.dumps({"dataframe_records": [{"name": "pandas"}, {"name": "MARK"}]}).encode()
        assert json.loads((await server.score(body, "")).body) == {"predictions": [ELDER, "seen"]}
        assert f"it requires pandas=={ELDER}" in server.build_log()
        assert "$ uv pip install" in server.build_log()
        again = await lab.start(path, served_entity="m-2")
        assert "is there already" in again.build_log()
        assert json.loads((await again.score(body, "")).body)["predictions"][0] == ELDER

    run(tmp_path, sockets, test, seconds=380)


def test_an_environment_that_cannot_be_built_is_told(tmp_path: Path, sockets: Path) -> None:
    path = models.save(
        tmp_path / "m", models.Environment(), requirements=["mlflow", "pandas==2.2.3", "numpy==0.0.1"], name="string"
    )

    async def test(lab: Lab) -> None:
        with pytest.raises(ModelLoadFailed, match=r"cannot be built: .*numpy"):
            await lab.start(path)

    run(tmp_path, sockets, test, seconds=100)
