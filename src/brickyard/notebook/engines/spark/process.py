"""A session's side of Spark: a lease on the JVM that a keeper owns."""

import atexit
import getpass
import os
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

from brickyard.errors import InvalidState
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.spark.distribution import SPARK_VERSION, Distribution
from brickyard.notebook.engines.spark.jvm import Launch, heap
from brickyard.notebook.engines.spark.lease import take_lease
from brickyard.notebook.engines.spark.state import Join, Order, Place, PythonOfSession
from brickyard.settings import Home, Settings, process_environment


class SparkProcess:
    """A leased Spark. When the last lease is given back, or its process is gone, the JVM runs on for the idle time."""

    def __init__(
        self, distribution: Distribution, place: Place, settings: Settings, report: Callable[[str], None]
    ) -> None:
        self.user = f"{getpass.getuser()}-{uuid.uuid4().hex[:12]}"
        self.session = str(uuid.uuid4())
        self._owner = os.getpid()
        launch = launch_of(distribution, settings.spark_memory_mb)
        order = Order(place=place, launch=launch, idle_s=settings.spark_idle_s, python=sys.executable)
        join = Join(fingerprint=launch.fingerprint, user=self.user, session=self.session, python=this_python())
        self._log = place.log
        self._lease = take_lease(order, join, report)
        atexit.register(self.stop)

    @property
    def remote(self) -> str:
        """The address, without the token."""
        return f"sc://127.0.0.1:{self._lease.port}"

    @property
    def token(self) -> str:
        """What clients must send to Spark."""
        return self._lease.token

    def bind(self, server_session: str) -> None:
        """Tell the server's own id of the session: the Python code of its queries runs as this process from then on.

        Raises:
            InvalidState: Spark has gone.
        """
        self._lease.bind(server_session)

    def require(self) -> None:
        """
        Raises:
            InvalidState: Spark has gone.
        """
        if self._lease.has_ended:
            raise InvalidState(f"the Spark engine has ended: start the session anew. Its log is {self._log}")

    def stop(self) -> None:
        atexit.unregister(self.stop)
        if os.getpid() == self._owner:  # a fork of the notebook ends: the lease is not its own
            self._lease.close()


def place_of(server: ServerAddress, settings: Settings) -> Place:
    """The place of the keeper: the home's; the cache folder's, where the home is on another machine."""
    if server.files is not None:
        return Place.of_home(Home(server.files.parent))
    runtime = settings.cache / "runtime"
    return Place(runtime=runtime, log=runtime / "spark.log")


def launch_of(distribution: Distribution, memory_mb: int) -> Launch:
    """How a JVM is started from a distribution; the heap in MiB, 0: by the machine's memory."""
    return Launch(
        version=SPARK_VERSION,
        java=str(distribution.java),
        spark_home=str(distribution.spark_home),
        jars=tuple(map(str, distribution.jars)),
        plugin=str(distribution.plugin),
        heap_mb=heap(memory_mb),
    )


def this_python() -> PythonOfSession:
    """What Python code of this process's queries runs in: as this process itself."""
    folder = str(Path.cwd())
    return PythonOfSession(
        executable=sys.executable,
        path=tuple(os.path.abspath(entry) if entry else folder for entry in sys.path),
        environment=process_environment(),
        folder=folder,
    )
