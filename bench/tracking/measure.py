"""The run itself: starts, then windows that go round the servers, so that the machine's drift meets all alike."""

import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import Measured, Sample
from bench.machine import CpuClock
from bench.tracking.client import AnswerError
from bench.tracking.load import LoadError, Window, run_window
from bench.tracking.peers import Peer
from bench.tracking.plan import MEMORY, START, load_figures
from bench.tracking.scenarios import Scenario
from bench.tracking.servers import Server

_WARM_UP_SECONDS = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much is measured: rounds over all servers, seconds of one window, runs that are searched."""

    rounds: int
    seconds: int
    run_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """One checked window, and the server's CPU time per acknowledged request in milliseconds."""

    window: Window
    cpu_ms: float


@dataclass(kw_only=True, slots=True)
class Results:
    """What a run found. `faults` are wrong answers and wrong counts: they fail the bench; `errors` are reported.

    `foreign_cpu` has, for each window, the share of the machine that others took.
    """

    values: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    faults: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    foreign_cpu: list[float] = field(default_factory=list)

    def add(self, figure: str, peer: str, value: float) -> None:
        """Take one value of a figure."""
        self.values[figure][peer].append(value)

    def measured(self) -> Measured:
        """All values as samples."""
        return {
            figure: {peer: Sample.of(values) for peer, values in by_peer.items()}
            for figure, by_peer in self.values.items()
        }


def measure_starts(
    peers: Sequence[Peer], folder: Path, rounds: int, results: Results, say: Callable[[str], None]
) -> None:
    """Start each server alone on fresh homes, once per round; weigh it in the first round, when it is idle."""
    for number in range(rounds):
        for peer in peers:
            home = folder / f"start-{number}-{peer.name}"
            server = Server(peer, home)
            try:
                seconds = server.start()
                results.add(START.key, peer.name, seconds)
                said = f"{peer.name}: first answer after {seconds:.2f} s"
                if number == 0:
                    server.wait_until_idle()
                    weight, processes = server.memory_bytes() / 1e6, server.process_count()
                    results.add(MEMORY.key, peer.name, weight)
                    results.notes.append(f"{peer.title}: processes when idle: {processes}")
                    said += f", idle with {weight:.0f} MB (processes: {processes})"
            finally:
                server.stop()
            shutil.rmtree(home)
            say(said)


def measure_loads(
    scenarios: Sequence[Scenario],
    servers: Sequence[Server],
    effort: Effort,
    results: Results,
    say: Callable[[str], None],
) -> None:
    """Run every scenario on every started server: a short warm-up each, then `rounds` windows in turn (A B C A B C)."""
    for scenario in scenarios:
        for server in servers:
            _one_window(scenario, server, "warm-up", _WARM_UP_SECONDS, results)
        for number in range(effort.rounds):
            for server in servers:
                load = _one_window(scenario, server, f"window-{number}", effort.seconds, results)
                say(f"{scenario.name} {server.peer.name}: {_take(scenario, server.peer, load, results)}")
    results.notes.append(_foreign_note(results.foreign_cpu))
    for server in servers:
        results.notes.append(f"{server.peer.title}: {server.memory_bytes() / 1e6:,.0f} MB (PSS) after all load")


def _take(scenario: Scenario, peer: Peer, load: Load | None, results: Results) -> str:
    """Put a window's figures into the results; what to say of it."""
    if load is None:
        return "failed"
    window = load.window
    values = (window.rate, window.p50_ms, window.p99_ms, load.cpu_ms)
    for figure, value in zip(load_figures(scenario), values, strict=True):
        results.add(figure.key, peer.name, value)
    latency = f"p50 {window.p50_ms:.1f} ms, p99 {window.p99_ms:.1f} ms"
    return f"{window.rate:,.1f} requests/s, {latency}, {load.cpu_ms:.2f} ms CPU each"


def _foreign_note(shares: Sequence[float]) -> str:
    """What other processes took during the windows, with a warning where the figures cannot be trusted."""
    if not shares:
        return "No window was measured"
    middle, most = statistics.median(shares), max(shares)
    warning = "; the machine was BUSY, compare the CPU per request" if middle > 0.1 else ""
    return f"Other processes took {middle:.0%} of the CPU in the median window, {most:.0%} in the worst{warning}"


def _one_window(scenario: Scenario, server: Server, name: str, seconds: int, results: Results) -> Load | None:
    """One checked window; None and a fault where it could not be run or checked."""
    where = f"{scenario.name} {name} {server.peer.name}"
    try:
        prepared = scenario.prepare(server, name)
        clock, used = CpuClock.now(), server.cpu_seconds()
        window = run_window(
            server.port, scenario.script, prepared.arguments, connections=scenario.connections, seconds=seconds
        )
        used = server.cpu_seconds() - used
        results.foreign_cpu.append(clock.foreign_share(CpuClock.now(), used))
        # What was in flight when wrk stopped is still being stored, and must not meet the next window.
        time.sleep(0.2)
        results.faults += [f"{where}: {fault}" for fault in prepared.check(window)]
    except (AnswerError, LoadError) as error:
        results.faults.append(f"{where}: {error}")
        return None
    results.errors += [f"{where}: {error}" for error in window.errors()]
    return Load(window=window, cpu_ms=1000 * used / max(window.acknowledged, 1))
