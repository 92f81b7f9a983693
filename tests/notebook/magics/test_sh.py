import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from brickyard.notebook.magics.sh import CommandFailed, run_shell, stream
from brickyard.settings import process_environment

ENVIRONMENT = process_environment()


def test_both_streams_and_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_shell("echo out\necho err >&2\nexit 3\n", ENVIRONMENT) == 3
    out, err = capsys.readouterr()
    assert out == "out\n"
    assert err.startswith("err\n")
    assert "exit status 3" in err


def test_a_failing_line_does_not_end_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_shell("false\necho on\n", ENVIRONMENT) == 0
    assert capsys.readouterr().out == "on\n"


def test_with_e_the_first_failing_line_fails_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandFailed, match="exit status 1"):
        run_shell("-e\nfalse\necho on\n", ENVIRONMENT)
    assert capsys.readouterr().out == ""


def test_characters_that_arrive_in_parts(capsys: pytest.CaptureFixture[str]) -> None:
    run_shell(r"printf '\303'; sleep 0.1; printf '\251\n'", ENVIRONMENT)
    assert capsys.readouterr().out == "é\n"


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(CommandFailed, match="no command 'no-such-command'"):
        stream(["no-such-command"], ENVIRONMENT)


def test_an_interrupted_cell_ends_what_it_started() -> None:
    code = (
        "from brickyard.notebook.magics.sh import run_shell\nimport os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored, where tests run in the background
        "run_shell('sleep 60 & echo $!; wait', dict(PATH=os.defpath))\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        state = Path(f"/proc/{int(process.stdout.readline())}/stat")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) != 0
    deadline = time.monotonic() + 20  # the signal is sent; when the system delivers it is its own affair
    while state.exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.02)
