"""%sh: a script of the Bourne-again shell."""

import codecs
import os
import re
import selectors
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from brickyard.errors import BrickyardError

GRACE_SECONDS = 3.0
_OPTIONS = re.compile(r"-e(\s|$)")


class CommandFailed(BrickyardError):
    """A command of a cell ended with an exit status other than 0."""


def run_shell(text: str, environment: Mapping[str, str]) -> int:
    """Run the text of a %sh cell, showing what it writes while it runs; gives its exit status.

    As on Databricks, `-e` in front makes the first failing command end the cell with an error. Without it the status
    is told, and the notebook goes on.

    Raises:
        CommandFailed: with -e, the status is not 0.
    """
    option = _OPTIONS.match(text)
    script = text[option.end() :] if option else text
    status = stream(["bash", *(["-e"] if option else []), "-c", script], environment)
    if status and option:
        raise CommandFailed(f"%sh -e: the command ended with exit status {status}")
    if status:
        print(f"%sh: exit status {status} (put -e behind %sh to let that fail the cell)", file=sys.stderr)
    return status


def stream(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command, its output going to sys.stdout and sys.stderr as it comes; gives its exit status.

    Ctrl-C, and whatever else ends the wait, ends the command and all that it started.

    Raises:
        CommandFailed: there is no such command.
    """
    try:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise CommandFailed(f"there is no command {command[0]!r} on this machine") from None
    with process:
        try:
            _pump(process)
            return process.wait()
        except BaseException:  # reason: the command must not outlive its cell; the interruption goes on
            _end(process)
            raise


def _pump(process: "subprocess.Popen[bytes]") -> None:
    """Pass on what the command writes until it has closed both streams."""
    with selectors.DefaultSelector() as selector:
        for pipe, name in ((process.stdout, "stdout"), (process.stderr, "stderr")):
            decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ, (name, decode))
        while selector.get_map():
            for key, _ in selector.select():
                name, decode = key.data
                block = os.read(key.fd, 65536)
                target = getattr(sys, name)
                target.write(decode(block, not block))
                target.flush()
                if not block:
                    selector.unregister(key.fileobj)


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
