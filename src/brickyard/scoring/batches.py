"""Answering requests that came together: one predict for all that may share it, each request's own answer for each.

Whether a model's predictions are row by row cannot be known from outside. So it is audited: of the first, second,
fourth, eighth … shared predict some requests are computed alone as well, and at the first difference beyond rounding
the requests of this model are computed one by one from then on.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from brickyard.scoring.comparison import same
from brickyard.scoring.model import Model
from brickyard.scoring.parts import Part, merged, read_part
from brickyard.scoring.protocol import bodies, stock
from brickyard.scoring.protocol.answers import Answer
from brickyard.scoring.protocol.columns import Columns

MAX_AUDITED = 4
MAX_FAILED_TOGETHER = 3


class Request(NamedTuple):
    """One body to score."""

    id: int
    content_type: str
    body: bytes


class Asked(NamedTuple):
    """A request and its input."""

    id: int
    part: Part


class NotRowByRow(Exception):
    """The model does not give one prediction per row."""


class Batches:
    """Answers requests with a model.

    Args:
        model: used by this object alone.
        together: whether requests may share a predict.
    """

    def __init__(self, model: Model, *, together: bool = True) -> None:
        self.together = together
        self._model = model
        self._shared = 0
        self._failed = 0

    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Each request's id and answer, in the order in which they get ready."""
        together = self.together and len(requests) > 1
        groups: dict[Any, list[Asked]] = {}
        for number, request in enumerate(requests):
            part = read_part(self._model, bodies.read(request.body, request.content_type), together=together)
            key = part.key if together and part.key is not None else number
            groups.setdefault(key, []).append(Asked(request.id, part))
        for group in groups.values():
            yield from self._answer_group(group)

    def _answer_group(self, group: Sequence[Asked]) -> Iterator[tuple[int, Answer]]:
        if len(group) == 1:
            yield group[0].id, self._answer_one(group[0].part)
            return
        if not self.together:
            for asked in group:
                yield asked.id, self._answer_one(asked.part)
            return
        try:
            answers = self._answer_shared([asked.part for asked in group])
        except NotRowByRow as error:
            self._stop_sharing(str(error))
            yield from self._answer_group(group)
        except BaseException as error:  # reason: the edge to the model; one of the requests is to blame, or sharing is
            yield from self._answer_halves(group, error)
        else:
            yield from zip([asked.id for asked in group], answers, strict=True)

    def _answer_halves(self, group: Sequence[Asked], error: BaseException) -> Iterator[tuple[int, Answer]]:
        if len(group) > 2:
            half = len(group) // 2
            yield from self._answer_group(group[:half])
            yield from self._answer_group(group[half:])
            return
        answers = [(asked.id, self._answer_one(asked.part)) for asked in group]
        if all(answer.status == 200 for _, answer in answers):
            self._failed += 1
            if self._failed >= MAX_FAILED_TOGETHER:
                self._stop_sharing(f"together they fail, alone they do not ({stock.describe(error)})")
        yield from answers

    def _answer_one(self, part: Part) -> Answer:
        if isinstance(part.data, Columns):
            try:
                return stock.success(stock.jsonable(self._model.scorer.predict(part.data)))
            except BaseException as error:  # reason: the edge to the model; mlflow's functions word the answer
                print(f"{stock.describe(error)}; asked once more for the answer", file=sys.stderr)
        return stock.answer_alone(self._model.pyfunc, self._model.schema, part.body)

    def _answer_shared(self, parts: Sequence[Part]) -> list[Answer]:
        """
        Raises:
            NotRowByRow: the model's predictions cannot be told apart by rows.
            whatever the model raises.
        """
        predictions = self._predict(merged(parts))
        values = stock.jsonable(predictions)
        rows = sum(part.rows for part in parts)
        if not isinstance(predictions, (np.ndarray, pd.DataFrame, pd.Series, list)) or not isinstance(values, list):
            raise NotRowByRow(f"predictions of type {type(predictions).__name__} cannot be split")
        if len(values) != rows:
            raise NotRowByRow(f"{len(values)} predictions for {rows} rows")
        found = list(_split(values, parts))
        self._shared += 1
        if self._shared.bit_count() == 1:
            self._audit(parts, found, single=_is_single(predictions))
        return [stock.success(value) for value in found]

    def _audit(self, parts: Sequence[Part], found: Sequence[Any], *, single: bool) -> None:
        for number in {round(step * (len(parts) - 1) / (MAX_AUDITED - 1)) for step in range(MAX_AUDITED)}:
            alone = stock.jsonable(self._predict(parts[number].data))
            if not same(alone, found[number], single=single):
                raise NotRowByRow("predictions depend on the rows beside them, or on chance")

    def _predict(self, data: Any) -> Any:
        return self._model.scorer.predict(data) if isinstance(data, Columns) else self._model.pyfunc.predict(data)

    def _stop_sharing(self, reason: str) -> None:
        self.together = False
        print(f"Requests are computed one by one from here on: {reason}.", file=sys.stderr)


def _split(values: list[Any], parts: Iterable[Part]) -> Iterator[Any]:
    start = 0
    for part in parts:
        yield values[start : start + part.rows]
        start += part.rows


def _is_single(predictions: Any) -> bool:
    """Whether the numbers have single precision."""
    if isinstance(predictions, np.ndarray):
        return predictions.dtype in (np.float32, np.float16)
    if isinstance(predictions, pd.DataFrame):
        return any(dtype in (np.float32, np.float16) for dtype in predictions.dtypes)
    return isinstance(predictions, pd.Series) and predictions.dtype in (np.float32, np.float16)
