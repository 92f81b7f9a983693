"""Starting a file in a fresh Python process, and waiting for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 5.0


def start(
    file: str, arguments: Sequence[str], environment: Mapping[str, str], *, piped: bool = False
) -> "subprocess.Popen[bytes]":
    """A Python process of this interpreter that runs a file; its environment holds its Notebook.

    The current folder stays out of the module path (-P): the script's own folder comes first there, set by the child.

    Args:
        piped: what it writes comes through `stdout` of the process, errors too, instead of going to the terminal.
    """
    command = [sys.executable, "-P", "-m", "brickyard.notebook", file, *arguments]
    if piped:
        return subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return subprocess.Popen(command, env=dict(environment))


def wait(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a child that has the terminal, in the shell's form: 128 + n when signal n killed it.

    While waiting, SIGTERM and SIGHUP go on to the child. Ctrl-C reaches it from the terminal; without one it goes
    on too.
    """
    with _forwarding(process):
        code = process.wait()
    return 128 - code if code < 0 else code


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a child: politely, so that it can clean up, then by force."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _forwarding(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    def forward(number: int, _: FrameType | None) -> None:
        if number != signal.SIGINT or not _has_terminal():
            with suppress(ProcessLookupError):
                process.send_signal(number)

    # Python handlers, not SIG_IGN: an ignored signal would be ignored in the child too.
    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_terminal() -> bool:
    """Whether this process is in the foreground of a terminal, which then sends Ctrl-C to the child by itself."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
