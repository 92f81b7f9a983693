"""What is told while Spark is installed and started."""

import os
import pty
import subprocess
import sys

import pytest

from brickyard.notebook.engines.spark.progress import Progress
from brickyard.settings import process_environment

CODE = """
from brickyard.notebook.engines.spark.progress import Progress
with Progress() as progress:
    progress.tell("Getting [it]")
    progress.received(1_000_000, 3_000_000)
    progress.received(12_345_678, 0)
"""


def test_each_step_is_a_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.tell("Getting [it]")
        progress.received(1, 2)
        progress.tell("Done")
    told = capsys.readouterr()
    assert told.err == "brickyard: Getting [it] …\nbrickyard: Done …\n"
    assert told.out == ""


def test_bytes_are_shown_in_a_terminal() -> None:
    reader, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CODE], stderr=terminal, env=process_environment(COLUMNS="100", TERM="xterm")
    )
    os.close(terminal)
    shown = b""
    while block := _read(reader):
        shown += block
    assert process.wait() == 0
    os.close(reader)
    assert b"Getting [it]: 12 MB written" in shown, shown


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 65536)
    except OSError:  # Linux's way to say that the other end is closed
        return b""
