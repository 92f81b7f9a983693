"""What is asked of each server: per scenario its data, its wrk script, and the check of what was stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bench.tracking.client import Api
from bench.tracking.load import Window
from bench.tracking.seeding import SeededRun, best_names, latest_names, seeded_runs
from bench.tracking.servers import Server

Check = Callable[[Window], list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """One window, ready to run: the script's arguments, and the check that returns what is wrong afterwards."""

    arguments: list[str]
    check: Check


class Scenario(Protocol):
    """One kind of load. `prepare` is called before each window and makes data that no other window touches."""

    name: str
    title: str
    script: str
    connections: int

    def prepare(self, server: Server, window: str) -> Prepared:
        """Make ready the window with this unique name. Raises AnswerError."""


def count_faults(stored: int, window: Window, what: str) -> list[str]:
    """Stored must lie between acknowledged and sent: requests in flight at the end may have been stored or not."""
    if window.acknowledged <= stored <= window.sent:
        return []
    return [f"{stored} {what} stored, but {window.acknowledged} acknowledged of {window.sent} sent"]


class LogMetric:
    """16 clients log single metrics into 16 runs."""

    name = "log-metric"
    title = "log-metric, 16 clients"
    script = "log_metric.lua"
    connections = 16
    _keys = 4

    def prepare(self, server: Server, window: str) -> Prepared:
        with Api(server.port) as api:
            runs = api.create_runs(api.create_experiment(f"{self.name}-{window}"), 16)

        def check(result: Window) -> list[str]:
            with Api(server.port) as api:
                keys = [f"metric_{number}" for number in range(self._keys)]
                stored = sum(api.history_length(run, key) for run in runs for key in keys)
            return count_faults(stored, result, "metrics")

        return Prepared(arguments=[",".join(runs), str(self._keys)], check=check)


class LogBatch:
    """4 clients log batches of 1,000 metrics: `keys` metrics with `steps` values each."""

    script = "log_batch.lua"
    connections = 4

    def __init__(self, name: str, *, keys: int, steps: int) -> None:
        self.name = name
        self.title = f"log-batch, 1,000 metrics ({keys:,} keys × {steps} steps), 4 clients"
        self._keys = keys
        self._steps = steps

    def prepare(self, server: Server, window: str) -> Prepared:
        with Api(server.port) as api:
            runs = api.create_runs(api.create_experiment(f"{self.name}-{window}"), 4)

        def check(result: Window) -> list[str]:
            faults = []
            with Api(server.port) as api:
                for key in {0, self._keys // 2, self._keys - 1}:
                    stored = sum(api.history_length(run, f"metric_{key}") for run in runs)
                    batches, rest = divmod(stored, self._steps)
                    faults += [f"metric_{key}: a batch stored in part"] if rest else []
                    faults += count_faults(batches, result, f"batches (metric_{key})")
            return faults

        return Prepared(arguments=[",".join(runs), str(self._keys), str(self._steps)], check=check)


class CreateRun:
    """16 clients create runs with a name and three tags."""

    name = "runs-create"
    title = "runs/create, 16 clients"
    script = "create_run.lua"
    connections = 16

    def prepare(self, server: Server, window: str) -> Prepared:
        with Api(server.port) as api:
            experiment = api.create_experiment(f"{self.name}-{window}")

        def check(result: Window) -> list[str]:
            with Api(server.port) as api:
                names = api.run_names(experiment)
            twice = len(names) - len(set(names))
            return count_faults(len(names), result, "runs") + ([f"{twice} runs stored twice"] if twice else [])

        return Prepared(arguments=[experiment], check=check)


class SeededExperiments:
    """The search scenarios' runs, put once into each server."""

    def __init__(self, run_count: int) -> None:
        self.runs: list[SeededRun] = seeded_runs(run_count)
        self._experiments: dict[str, str] = {}

    def experiment(self, server: Server) -> str:
        """The id of the seeded experiment on this server; seeds it on the first call."""
        if server.peer.name not in self._experiments:
            with Api(server.port) as api:
                made = api.create_experiment("seeded")
            server.peer.seed(server.port, server.home, made, self.runs)
            self._experiments[server.peer.name] = made
        return self._experiments[server.peer.name]


class SearchRuns:
    """4 clients search 100 of the seeded runs. Each answer's size is checked, and its content before and after."""

    script = "search_runs.lua"
    connections = 4

    def __init__(
        self,
        name: str,
        title: str,
        data: SeededExperiments,
        *,
        query: str,
        order: str,
        expected: Callable[[float], list[str]],
    ) -> None:
        self.name = name
        self.title = title
        self._data = data
        self._query = query
        self._order = order
        self._expected = expected

    def prepare(self, server: Server, window: str) -> Prepared:
        del window
        experiment = self._data.experiment(server)
        least_bytes = 400 * len(self._expected(0.3))

        def check(result: Window) -> list[str]:
            faults = [fault for threshold in (0.2, 0.25, 0.3) for fault in self._faults(server, experiment, threshold)]
            return faults + ([f"{result.short} answers too small"] if result.short else [])

        return Prepared(arguments=[experiment, self._query, self._order, str(least_bytes)], check=check)

    def _faults(self, server: Server, experiment: str, threshold: float) -> list[str]:
        body = {
            "experiment_ids": [experiment],
            "max_results": 100,
            "filter": self._query % threshold if "%" in self._query else self._query,
            "order_by": [self._order],
        }
        with Api(server.port) as api:
            found = [run["info"]["run_name"] for run in api.post("runs/search", body).get("runs", [])]
        expected = self._expected(threshold)
        if found == expected:
            return []
        return [f"search above {threshold} answers {len(found)} runs {found[:3]}…, not {len(expected)} {expected[:3]}…"]


def all_scenarios(run_count: int) -> list[Scenario]:
    """Every scenario, in the order of the report; `run_count` runs are searched."""
    data = SeededExperiments(run_count)
    return [
        LogMetric(),
        LogBatch("log-batch", keys=10, steps=100),
        LogBatch("log-batch-wide", keys=1000, steps=1),
        CreateRun(),
        SearchRuns(
            "search",
            f"runs/search, 100 of {run_count:,}, by metric and param, ordered by metric",
            data,
            query="metrics.m0 > %f and params.p0 = 'c4'",
            order="metrics.m1 DESC",
            expected=lambda threshold: best_names(data.runs, threshold=threshold, category="c4", count=100),
        ),
        SearchRuns(
            "search-latest",
            f"runs/search, 100 of {run_count:,}, latest first",
            data,
            query="",
            order="attributes.start_time DESC",
            expected=lambda threshold: latest_names(data.runs, count=100),
        ),
    ]
