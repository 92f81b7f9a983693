"""The report: one table of figures with ratios, one of targets; for a terminal, as Markdown and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from rich.console import Console
from rich.table import Table

from bench.figures import PRODUCT, Figure, LimitTarget, Measured, Outcome, Sample, Verdict, ratio

RATIOS = (
    "Medians (lowest..highest). A ratio says how many times as good Brickyard is: above 1 it wins, below 1 it loses."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """One column of the report."""

    name: str
    title: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All that is shown. `figures` are in the table's order; those without a value are left out."""

    title: str
    method: str
    machine: str
    effort: str
    contenders: Sequence[Contender]
    figures: dict[str, Figure]
    measured: Measured
    outcomes: Sequence[Outcome]
    errors: Sequence[str]
    faults: Sequence[str]
    notes: Sequence[str]


def number(value: float) -> str:
    """A value with three significant digits or so."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(sample: Sample) -> str:
    """Median and range."""
    if sample.lowest == sample.highest:
        return number(sample.median)
    return f"{number(sample.median)} ({number(sample.lowest)}..{number(sample.highest)})"


def target_text(outcome: Outcome, report: Report) -> str:
    """A target in words."""
    target = outcome.target
    figure = report.figures[target.figure]
    if isinstance(target, LimitTarget):
        return f"{figure.title}: below {number(target.limit)} {figure.unit}"
    peer = next((one.title for one in report.contenders if one.name == target.peer), target.peer)
    return f"{figure.title}: at least {target.factor:g} × {peer}"


def reached_text(outcome: Outcome, report: Report) -> str:
    """What was measured for a target."""
    if outcome.reached is None:
        return "–"
    if isinstance(outcome.target, LimitTarget):
        return f"{number(outcome.reached)} {report.figures[outcome.target.figure].unit}"
    return f"{number(outcome.reached)} ×"


def _rows(report: Report) -> list[list[str]]:
    rows = []
    for key, figure in report.figures.items():
        samples = report.measured.get(key)
        if samples is None:
            continue
        product = samples.get(PRODUCT)
        row = [f"{figure.title} [{figure.unit}]"]
        for contender in report.contenders:
            sample = samples.get(contender.name)
            cell = spread(sample) if sample else "–"
            if sample and product and contender.name != PRODUCT:
                cell += f" → {number(ratio(product, sample, figure.better))} ×"
            row.append(cell)
        rows.append(row)
    return rows


def _judged(report: Report) -> list[Outcome]:
    return [outcome for outcome in report.outcomes if outcome.verdict is not Verdict.NOT_MEASURED]


def _remarks(report: Report) -> list[str]:
    return [
        *(f"{one.title}: {one.note}." for one in report.contenders),
        *(f"{note}." for note in report.notes),
        *(f"Errors: {error}" for error in report.errors),
        *(f"WRONG: {fault}" for fault in report.faults),
    ]


def print_report(report: Report, console: Console) -> None:
    """Show it in a terminal."""
    table = Table(title=report.title, caption=f"{report.method} {RATIOS}", show_lines=True)
    table.add_column("figure", overflow="fold")
    for contender in report.contenders:
        table.add_column(contender.title, justify="right", overflow="fold")
    for row in _rows(report):
        table.add_row(*(cell.replace("[", r"\[").replace(" → ", "\n") for cell in row))
    console.print(table)
    targets = Table(title="Targets")
    for column in ("target", "reached", "verdict"):
        targets.add_column(column)
    for outcome in _judged(report):
        style = "green" if outcome.verdict is Verdict.MET else "bold red"
        targets.add_row(target_text(outcome, report), reached_text(outcome, report), outcome.verdict, style=style)
    if targets.row_count:
        console.print(targets)
    console.print(f"{report.machine}. {report.effort}.", markup=False)
    for remark in _remarks(report):
        console.print(f"- {remark}", markup=False)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows)]


def markdown(report: Report) -> str:
    """The report as a Markdown page."""
    targets = [
        [target_text(outcome, report), reached_text(outcome, report), str(outcome.verdict)]
        for outcome in _judged(report)
    ]
    lines = [
        f"# {report.title}",
        "",
        f"{report.machine}. {report.effort}. {report.method} {RATIOS}",
        "",
        *_markdown_table(["figure", *(one.title for one in report.contenders)], _rows(report)),
        "",
        *(_markdown_table(["target", "reached", "verdict"], targets) if targets else []),
        "",
        *(f"- {remark}" for remark in _remarks(report)),
    ]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> bytes:
    """All figures, outcomes and remarks as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2)
