"""Scripts that a bench runs as a user would, by `brickyard run`, and the figures that they print."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

MARK = "figures "
"""What the line of a script's figures begins with; JSON of {name: number} follows."""


class ScriptError(Exception):
    """A script failed, or printed no figures."""


def say_figures(**figures: float) -> None:
    """Print the figures of this script, for `run_script`."""
    print(MARK + msgspec.json.encode(figures).decode(), flush=True)


def run_script(
    script: Path,
    *,
    home: Path,
    engine: str,
    parameters: Mapping[str, object] | None = None,
    environment: Mapping[str, str],
    seconds: float,
) -> dict[str, float]:
    """Run a script on a home folder with an engine.

    Returns:
        The figures that it printed; `started`, the time of the command, is among them (seconds since 1970).

    Raises:
        ScriptError: it failed, took longer than `seconds`, or printed none; with its last words.
    """
    command = [str(Path(sys.executable).with_name("brickyard")), "run", "--home", str(home), "--engine", engine]
    for name, value in (parameters or {}).items():
        command += ["--param", f"{name}={value}"]
    return run_command([*command, str(script)], environment=environment, seconds=seconds)


def run_command(command: Sequence[str], *, environment: Mapping[str, str], seconds: float) -> dict[str, float]:
    """The figures of any program that ends with `say_figures`; as `run_script`."""
    started = time.time()
    try:
        done = subprocess.run(
            command, env=dict(environment), capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise ScriptError(f"{' '.join(command)} did not end within {seconds:.0f} s") from None
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if done.returncode or not lines:
        raise ScriptError(f"{' '.join(command)} failed: {(done.stdout + done.stderr).strip()[-3000:]}")
    figures = msgspec.json.decode(lines[-1].removeprefix(MARK), type=dict[str, float])
    return {**figures, "started": started}
