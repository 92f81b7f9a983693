"""Rows inserted by the hundred are those inserted one by one."""

import random

import pytest
from sqlalchemy import insert, select

from brickyard.server.db.blocks import ROWS, BlockInsert
from brickyard.server.db.connection import Connection, ConstraintViolated, Row
from brickyard.server.db.engine import Engine
from brickyard.server.db.own_tables import tokens
from brickyard.server.db.statements import Statement
from brickyard.server.db.upsert import insert_new, upsert

_ALL = Statement(select(tokens).order_by(tokens.c.token_id))


def _rows(count: int, *, seed: int = 1) -> list[Row]:
    source = random.Random(seed)
    return [(f"id {n:04d}", f"{source.random()}", "ü '\"", "", source.randrange(2**40), None, n) for n in range(count)]


def _stored(connection: Connection) -> list[Row]:
    return [tuple(row) for row in connection.all(_ALL)]


@pytest.mark.parametrize("count", [0, 1, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS + 7])
def test_every_row_is_stored_once(engine: Engine, count: int) -> None:
    connection = engine.connect()
    rows = _rows(count)
    random.Random(2).shuffle(rows)
    BlockInsert(tokens, Statement(insert(tokens))).run(connection, rows)
    assert _stored(connection) == sorted(rows)
    connection.close()


def test_rows_that_are_there_stay_or_change_as_the_statement_says(engine: Engine) -> None:
    connection = engine.connect()
    old, new = _rows(ROWS + 50), _rows(ROWS + 90, seed=3)
    BlockInsert(tokens, insert_new(tokens)).run(connection, old)
    BlockInsert(tokens, insert_new(tokens)).run(connection, new)
    assert _stored(connection) == old + new[len(old) :]
    BlockInsert(tokens, upsert(tokens, keys=("token_id",))).run(connection, new)
    assert _stored(connection) == new
    connection.close()


def test_a_broken_constraint_is_our_error(engine: Engine) -> None:
    connection = engine.connect()
    rows = _rows(ROWS)
    with pytest.raises(ConstraintViolated):
        BlockInsert(tokens, Statement(insert(tokens))).run(connection, [*rows[:-1], rows[0]])
    connection.close()
