import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from brickyard.errors import (
    BrickyardError,
    Conflict,
    InvalidParameterValue,
    InvalidState,
    LimitExceeded,
    MalformedRequest,
    NotFound,
    NotImplementedHere,
    TooManyRequests,
)
from brickyard.lake.writing import write
from brickyard.worker.frames import HEADER, MAX_FRAME, failure_frame, result_of
from brickyard.worker.service import MAX_CONNECTIONS, TASKS_AT_ONCE
from tests.lake.tables import log_file, make
from tests.worker.processes import Worker, receive, send, worker


@pytest.fixture(scope="module")
def running() -> Iterator[Worker]:
    with worker() as found:
        yield found


def _refused(running: Worker, expected: type[BrickyardError], task: str, **arguments: object) -> str:
    with pytest.raises(BrickyardError) as caught:
        result_of(running.call(task, **arguments), object)
    assert type(caught.value) is expected
    return caught.value.message


def test_the_tasks_of_tables(running: Worker, tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t", pa.table({"a": [1]})))
    write(folder, pa.table({"a": [2]}))
    schema = result_of(running.call("table_schema", location=folder), list[dict[str, object]])
    detail = result_of(running.call("table_detail", location=folder), dict[str, object])
    history = result_of(running.call("table_history", location=folder, limit=1), list[dict[str, object]])
    sample = result_of(running.call("table_sample", location=folder, version=0), dict[str, object])
    assert [column["type_text"] for column in schema] == ["bigint"]
    assert (detail["version"], detail["rows"], detail["location"]) == (1, 2, folder)
    assert [commit["version"] for commit in history] == [1]
    assert sample == {"version": 0, "columns": ["a"], "rows": [[1]]}


def test_errors_of_tables_cross_as_their_class(running: Worker, tmp_path: Path) -> None:
    missing, corrupt = str(tmp_path / "missing"), make(tmp_path / "corrupt")
    log_file(corrupt).write_text("{")
    for task in ("table_schema", "table_detail", "table_history", "table_sample"):
        assert missing in _refused(running, NotFound, task, location=missing)
        assert str(corrupt) in _refused(running, InvalidState, task, location=str(corrupt))
        _refused(running, InvalidParameterValue, task, location="relative")
    _refused(running, InvalidParameterValue, "table_sample", location=str(corrupt), limit=10_000)


def test_unknown_tasks_and_arguments(running: Worker) -> None:
    assert "'no_such_task'" in _refused(running, NotImplementedHere, "no_such_task")
    assert "`location`" in _refused(running, InvalidParameterValue, "table_schema")
    assert "$.location" in _refused(running, InvalidParameterValue, "table_schema", location=5)
    assert "`more`" in _refused(running, InvalidParameterValue, "echo", value="x", more=1)


def test_own_errors_pass_and_defects_stay_in_the_log(running: Worker) -> None:
    assert _refused(running, Conflict, "refuse") == "two at once"
    assert _refused(running, NotFound, "refuse_privately") == "not there"
    for task, kind in (("defect", "ZeroDivisionError"), ("panic", "Panic")):
        message = _refused(running, BrickyardError, task)
        assert task in message and kind in message and "secret" not in message
        assert "secret detail" in running.log.read_text()
    assert result_of(running.call("echo", value="alive"), str) == "alive"


def test_what_tasks_print_goes_to_the_log(running: Worker) -> None:
    assert result_of(running.call("shout"), str) == "said"
    assert "noise noise" in running.log.read_text()


@pytest.mark.parametrize(
    "payload", [b"", b"\xff\xff", b"\x80", msgspec.msgpack.encode({"id": "x", "task": 1}), b"\x93" * 64]
)
def test_a_bad_frame_is_answered_and_ends_its_connection_alone(running: Worker, payload: bytes) -> None:
    with running.connected() as peer:
        peer.sendall(HEADER.pack(len(payload)) + payload)
        answer = receive(peer)
        assert answer.id == 0
        with pytest.raises(MalformedRequest):
            result_of(answer, object)
        assert peer.recv(1) == b""
    assert result_of(running.call("echo", value="alive"), str) == "alive"


def test_an_oversize_frame_is_refused_by_its_header(running: Worker) -> None:
    with running.connected() as peer:
        peer.sendall(HEADER.pack(MAX_FRAME + 1))
        with pytest.raises(LimitExceeded):
            result_of(receive(peer), object)
        assert peer.recv(1) == b""


def test_an_oversize_result_is_an_error_of_its_call(running: Worker) -> None:
    assert "The result of large" in _refused(running, LimitExceeded, "large", value=MAX_FRAME + 1)
    size = MAX_FRAME - 1024
    assert len(result_of(running.call("large", value=size), str)) == size


def test_a_half_sent_frame_harms_nobody(running: Worker) -> None:
    with running.connected() as peer:
        peer.sendall(HEADER.pack(1000) + b"half")
    with running.connected() as peer:
        peer.sendall(b"\0")
    assert result_of(running.call("echo", value="alive"), str) == "alive"


def test_one_connection_carries_many_calls_in_turn(running: Worker) -> None:
    with running.connected() as peer:
        for number in range(50):
            send(peer, "echo", {"value": str(number)}, number)
            answer = receive(peer)
            assert (answer.id, result_of(answer, str)) == (number, str(number))


def test_connections_are_served_at_the_same_time(running: Worker) -> None:
    start = time.monotonic()
    threads = [
        threading.Thread(target=running.call, args=("sleep",), kwargs={"value": 0.5}) for _ in range(TASKS_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    assert result_of(running.call("facts"), dict[str, object])["pid"] == running.child.pid
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 0.5 * TASKS_AT_ONCE


def test_more_connections_than_allowed_are_told_so() -> None:
    with worker() as crowded:
        held = []
        try:
            for _ in range(MAX_CONNECTIONS):
                context = crowded.connected()
                held.append((context, context.__enter__()))
                # An answer shows that the connection counts.
                send(held[-1][1], "echo", {"value": "x"})
                receive(held[-1][1])
            with crowded.connected() as one_more, pytest.raises(TooManyRequests):
                result_of(receive(one_more), object)
        finally:
            for context, _ in held:
                context.__exit__(None, None, None)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with crowded.connected() as peer:
                send(peer, "echo", {"value": "again"})
                if receive(peer).ok:
                    return
        raise AssertionError("closed connections still count")


def test_a_failure_s_message_is_bounded() -> None:
    assert len(failure_frame(1, NotFound("x" * 1_000_000))) < 11_000
