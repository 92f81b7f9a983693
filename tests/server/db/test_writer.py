"""The writer's law: what is answered is stored, what is refused changes nothing, neighbours do not notice."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import bindparam, func, insert, select

from brickyard.errors import BrickyardError, InvalidParameterValue, TemporarilyUnavailable
from brickyard.server.db.connection import Connection, ConstraintViolated
from brickyard.server.db.database import Database
from brickyard.server.db.engine import Engine
from brickyard.server.db.own_tables import catalogs, schemas, tokens
from brickyard.server.db.statements import Statement

Result = TypeVar("Result")

_INSERT = Statement(insert(tokens))
_IDS = Statement(select(tokens.c.token_id).order_by(tokens.c.created_at))
_COUNT = Statement(select(func.count()).select_from(tokens))
_HASH = Statement(select(tokens.c.token_hash).where(tokens.c.token_id == bindparam("of")))


def _values(name: str, at: int = 0) -> dict[str, object]:
    return {
        "token_id": name,
        "token_hash": f"hash of {name}",
        "comment": "",
        "owner": "",
        "created_at": at,
        "expires_at": None,
        "pid": None,
    }


def _store(name: str, at: int = 0) -> Callable[[Connection], str]:
    def write(connection: Connection) -> str:
        connection.execute(_INSERT, **_values(name, at))
        return name

    return write


def _run(engine: Engine, work: Callable[[Database], Awaitable[Result]]) -> Result:
    async def opened() -> Result:
        database = await Database(engine).open()
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(opened())


def _ids(engine: Engine) -> list[str]:
    connection = engine.connect()
    try:
        return [str(row[0]) for row in connection.all(_IDS)]
    finally:
        connection.close()


def test_a_thousand_at_once_are_stored_in_their_order(engine: Engine) -> None:
    names = [f"{number:05d}" for number in range(1000)]

    async def work(database: Database) -> list[str]:
        return await asyncio.gather(*(database.write(_store(name, at)) for at, name in enumerate(names)))

    assert _run(engine, work) == names
    assert _ids(engine) == names


def test_a_write_sees_those_before_it(engine: Engine) -> None:
    def count(connection: Connection) -> int:
        row = connection.one(_COUNT)
        assert row is not None
        return int(row[0])

    async def work(database: Database) -> list[int]:
        futures: list[asyncio.Future[int]] = []
        for number in range(10):
            database.write(_store(str(number)))
            futures.append(database.write(count))
        return await asyncio.gather(*futures)

    assert _run(engine, work) == list(range(1, 11))


def test_a_refused_write_changes_nothing_and_its_neighbours_go_on(engine: Engine) -> None:
    def refused(connection: Connection) -> None:
        connection.execute(_INSERT, **_values("refused"))
        raise InvalidParameterValue("no")

    async def work(database: Database) -> list[Any]:
        writes: list[asyncio.Future[Any]] = [
            database.write(_store("a")),
            database.write(refused),
            database.write(_store("b", 1)),
        ]
        return list(await asyncio.gather(*writes, return_exceptions=True))

    first, middle, last = _run(engine, work)
    assert (first, last) == ("a", "b")
    assert isinstance(middle, InvalidParameterValue)
    assert _ids(engine) == ["a", "b"]


def test_a_broken_constraint_does_not_fail_its_neighbours(engine: Engine) -> None:
    async def work(database: Database) -> list[Any]:
        writes: list[asyncio.Future[Any]] = [
            database.write(_store("a")),
            database.write(_store("a")),
            database.write(_store("b", 1)),
        ]
        return list(await asyncio.gather(*writes, return_exceptions=True))

    first, middle, last = _run(engine, work)
    assert (first, last) == ("a", "b")
    assert isinstance(middle, ConstraintViolated)
    assert _ids(engine) == ["a", "b"]


def test_an_unexpected_error_is_the_writes_own(engine: Engine) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(_INSERT, **_values("broken"))
        raise KeyError("a bug")

    async def work(database: Database) -> list[Any]:
        writes: list[asyncio.Future[Any]] = [database.write(broken), database.write(_store("a"))]
        return list(await asyncio.gather(*writes, return_exceptions=True))

    first, last = _run(engine, work)
    assert isinstance(first, KeyError)
    assert last == "a"
    assert _ids(engine) == ["a"]


def test_a_failing_commit_runs_each_write_alone(engine: Engine) -> None:
    """A constraint that is checked at COMMIT fails the whole group; only the write that broke it may hear of it."""
    _defer_foreign_keys(engine)
    runs: list[str] = []

    def counted(name: str) -> Callable[[Connection], str]:
        def write(connection: Connection) -> str:
            runs.append(name)
            return _store(name, len(runs))(connection)

        return write

    def orphan(connection: Connection) -> None:
        runs.append("orphan")
        if engine.is_sqlite:
            connection.script("PRAGMA defer_foreign_keys = ON")
        connection.execute(Statement(insert(schemas)), **_schema_without_catalog())

    async def work(database: Database) -> list[Any]:
        writes: list[asyncio.Future[Any]] = [
            database.write(counted("a")),
            database.write(orphan),
            database.write(counted("b")),
        ]
        return list(await asyncio.gather(*writes, return_exceptions=True))

    first, middle, last = _run(engine, work)
    assert (first, last) == ("a", "b")
    assert isinstance(middle, ConstraintViolated)
    assert runs == ["a", "orphan", "b", "a", "orphan", "b"]
    assert _ids(engine) == ["a", "b"]


def _schema_without_catalog() -> dict[str, object]:
    texts = ("name", "comment", "owner", "created_by", "updated_by", "properties", "folder")
    return {"schema_id": "s", "catalog_id": "none", "created_at": 0, "updated_at": 0, **dict.fromkeys(texts, "x")}


def _defer_foreign_keys(engine: Engine) -> None:
    assert catalogs.name == "by_catalogs"
    if engine.is_sqlite:
        return
    connection = engine.connect()
    connection.script(
        "ALTER TABLE by_schemas ALTER CONSTRAINT by_schemas_catalog_id_fkey DEFERRABLE INITIALLY DEFERRED"
    )
    connection.close()


def test_close_stores_what_was_submitted(engine: Engine) -> None:
    async def submit_and_close() -> list[str]:
        database = await Database(engine).open()
        futures = [database.write(_store(f"{number:03d}", number)) for number in range(300)]
        await database.close()
        return [await future for future in futures]

    names = [f"{number:03d}" for number in range(300)]
    assert asyncio.run(submit_and_close()) == names
    assert _ids(engine) == names


def test_after_close_nothing_is_taken(engine: Engine) -> None:
    async def submit_late() -> None:
        database = await Database(engine).open()
        await database.close()
        with pytest.raises(TemporarilyUnavailable):
            await database.write(_store("late"))

    asyncio.run(submit_late())


def test_a_cancelled_request_does_not_fail_its_group(engine: Engine) -> None:
    async def work(database: Database) -> str:
        cancelled = database.write(_store("a"))
        kept = database.write(_store("b", 1))
        cancelled.cancel()
        return await kept

    assert _run(engine, work) == "b"
    assert "b" in _ids(engine)


def test_an_answered_write_is_seen_by_every_reader(engine: Engine) -> None:
    async def work(database: Database) -> None:
        for number in range(50):
            name = str(number)
            await database.write(_store(name))
            rows = await asyncio.gather(
                *(database.read(lambda connection: connection.one(_HASH, of=name)) for _ in range(4))  # noqa: B023
            )
            assert rows == [(f"hash of {name}",)] * 4

    _run(engine, work)


def test_a_read_sees_one_snapshot(engine: Engine) -> None:
    reading, written = threading.Event(), threading.Event()

    def read(connection: Connection) -> tuple[object, object]:
        before = connection.one(_COUNT)
        reading.set()
        assert written.wait(10)
        return before, connection.one(_COUNT)

    async def work(database: Database) -> tuple[object, object]:
        future = asyncio.ensure_future(database.read(read))
        await asyncio.to_thread(reading.wait, 10)
        await database.write(_store("between"))
        written.set()
        return await future

    assert _run(engine, work) == ((0,), (0,))


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_a_number_over_64_bits_is_refused_with_our_error(engine: Engine, value: int) -> None:
    async def work(database: Database) -> None:
        with pytest.raises(InvalidParameterValue):
            await database.write(_store("x", value))

    _run(engine, work)


def test_a_lone_surrogate_is_refused_with_our_error(engine: Engine) -> None:
    async def work(database: Database) -> None:
        with pytest.raises(InvalidParameterValue):
            await database.write(_store("\ud800"))

    _run(engine, work)


@pytest.mark.postgres
def test_a_lost_connection_is_made_anew(engine: Engine) -> None:
    if engine.is_sqlite:
        pytest.skip("SQLite has no connections to lose")

    async def work(database: Database) -> str:
        await database.write(_store("a"))
        await database.read(lambda connection: connection.one(_COUNT))
        await asyncio.to_thread(_end_all_sessions, engine)
        for _ in range(10):  # each of the connections notices at its own next use
            try:
                await database.read(lambda connection: connection.one(_COUNT))
                return await database.write(_store("b", 1))
            except BrickyardError as error:
                assert isinstance(error, TemporarilyUnavailable)  # noqa: PT017
        raise AssertionError("the database never came back")

    assert _run(engine, work) == "b"
    assert _ids(engine) == ["a", "b"]


def _end_all_sessions(engine: Engine) -> None:
    connection = engine.connect()
    connection.script(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    connection.close()
