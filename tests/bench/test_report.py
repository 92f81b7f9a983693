import io
import json

from rich.console import Console

from bench.figures import Better, Figure, LimitTarget, RatioTarget, Sample, Target, judge
from bench.report import Contender, Report, as_json, markdown, number, print_report, spread

FIGURES = {
    "rate": Figure(key="rate", title="log-metric", unit="requests/s", better=Better.HIGHER),
    "p99": Figure(key="p99", title="log-metric, p99", unit="ms", better=Better.LOWER),
    "start": Figure(key="start", title="start", unit="s", better=Better.LOWER),
}
MEASURED = {
    "rate": {"brickyard": Sample.of([8000, 8200, 8400]), "mlflow": Sample.of([40, 41])},
    "p99": {"brickyard": Sample.of([20.0])},
}


def report() -> Report:
    targets: list[Target] = [
        RatioTarget(figure="rate", peer="mlflow", factor=150),
        LimitTarget(figure="p99", limit=15),
        LimitTarget(figure="start", limit=1),
    ]
    return Report(
        title="Tracking server",
        method="By wrk.",
        machine="2 cores",
        effort="3 windows",
        contenders=[
            Contender(name="brickyard", title="Brickyard", note="fsync"),
            Contender(name="mlflow", title="mlflow server", note="fsync too"),
        ],
        figures=FIGURES,
        measured=MEASURED,
        outcomes=[judge(target, FIGURES, MEASURED) for target in targets],
        errors=["one refused"],
        faults=["a count is wrong"],
        notes=[],
    )


def test_numbers_keep_about_three_digits() -> None:
    assert [number(value) for value in (0.0512, 9.876, 12.34, 1234.5)] == ["0.05", "9.88", "12.3", "1,234"]
    assert spread(Sample.of([1, 2, 3])) == "2.00 (1.00..3.00)"
    assert spread(Sample.of([2])) == "2.00"


def test_markdown_has_figures_ratios_and_verdicts() -> None:
    lines = markdown(report()).splitlines()
    assert "| log-metric [requests/s] | 8,200 (8,000..8,400) | 40.5 (40.0..41.0) → 202 × |" in lines
    assert "| log-metric, p99 [ms] | 20.0 | – |" in lines
    assert "| log-metric: at least 150 × mlflow server | 202 × | met |" in lines
    assert "| log-metric, p99: below 15.0 ms | 20.0 ms | MISSED |" in lines
    assert not any(line.startswith("| start") for line in lines)
    assert lines[-2:] == ["- Errors: one refused", "- WRONG: a count is wrong"]


def test_the_terminal_shows_units_ratios_and_faults() -> None:
    shown = io.StringIO()
    print_report(report(), Console(file=shown, width=160))
    for part in ("log-metric [requests/s]", "202 ×", "MISSED", "fsync too", "WRONG: a count is wrong"):
        assert part in shown.getvalue()


def test_json_carries_the_medians() -> None:
    decoded = json.loads(as_json(report()))
    assert decoded["measured"]["rate"]["brickyard"] == {"median": 8200, "lowest": 8000, "highest": 8400}
    assert [outcome["verdict"] for outcome in decoded["outcomes"]] == ["met", "MISSED", "not measured"]
