"""The Python of a session's code: Spark has one interpreter for all sessions; a launcher in its place finds more.

Spark names the session to the processes that it starts: by the server's id of the session for UDFs, by the user in the
address for foreachBatch. Under both names a folder of sessions has a file of shell variables, which the launcher reads.
So the code of each session finds the interpreter, the modules, the variables and the folder of its own notebook.
"""

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

from brickyard.notebook.engines.spark.state import PythonOfSession

_OWN = re.compile(r"(SPARK_|PYSPARK_|PYTHON|PYARROW_|OMP_NUM_THREADS$|_$|PWD$|OLDPWD$|SHLVL$)")
"""Variables that Spark sets for its workers, or that the shell does."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile(r"[A-Za-z0-9_.@-]{1,128}")
DEFAULT = "default"

_LAUNCHER = """#!/bin/sh
name=${SPARK_JOB_ARTIFACT_UUID:-${SPARK_CONNECT_LOCAL_URL##*user_id=}}
name=${name%%;*}
[ -f "$brickyard_sessions/$name" ] || name=default
echo $$ >> "$brickyard_sessions/$name.pids"
. "$brickyard_sessions/$name"
exec "$brickyard_python" "$@"
"""


class SessionFiles:
    """The launcher and the files of sessions, in a folder that nobody else may enter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.launcher = folder / "python"
        folder.mkdir(mode=0o700)
        self.launcher.write_text(
            _LAUNCHER.replace("#!/bin/sh\n", f"#!/bin/sh\nbrickyard_sessions={shlex.quote(str(folder))}\n", 1)
        )
        self.launcher.chmod(0o700)

    def add(self, name: str, python: PythonOfSession) -> None:
        """Let Python code of a session run so.

        Raises:
            ValueError: the name cannot be that of a file.
        """
        self._path(name).write_text(shell_text(python))

    def also(self, name: str, other: str) -> None:
        """Give a session a second name.

        Raises:
            ValueError: the name cannot be that of a file.
        """
        target = self._path(other)
        target.unlink(missing_ok=True)
        target.hardlink_to(self._path(name))

    def remove(self, name: str) -> None:
        """Forget a name."""
        self._path(name).unlink(missing_ok=True)

    def end_processes(self, name: str, parent: int) -> None:
        """End the Python processes that were started under a name; Spark keeps them for a session that is gone.

        Args:
            parent: the JVM's process: a number that another process has got meanwhile is left alone.
        """
        numbers = self._path(f"{name}.pids")
        if not numbers.is_file():
            return
        for pid in {int(line) for line in numbers.read_text().split()}:
            if _parent(pid) == parent:
                try:
                    os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    continue
        numbers.unlink()

    def _path(self, name: str) -> Path:
        if not _KEY.fullmatch(name) or name == self.launcher.name:
            raise ValueError(f"not the name of a session: {name!r}")
        return self._folder / name


def shell_text(python: PythonOfSession) -> str:
    """The assignments of a session, for a shell. Spark's own variables stay as they are."""
    lines = [
        f"export {name}={shlex.quote(value)}"
        for name, value in python.environment.items()
        if _NAME.fullmatch(name) and not _OWN.match(name)
    ]
    modules = shlex.quote(os.pathsep.join(python.path))
    return "\n".join(
        [
            *lines,
            f"export PYTHONPATH=${{PYTHONPATH:+$PYTHONPATH:}}{modules}",
            "export PYTHONSAFEPATH=1",
            f"cd {shlex.quote(python.folder)} 2>/dev/null",
            f"brickyard_python={shlex.quote(python.executable)}",
            "",
        ]
    )


def _parent(pid: int) -> int:
    """The parent of a process; 0: there is no such process."""
    if Path("/proc/self/stat").exists():
        try:
            return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return 0
    asked = subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(asked.stdout.strip() or 0)
