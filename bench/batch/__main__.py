"""Measure batch inference and the time to the first row on both engines: `python -m bench.batch`.

Exit codes: 0 measured (targets are reported, not asserted), 1 a script failed or its answers differ.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bench.figures import PRODUCT, Better, Figure, LimitTarget, Measured, RatioTarget, Sample, Target, judge
from bench.machine import look_at_machine
from bench.notebooks import ScriptError, run_command, run_script
from bench.report import Contender, Report, as_json, markdown, print_report

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_SECONDS = 600.0
_PLAIN, _JVM = "plain", "spark"
_CONTENDERS = (
    Contender(name=PRODUCT, title="Brickyard, engine sail", note="spark_udf over a Delta table, by `brickyard run`"),
    Contender(name=_JVM, title="Brickyard, engine spark", note="the same script on Spark's JVM"),
    Contender(name=_PLAIN, title="model.predict", note="the model alone, on the frame in memory, the same cores"),
)
_SCORE = Figure(key="score", title="score all rows", unit="s", better=Better.LOWER)
_COLD = Figure(key="cold", title="run to first row, engine not running", unit="s", better=Better.LOWER)
_WARM = Figure(key="warm", title="run to first row, engine running", unit="s", better=Better.LOWER)
_FIGURES = {figure.key: figure for figure in (_SCORE, _COLD, _WARM)}
_TARGETS: tuple[Target, ...] = (
    RatioTarget(figure="score", peer=_PLAIN, factor=1 / 1.3),
    LimitTarget(figure="cold", limit=4),
)
_JVM_LIMITS = {"cold": 30.0, "warm": 10.0}


@dataclass
class Seconds:
    """What was measured, by figure and contender."""

    values: defaultdict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)

    def measured(self) -> Measured:
        result: Measured = {}
        for (figure, name), values in self.values.items():
            result.setdefault(figure, {})[name] = Sample.of(values)
        return result


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.batch", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows to score (default 1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--engines", nargs="+", choices=["sail", "spark"], default=["sail", "spark"])
    parser.add_argument("--save", action="store_true", help="write results.md and results.json beside this file")
    return parser.parse_args(arguments)


def _measure(home: Path, chosen: argparse.Namespace, cores: int, say: Console) -> Seconds:
    found = Seconds()
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}

    def script(name: str, engine: str, **parameters: object) -> dict[str, float]:
        say.print(f"{name} on {engine}", style="dim")
        return run_script(
            _HERE / f"{name}.py",
            home=home,
            engine=engine,
            parameters=parameters,
            environment=environment,
            seconds=_SECONDS,
        )

    script("prepare", "sail", rows=chosen.rows, cores=cores)
    for _ in range(chosen.rounds):
        say.print("the model alone", style="dim")
        plain = run_command(
            [sys.executable, "-m", "bench.batch.plain", str(chosen.rows), str(cores)],
            environment=environment,
            seconds=_SECONDS,
        )
        found.values["score", _PLAIN] += [plain["second"], plain["third"]]
        for engine in chosen.engines:
            contender = PRODUCT if engine == "sail" else _JVM
            first = script("first_row", engine)
            # Spark's server goes on after the first run; Sail's ends with each.
            running = engine == "spark" and found.values["cold", contender]
            found.values["warm" if running else "cold", contender].append(first["now"] - first["started"])
            scored = script("score", engine)
            found.values["score", contender] += [scored["second"], scored["third"]]
            if scored["churners"] != plain["churners"]:
                found.faults.append(f"{engine} finds {scored['churners']} churners, the model {plain['churners']}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; returns the exit code."""
    chosen = _parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    with tempfile.TemporaryDirectory(prefix="brickyard-bench-") as folder:
        home = Path(folder) / "home"
        machine = look_at_machine(Path(folder))
        try:
            found = _measure(home, chosen, machine.cores, console)
        except ScriptError as error:
            console.print(str(error), style="bold red", markup=False)
            return 1
    measured = found.measured()
    report = Report(
        title="Batch inference beside the model alone",
        method=f"{chosen.rows:,} Telco rows, a forest of 100 trees; the first of three passes is left out.",
        machine=machine.describe(),
        effort=f"{chosen.rounds} rounds, two passes each",
        contenders=_CONTENDERS,
        figures=_FIGURES,
        measured=measured,
        outcomes=[judge(target, _FIGURES, measured) for target in _TARGETS],
        errors=[],
        faults=found.faults,
        notes=[
            f"engine spark, {_FIGURES[key].title}: {measured[key][_JVM].median:.1f} s, to be below {limit:g} s"
            for key, limit in _JVM_LIMITS.items()
            if _JVM in measured.get(key, {})
        ],
    )
    print_report(report, console)
    if chosen.save:
        (_HERE / "results.md").write_text(markdown(report))
        (_HERE / "results.json").write_bytes(as_json(report))
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
