"""Model servers, end to end: real zygote, real workers, real faults."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import pytest

from brickyard.errors import BrickyardError, InvalidParameterValue, TemporarilyUnavailable
from brickyard.server.serving.workers.failures import ModelLoadFailed, ModelServerFailed, QueueFull, ScoringTimedOut
from brickyard.server.serving.workers.server import ModelServer
from brickyard.server.serving.workers.specs import Answer, Limits
from tests.scoring import models
from tests.server.serving.workers.conftest import REPOSITORY, Lab, run
from tests.worker.processes import wait_until_gone

JSON = "application/json"


def order(text: str) -> bytes:
    return json.dumps({"dataframe_records": [{"order": text}]}).encode()


async def tell(server: ModelServer, text: str) -> Any:
    answer = await server.score(order(text), JSON)
    return json.loads(answer.body)


async def until(check: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not come so far"
        await asyncio.sleep(0.02)


async def gone(pid: int) -> None:
    await asyncio.to_thread(wait_until_gone, pid)


def test_a_model_is_served(tmp_path: Path, sockets: Path, churn_path: Path) -> None:
    rows = models.churn_rows(7, seed=9)
    expected = mlflow.pyfunc.load_model(str(churn_path)).predict(rows).tolist()

    async def test(lab: Lab) -> None:
        await lab.servers.warm()
        begin = time.monotonic()
        server = await lab.start(churn_path)
        body = json.dumps({"dataframe_split": rows.to_dict(orient="split")}).encode()
        answer = await server.score(body, JSON)
        assert time.monotonic() - begin < 5  # a fork; a fresh interpreter alone takes longer on a busy machine
        assert (answer.status, answer.content_type) == (200, JSON)
        assert json.loads(answer.body) == {"predictions": expected}
        csv = await server.score(rows.to_csv(index=False).encode(), "text/csv")
        assert json.loads(csv.body) == {"predictions": expected}
        bad = await server.score(b"{", JSON)
        assert (bad.status, json.loads(bad.body)["error_code"]) == (400, "BAD_REQUEST")
        figures = server.figures()
        assert (figures.requests, figures.errors_4xx, figures.errors_5xx, figures.processes) == (3, 1, 0, 1)
        assert sum(figures.latency_counts) == 3
        assert 0 < figures.memory_bytes < 200 << 20
        assert "Ready after" in server.build_log()
        assert server.state_message == "Serving by pyfunc with 1 process."

    run(tmp_path, sockets, test)


def test_a_large_body_and_a_large_answer(tmp_path: Path, sockets: Path, churn_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(churn_path)
        rows = models.churn_rows(200_000)
        body = json.dumps({"dataframe_split": rows.to_dict(orient="split", index=False)}).encode()
        assert len(body) > 4 << 20
        large, small = await asyncio.gather(
            server.score(body, JSON), server.score(rows.head(1).to_csv(index=False).encode(), "text/csv")
        )
        found = json.loads(large.body)["predictions"]
        assert len(found) == 200_000
        assert found[0] == pytest.approx(json.loads(small.body)["predictions"][0], rel=1e-12)

    run(tmp_path, sockets, test)


def test_a_start_that_is_given_up_leaves_no_process(tmp_path: Path, sockets: Path, churn_path: Path) -> None:
    async def test(lab: Lab) -> None:
        await lab.servers.warm()
        for _ in range(3):
            starting = asyncio.ensure_future(lab.start(churn_path))
            await asyncio.sleep(0.01)
            starting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await starting
        server = await lab.start(churn_path)
        (pid,) = server.pids
        zygote = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        await until(lambda: Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split() == [str(pid)])

    run(tmp_path, sockets, test)


def test_many_at_once_get_their_own_answers(tmp_path: Path, sockets: Path, churn_path: Path) -> None:
    model = mlflow.pyfunc.load_model(str(churn_path))

    async def test(lab: Lab) -> None:
        server = await lab.start(churn_path)

        async def one(seed: int) -> None:
            rows = models.churn_rows(1 + seed % 3, seed)
            body = json.dumps({"dataframe_records": rows.to_dict(orient="records")}).encode()
            found = json.loads((await server.score(body, JSON)).body)["predictions"]
            for answer, expected in zip(found, model.predict(rows).tolist(), strict=True):
                assert answer == pytest.approx(expected, rel=1e-12)

        await asyncio.gather(*(one(seed) for seed in range(200)))

    run(tmp_path, sockets, test)


@pytest.mark.parametrize("kind", ["exit", "kill"])
def test_a_process_that_dies_fails_what_it_computed_and_is_replaced(
    tmp_path: Path, sockets: Path, faulty_path: Path, kind: str
) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        (pid,) = server.pids
        first = asyncio.ensure_future(tell(server, "exit" if kind == "exit" else "sleep 30"))
        await asyncio.sleep(0.2)
        waiting = [asyncio.ensure_future(tell(server, f"{i}")) for i in range(5)]
        if kind == "kill":
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(ModelServerFailed, match="exit code 7" if kind == "exit" else "SIGKILL"):
            await first
        # What it had not begun with is answered by the next process.
        assert await asyncio.gather(*waiting) == [{"predictions": [f"did {i}"]} for i in range(5)]
        assert server.pids != (pid,)
        assert server.figures().restarts == 1
        if kind == "exit":
            assert "about to leave" in server.logs()
            assert "ended: exit code 7" in server.logs()

    run(tmp_path, sockets, test)


def test_restarts_slow_down(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        begin = time.monotonic()
        for _ in range(3):
            with pytest.raises(ModelServerFailed):
                await tell(server, "exit")
        assert await tell(server, "x") == {"predictions": ["did x"]}
        assert time.monotonic() - begin > 0.5 + 1.0
        assert server.figures().restarts == 3

    run(tmp_path, sockets, test)


def test_what_the_model_raises_is_told_and_logged(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        for text, words in (("raise", "ValueError: this row is bad"), ("sys.exit", "SystemExit: 3")):
            answer = await server.score(order(text), JSON)
            told = json.loads(answer.body)
            assert (answer.status, told["error_code"]) == (400, "BAD_REQUEST")
            assert words in told["message"]
        assert await tell(server, "x") == {"predictions": ["did x"]}
        await until(lambda: "Traceback" in server.logs())
        assert server.figures().restarts == 0

    run(tmp_path, sockets, test)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_model_that_eats_memory_is_refused_it(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        told = await tell(server, "eat")
        assert "MemoryError" in told["message"]
        assert await tell(server, "x") == {"predictions": ["did x"]}

    run(tmp_path, sockets, test, Limits(memory_mb=4096))


def test_a_process_that_grows_is_replaced_without_a_failed_request(
    tmp_path: Path, sockets: Path, faulty_path: Path
) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        (pid,) = server.pids
        while server.pids == (pid,):
            assert await tell(server, "grow") == {"predictions": ["did grow"]}
            await asyncio.sleep(0.05)
        await gone(pid)
        assert await tell(server, "x") == {"predictions": ["did x"]}
        assert server.figures().restarts == 1

    run(tmp_path, sockets, test, Limits(check_s=0.1, growth_mb=256))


def test_a_model_that_hangs_is_given_up(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        (pid,) = server.pids
        with pytest.raises(ScoringTimedOut, match="m-1 did not answer within 1 s"):
            await tell(server, "sleep 60")
        assert await tell(server, "x") == {"predictions": ["did x"]}
        await gone(pid)
        assert server.figures().errors_5xx == 1

    run(tmp_path, sockets, test, Limits(request_s=1.0))


def test_a_model_that_prints_without_end_fills_no_disk(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        assert await tell(server, "print") == {"predictions": ["did print"]}
        files = list((lab.endpoints / "e" / "m-1").iterdir())
        assert sum(path.stat().st_size for path in files) < 9 << 20
        assert {path.name for path in files} == {"build.log", "model-0.log", "model-0.log.1"}
        assert len(server.logs()) <= 1 << 20

    run(tmp_path, sockets, test)


def test_a_request_that_nobody_waits_for_is_not_computed(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        first = asyncio.ensure_future(tell(server, "sleep 0.5"))
        await asyncio.sleep(0.1)
        cancelled = asyncio.ensure_future(tell(server, "exit"))
        await asyncio.sleep(0.1)
        cancelled.cancel()
        assert await first == {"predictions": ["did sleep 0.5"]}
        assert await tell(server, "x") == {"predictions": ["did x"]}
        assert server.figures().restarts == 0

    run(tmp_path, sockets, test)


def test_the_queue_is_bounded(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path, units=1)
        first = asyncio.ensure_future(tell(server, "sleep 0.6"))
        await asyncio.sleep(0.1)
        queued = [asyncio.ensure_future(tell(server, "x")) for _ in range(127)]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull, match="Too many concurrent requests") as caught:
            await tell(server, "x")
        assert caught.value.retry_after_s >= 1
        await asyncio.gather(first, *queued)
        assert await tell(server, "x") == {"predictions": ["did x"]}

    run(tmp_path, sockets, test)


def test_drain_answers_what_has_come(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        (pid,) = server.pids
        first = asyncio.ensure_future(tell(server, "sleep 0.3"))
        second = asyncio.ensure_future(tell(server, "x"))
        await asyncio.sleep(0.05)
        draining = asyncio.ensure_future(server.drain())
        await asyncio.sleep(0)
        with pytest.raises(TemporarilyUnavailable):
            await tell(server, "late")
        await draining
        assert (await first, await second) == ({"predictions": ["did sleep 0.3"]}, {"predictions": ["did x"]})
        await gone(pid)

    run(tmp_path, sockets, test)


def test_scale_to_zero_and_back(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        idle = await lab.start(faulty_path, scale_to_zero=True)
        stays = await lab.start(faulty_path, served_entity="m-2")
        (pid,) = idle.pids
        await gone(pid)
        assert idle.state_message.startswith("Scaled to zero")
        assert len(stays.pids) == 1
        begin = time.monotonic()
        assert await asyncio.gather(*(tell(idle, str(i)) for i in range(3))) == [
            {"predictions": [f"did {i}"]} for i in range(3)
        ]
        assert time.monotonic() - begin < 5
        assert idle.figures().restarts == 0
        assert idle.state_message == "Serving by pyfunc with 1 process."

    run(tmp_path, sockets, test, Limits(idle_s=0.5, check_s=0.1))


def test_more_units_are_more_processes(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path, units=8)
        assert len(server.pids) == min(2, os.cpu_count() or 1)
        await asyncio.gather(*(tell(server, str(i)) for i in range(20)))

    run(tmp_path, sockets, test)


def test_a_model_that_cannot_be_loaded(tmp_path: Path, sockets: Path) -> None:
    path = models.save(tmp_path / "m", models.Unloadable(), x="double")

    async def test(lab: Lab) -> None:
        with pytest.raises(ModelLoadFailed, match="RuntimeError: the weights are gone"):
            await lab.start(path)
        assert "the weights are gone" in (lab.endpoints / "e/m-1/build.log").read_text()
        assert "Traceback" in (lab.endpoints / "e/m-1/model-0.log").read_text()
        with pytest.raises(ModelLoadFailed):
            await lab.start(tmp_path / "nothing")
        with pytest.raises(InvalidParameterValue):
            await lab.start(path, endpoint="../e")

    run(tmp_path, sockets, test)


def test_environment_variables_reach_the_model_and_the_server_s_do_not(
    tmp_path: Path, sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = models.save(tmp_path / "m", models.Environment(), name="string")
    monkeypatch.setenv("BRICKYARD_ADMIN_TOKEN", "secret")

    async def test(lab: Lab) -> None:
        server = await lab.start(path, environment_vars={"MARK": "seen"})
        rows = [{"name": name} for name in ("MARK", "BRICKYARD_ADMIN_TOKEN", "OMP_NUM_THREADS")]
        answer = await server.score(json.dumps({"dataframe_records": rows}).encode(), JSON)
        assert json.loads(answer.body) == {"predictions": ["seen", "not set", "1"]}

    run(tmp_path, sockets, test)


def test_a_zygote_that_is_killed_is_replaced(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        (pid,) = server.pids
        zygote = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(zygote, signal.SIGKILL)
        await gone(pid)
        assert await tell(server, "x") == {"predictions": ["did x"]}

    run(tmp_path, sockets, test)


def test_kill_nine_under_load_fails_in_flight_requests_alone(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    async def test(lab: Lab) -> None:
        server = await lab.start(faulty_path)
        failed, answered, stop = 0, 0, False

        async def client() -> None:
            nonlocal failed, answered
            while not stop:
                try:
                    assert await tell(server, "x") == {"predictions": ["did x"]}
                    answered += 1
                except ModelServerFailed:
                    failed += 1

        clients = [asyncio.ensure_future(client()) for _ in range(16)]
        for _ in range(2):
            await asyncio.sleep(0.3)
            os.kill(server.pids[0], signal.SIGKILL)
            await until(lambda: server.pids)
        stop = True
        await asyncio.gather(*clients)
        assert failed <= 2 * 16
        assert answered > 100

    run(tmp_path, sockets, test)


def test_all_processes_end_with_a_server_that_is_killed(tmp_path: Path, sockets: Path, faulty_path: Path) -> None:
    code = (
        "import asyncio\n"
        "from pathlib import Path\n"
        "from tests.server.serving.workers.conftest import opened, Limits\n"
        "from tests.server.serving.workers.test_pool import tell\n"
        "async def main():\n"
        f"    async with opened(Path({str(tmp_path)!r}), Path({str(sockets)!r}), Limits()) as lab:\n"
        f"        server = await lab.start(Path({str(faulty_path)!r}))\n"
        "        asyncio.ensure_future(tell(server, 'sleep 600'))\n"
        "        await asyncio.sleep(0.2)\n"
        "        print(server.pids[0], flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        zygote = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        server.kill()
        server.wait()
        wait_until_gone(pid)
        wait_until_gone(zygote)


def test_the_server_s_process_loads_no_data_library() -> None:
    code = "import sys, brickyard.server.serving.workers.pool; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    for name in ("mlflow", "pandas", "numpy", "pyarrow", "brickyard.scoring.worker", "brickyard.scoring.model"):
        assert name not in loaded


def test_answers_are_tuples_of_three() -> None:
    assert Answer(200, JSON, b"{}") == (200, JSON, b"{}")
    assert issubclass(ScoringTimedOut, BrickyardError)
