"""Making this process one that works with a Brickyard server, as `brickyard run` makes its child."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brickyard.notebook import shims
from brickyard.notebook.engines.choice import check_engine
from brickyard.notebook.environment import client_variables, foreign_names
from brickyard.notebook.namespace import NotebookNamespace, process_namespace
from brickyard.notebook.server_of_home import RunningServer, delete_token, find_server, mint_token, own_server
from brickyard.settings import Settings, live_environment, process_environment


@contextmanager
def attached(home: Path, *, comment: str, engine: str | None = None) -> Iterator[NotebookNamespace]:
    """The names of a notebook, for as long as the block lasts.

    The stock clients find the server by this process's environment, which is put back at the end. Where no server runs
    on the home, one is started for the block.

    Args:
        home: the folder that holds everything.
        comment: what the process's token is called in the list of tokens.
        engine: the Spark engine; None: the one that BRICKYARD_ENGINE names, or sail.

    Raises:
        InvalidParameterValue: there is no such engine.
        HomeUnusable: the home, or its administrator's token, cannot be read.
        InvalidState: the server did not come up.
    """
    engine = engine or Settings.read().engine
    check_engine(engine)
    running = find_server(home)
    if running is not None:
        with _clients_of(running, comment, engine) as space:
            yield space
        return
    with own_server(home, process_environment()) as started, _clients_of(started, comment, engine) as space:
        yield space


@contextmanager
def _clients_of(server: RunningServer, comment: str, engine: str) -> Iterator[NotebookNamespace]:
    environment = live_environment()
    before = dict(environment)
    token = mint_token(server, comment, pid=os.getpid())
    for name in foreign_names():
        environment.pop(name, None)
    environment.update(client_variables(environment, url=server.url, token=token.value, home=server.home))
    environment["BRICKYARD_ENGINE"] = engine
    process_namespace.cache_clear()
    space = process_namespace()
    shims.install_clients(lambda: space.spark)
    try:
        yield space
    finally:
        space.close()
        process_namespace.cache_clear()
        delete_token(server, token)
        environment.clear()
        environment.update(before)
