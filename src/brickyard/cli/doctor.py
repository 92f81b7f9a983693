"""`brickyard doctor`: what is installed, what runs, what is broken, and how to repair it."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from brickyard.cli.finding import Finding, Level
from brickyard.cli.findings import examine
from brickyard.settings import Settings

_STYLE = {Level.OK: "green", Level.WARNING: "yellow", Level.BROKEN: "bold red"}


def doctor(
    home: Annotated[Path | None, typer.Option(help="The folder that holds everything. [default: ./.brickyard]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Examine the installation and a home folder; each finding names its repair. Exit code 1: something is broken."""
    findings = examine(Settings.read(home=home))
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        _print(findings)
    if any(finding.level is Level.BROKEN for finding in findings):
        raise typer.Exit(1)


def _print(findings: list[Finding]) -> None:
    table = Table(show_edge=False, show_header=False, pad_edge=False, box=None)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        text = Text(finding.text)
        if finding.fix:
            text.append(f"\n→ {finding.fix}", "bold")
        table.add_row(Text(finding.level.value, _STYLE[finding.level]), finding.subject, text)
    Console().print(table)
