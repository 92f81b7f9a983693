"""Load by wrk: one window of a Lua script against one server, and what came back."""

import shutil
import subprocess
from pathlib import Path

import msgspec

SCRIPTS = Path(__file__).parent / "wrk"
INSTALL_HINT = "wrk is not installed: apt-get install wrk (Debian, Ubuntu), brew install wrk (macOS)"


class LoadError(Exception):
    """wrk is missing, failed, or printed no summary."""


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One window of load, as `done()` of common.lua prints it.

    `sent` counts requests handed to wrk (up to one per connection is still unanswered at the end), `acknowledged`
    answers with 2xx, `refused` other answers, `broken` connect, read and write errors, `short` 2xx answers that are
    too small. Latencies are in milliseconds, over all answers, with wrk's correction for coordinated omission.
    """

    seconds: float
    sent: int
    acknowledged: int
    refused: int
    short: int
    broken: int
    timeouts: int
    p50_ms: float
    p99_ms: float
    refusal: str

    @property
    def rate(self) -> float:
        """Acknowledged requests per second."""
        return self.acknowledged / self.seconds

    def errors(self) -> list[str]:
        """What went wrong in the window, for the report; empty if nothing did."""
        found = []
        if self.refused:
            found.append(f"{self.refused} of {self.refused + self.acknowledged} refused, first: {self.refusal}")
        if self.broken:
            found.append(f"{self.broken} broken connections")
        if self.timeouts:
            found.append(f"{self.timeouts} timeouts")
        return found


def parse_window(printed: str) -> Window:
    """The window in wrk's standard output: its last line that is a JSON object. Raises LoadError."""
    for line in reversed(printed.splitlines()):
        if line.startswith("{"):
            try:
                return msgspec.json.decode(line, type=Window)
            except msgspec.DecodeError as error:
                raise LoadError(f"wrk's summary is not as expected ({error}): {line}") from error
    raise LoadError(f"wrk printed no summary:\n{printed[-2000:]}")


def find_wrk() -> str:
    """The path of wrk; raises LoadError that says how to install it."""
    path = shutil.which("wrk")
    if path is None:
        raise LoadError(INSTALL_HINT)
    return path


def run_window(port: int, script: str, arguments: list[str], *, connections: int, seconds: int) -> Window:
    """Run one window with two wrk threads. Raises LoadError."""
    command = [find_wrk(), "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    command += ["-s", str(SCRIPTS / script), f"http://127.0.0.1:{port}", "--", *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 90, check=False)
    except subprocess.TimeoutExpired as error:
        raise LoadError(f"wrk did not end in {error.timeout} s") from error
    if ended.returncode:
        raise LoadError(f"wrk ended with {ended.returncode}: {ended.stderr or ended.stdout}")
    return parse_window(ended.stdout)
