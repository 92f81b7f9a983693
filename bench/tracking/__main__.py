"""Measure the tracking server beside stock `mlflow server` and FastTrackML: `python -m bench.tracking`.

Exit codes: 0 measured (targets are reported, not asserted), 1 a server failed or stored or answered something wrong,
2 wrk or a peer is missing.
"""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from bench.figures import judge
from bench.machine import Machine, look_at_machine
from bench.report import Contender, Report, as_json, markdown, print_report
from bench.tracking.load import LoadError, find_wrk
from bench.tracking.measure import Effort, Results, measure_loads, measure_starts
from bench.tracking.peers import PEERS, Peer, PeerError
from bench.tracking.plan import TARGETS, all_figures
from bench.tracking.scenarios import Scenario, all_scenarios
from bench.tracking.servers import Server, ServerError

_FULL = Effort(rounds=3, seconds=4, run_count=10_000)
_QUICK = Effort(rounds=1, seconds=2, run_count=1_000)
_START = "start"
_METHOD = (
    "wrk sends from this same machine; its latencies are corrected for coordinated omission. Windows go round the "
    "servers in turn; the others are idle meanwhile."
)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [scenario.name for scenario in all_scenarios(1)]
    parser = argparse.ArgumentParser(prog="python -m bench.tracking", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of 2 s windows, 1,000 runs to search")
    parser.add_argument("--only", nargs="+", choices=[*names, _START], help="these figures alone; start: also memory")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS), help="these servers alone")
    parser.add_argument("--save", action="store_true", help="write results.md and results.json beside this file")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="folder of peers and homes (default .bench)")
    return parser.parse_args(arguments)


def _measure(
    peers: Sequence[Peer],
    scenarios: Sequence[Scenario],
    *,
    starts: bool,
    effort: Effort,
    folder: Path,
    console: Console,
) -> Results:
    results = Results()

    def say(line: str) -> None:
        console.print(line, style="dim", highlight=False, markup=False)

    if starts:
        measure_starts(peers, folder, effort.rounds, results, say)
    if scenarios:
        with ExitStack() as stack:
            servers = []
            for peer in peers:
                server = Server(peer, folder / peer.name)
                stack.callback(server.stop)
                server.start()
                servers.append(server)
            for server in servers:
                server.wait_until_idle()
            measure_loads(scenarios, servers, effort, results, say)
    return results


def _report(
    machine: Machine, effort: Effort, peers: Sequence[Peer], scenarios: Sequence[Scenario], results: Results
) -> Report:
    figures = all_figures(scenarios)
    measured = results.measured()
    return Report(
        title="Tracking server beside its peers",
        method=_METHOD,
        machine=machine.describe(),
        effort=f"{effort.rounds} windows of {effort.seconds} s per figure and server",
        contenders=[Contender(name=peer.name, title=peer.title, note=peer.writes) for peer in peers],
        figures=figures,
        measured=measured,
        outcomes=[judge(target, figures, measured) for target in TARGETS],
        errors=results.errors,
        faults=results.faults,
        notes=results.notes,
    )


def _keep_logs(folder: Path, kept: Path) -> Path:
    """Move what the servers printed out of `folder`, in place of an earlier run's; returns where it lies."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    for log in folder.glob("*.log"):
        log.rename(kept / log.name)
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; returns the exit code."""
    chosen = _parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    effort = _QUICK if chosen.quick else _FULL
    cache: Path = chosen.cache.resolve()
    try:
        find_wrk()
        peers = [PEERS[name](cache / "peers") for name in chosen.peers]
    except (LoadError, PeerError) as error:
        console.print(str(error), style="bold red", markup=False)
        return 2
    scenarios = all_scenarios(effort.run_count)
    wanted = [scenario for scenario in scenarios if not chosen.only or scenario.name in chosen.only]
    # The servers have sessions of their own: without this they would outlive a bench that is told to end.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    cache.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="homes-", dir=cache))
    faulty = True
    try:
        machine = look_at_machine(folder)
        starts = not chosen.only or _START in chosen.only
        results = _measure(peers, wanted, starts=starts, effort=effort, folder=folder, console=console)
        faulty = bool(results.faults)
    except ServerError as error:
        console.print(str(error), style="bold red", markup=False)
        return 1
    finally:
        if faulty:
            console.print(f"server logs: {_keep_logs(folder, cache / 'logs')}", style="bold red", markup=False)
        shutil.rmtree(folder)
    report = _report(machine, effort, peers, scenarios, results)
    print_report(report, console)
    if chosen.save:
        beside = Path(__file__).parent
        (beside / "results.md").write_text(markdown(report))
        (beside / "results.json").write_bytes(as_json(report))
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
