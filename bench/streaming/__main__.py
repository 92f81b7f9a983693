"""Measure a stream by table names beside the same stream by paths on plain pyspark: `python -m bench.streaming`.

Needs the Spark engine (`brickyard engine install spark`): the peer uses its Spark, Delta and Java, so that only what
Brickyard adds differs.

Exit codes: 0 measured (targets are reported, not asserted), 1 a script failed or rows are missing, 2 no Spark engine.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.figures import PRODUCT, Better, Figure, RatioTarget, Sample, Target, judge
from bench.machine import look_at_machine
from bench.notebooks import ScriptError, run_command, run_script
from bench.report import Contender, Report, as_json, markdown, print_report
from brickyard.notebook.engines.spark.distribution import Distribution, installed
from brickyard.notebook.engines.spark.jvm import heap
from brickyard.settings import Settings, environment_variable

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_SECONDS = 900.0
_PLAIN = "pyspark"
_CONTENDERS = (
    Contender(name=PRODUCT, title="Brickyard, engine spark", note="table names, Spark Connect, `brickyard run`"),
    Contender(name=_PLAIN, title="plain pyspark", note="paths, no Connect, no catalog; the same jars, Java and memory"),
)
_RATE = Figure(key="rate", title="stream with availableNow", unit="rows/s", better=Better.HIGHER)
_FIGURES = {_RATE.key: _RATE}
_TARGETS: tuple[Target, ...] = (RatioTarget(figure="rate", peer=_PLAIN, factor=0.9),)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.streaming", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="events (default 10,000,000)")
    parser.add_argument("--rounds", type=int, default=2, help="rounds (default 2)")
    parser.add_argument("--save", action="store_true", help="write results.md and results.json beside this file")
    return parser.parse_args(arguments)


class Streams:
    """Both streams over one table of events."""

    def __init__(self, folder: Path, spark: Distribution, memory: str) -> None:
        self._folder = folder
        self._home = folder / "home"
        self._spark = spark
        self._memory = memory
        self._environment = {**os.environ, "PYTHONPATH": str(_ROOT)}

    def prepare(self, rows: int) -> None:
        self._run("prepare", rows=rows)

    def by_name(self, round_: int) -> dict[str, float]:
        return self._run("by_name", round=round_)

    def by_path(self, round_: int) -> dict[str, float]:
        spark = self._spark
        [py4j] = (spark.spark_home / "python" / "lib").glob("py4j-*-src.zip")
        path = [str(_ROOT), str(spark.spark_home.parent), str(py4j)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path),
            "SPARK_HOME": str(spark.spark_home),
            "JAVA_HOME": str(spark.java.parents[1]),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
        }
        [log] = self._home.glob("tables/**/events/_delta_log")
        scratch = self._folder / f"plain_{round_}"
        jars = os.pathsep.join(map(str, spark.jars))
        command = [sys.executable, str(_HERE / "by_path.py"), str(log.parent), str(scratch), jars, self._memory]
        return run_command(command, environment=environment, seconds=_SECONDS)

    def _run(self, name: str, **parameters: object) -> dict[str, float]:
        return run_script(
            _HERE / f"{name}.py",
            home=self._home,
            engine="spark",
            parameters=parameters,
            environment=self._environment,
            seconds=_SECONDS,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; returns the exit code."""
    chosen = _parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    settings = Settings.read()
    spark = installed(settings.cache, environment_variable("JAVA_HOME"))
    if spark is None:
        console.print("the Spark engine is not installed: brickyard engine install spark", style="bold red")
        return 2
    rates: defaultdict[str, list[float]] = defaultdict(list)
    faults = []
    with tempfile.TemporaryDirectory(prefix="brickyard-bench-") as folder:
        machine = look_at_machine(Path(folder))
        streams = Streams(Path(folder), spark, f"{heap(settings.spark_memory_mb)}m")
        try:
            streams.prepare(chosen.rows)
            for number in range(chosen.rounds):
                for name, run in ((PRODUCT, streams.by_name), (_PLAIN, streams.by_path)):
                    console.print(f"round {number + 1}: {name}", style="dim")
                    figures = run(number)
                    rates[name] += [chosen.rows / figures[key] for key in ("second", "third")]
                    if figures["rows"] != chosen.rows:
                        faults.append(f"{name} wrote {figures['rows']:,.0f} of {chosen.rows:,} rows")
        except ScriptError as error:
            console.print(str(error), style="bold red", markup=False)
            return 1
    measured = {"rate": {name: Sample.of(values) for name, values in rates.items()}}
    report = Report(
        title="A stream beside plain pyspark",
        method=f"{chosen.rows:,} rows from a Delta table through a formula into another, in its own JVM each.",
        machine=machine.describe(),
        effort=f"{chosen.rounds} rounds of three passes; the first of three warms up and is left out",
        contenders=_CONTENDERS,
        figures=_FIGURES,
        measured=measured,
        outcomes=[judge(target, _FIGURES, measured) for target in _TARGETS],
        errors=[],
        faults=faults,
        notes=[],
    )
    print_report(report, console)
    if chosen.save:
        (_HERE / "results.md").write_text(markdown(report))
        (_HERE / "results.json").write_bytes(as_json(report))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
