"""What is shared, what is not, and who pays for a bad request."""

import json
from pathlib import Path
from typing import Any

import pytest

from brickyard.scoring.batches import Batches, Request
from brickyard.scoring.comparison import same
from brickyard.scoring.model import Model
from tests.scoring import models

pytestmark = pytest.mark.filterwarnings("ignore:.*")


class Counted:
    """A scorer that notes how many rows it is given at a time."""

    name = "counted"

    def __init__(self, scorer: Any) -> None:
        self._scorer = scorer
        self.rows: list[int] = []

    def predict(self, columns: Any) -> Any:
        self.rows.append(columns.rows)
        return self._scorer.predict(columns)


def counted(model: Model) -> Counted:
    scorer = Counted(model.scorer)
    model.scorer = scorer
    return scorer


def requests(name: str, *values: Any, **more: Any) -> list[Request]:
    return [
        Request(i, "", json.dumps({"dataframe_records": [{name: value}], **more}).encode())
        for i, value in enumerate(values)
    ]


def answers(batches: Batches, asked: list[Request]) -> list[tuple[int, Any]]:
    found = dict(batches.answer(asked))
    assert found.keys() == {request.id for request in asked}
    return [(found[request.id].status, json.loads(found[request.id].body)) for request in asked]


def predictions(batches: Batches, asked: list[Request]) -> list[Any]:
    return [body["predictions"] for _, body in answers(batches, asked)]


def test_requests_share_a_predict(tmp_path: Path) -> None:
    model = Model(str(models.save(tmp_path / "m", models.Scaled(), x="double")))
    scorer = counted(model)
    batches = Batches(model)
    for _ in range(5):
        assert predictions(batches, requests("x", 1.0, 2.5, None, 4)) == [
            [1.0],
            [2.5],
            [pytest.approx(float("nan"), nan_ok=True)],
            [4.0],
        ]
    # Audited with the first, second and fourth: each time all four requests alone as well.
    assert [rows for rows in scorer.rows if rows > 1] == [4] * 5
    assert len([rows for rows in scorer.rows if rows == 1]) == 3 * 4


def test_requests_with_params_are_computed_alone(tmp_path: Path) -> None:
    batches = Batches(Model(str(models.save(tmp_path / "m", models.Scaled(), x="double"))))
    asked = requests("x", 1.0, 2.0, params={"factor": 3.0})
    asked += [
        Request(7, "", b'{"dataframe_records": [{"x": 5.0}]}'),
        Request(8, "", b'{"dataframe_records": [{"x": 6}]}'),
    ]
    assert predictions(batches, asked) == [[3.0], [6.0], [5.0], [6.0]]
    status, told = answers(batches, requests("x", 1.0, params={"factor": "many"}))[0]
    assert status == 400
    assert "factor" in told["message"] or "many" in told["message"]


@pytest.mark.parametrize("model", [models.Centred(), models.Summed()])
def test_a_model_that_is_not_row_by_row_is_found_out_before_it_answers_wrongly(
    tmp_path: Path, model: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    loaded = Model(str(models.save(tmp_path / "m", model, x="double")))
    expected = [[0.0]] * 3 if isinstance(model, models.Centred) else [[1.0], [2.0], [6.0]]
    batches = Batches(loaded)
    for _ in range(2):
        assert predictions(batches, requests("x", 1.0, 2.0, 6.0)) == expected
    assert not batches.together
    assert "computed one by one from here on" in capfd.readouterr().err


def test_a_bad_request_fails_alone(tmp_path: Path) -> None:
    model = Model(str(models.save(tmp_path / "m", models.Faulty(), order="string")))
    scorer = counted(model)
    batches = Batches(model)
    orders = ["a", "b", "raise", "c", "sys.exit", "d", "e", "f"]
    found = answers(batches, requests("order", *orders))
    assert [status for status, _ in found] == [200, 200, 400, 200, 400, 200, 200, 200]
    assert found[0][1] == {"predictions": ["did a"]}
    assert found[2][1]["error_code"] == "BAD_REQUEST"
    assert found[2][1]["message"].endswith("Error 'ValueError: this row is bad'")
    assert batches.together
    assert max(scorer.rows) > 2


def test_a_wrong_type_does_not_reach_the_others(churn: Model) -> None:
    good = {"contract": "One year", "tenure": 2, "charges": 20.5}
    rows = [good, {**good, "tenure": "x"}, {**good, "charges": None}, {"contract": "One year"}, good]
    asked = [Request(i, "", json.dumps({"dataframe_records": [row]}).encode()) for i, row in enumerate(rows)]
    found = answers(Batches(churn), asked)
    assert [status for status, _ in found] == [200, 400, 400, 400, 200]
    assert found[0] == found[4]


def test_nothing_is_shared_when_told_so(tmp_path: Path) -> None:
    model = Model(str(models.save(tmp_path / "m", models.Scaled(), x="double")))
    scorer = counted(model)
    assert predictions(Batches(model, together=False), requests("x", 1.0, 2.0)) == [[1.0], [2.0]]
    assert scorer.rows == [1, 1]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ([1.0, float("nan")], [1.0, float("nan")], True),
        ([1.0], [1.0 + 1e-13], True),
        ([1.0], [1.0 + 1e-7], False),
        ({"a": [1, "x"]}, {"a": [1, "x"]}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1], [1.0], False),
        ([[1]], [[1], [2]], False),
        (None, None, True),
    ],
)
def test_comparison(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert same([0.5], [0.5 + 1e-6], single=True)
