"""The places that a request names, as folders of the home or addresses in object stores."""

from collections.abc import MutableMapping
from pathlib import Path

import pyspark.sql.connect.proto as pb
from google.protobuf.message import Message

from brickyard.notebook.engines import plans
from brickyard.notebook.engines.paths import local_path

_OPTIONS = frozenset({"path", "checkpointlocation"})
"""Options of readers and writers that are places, in lower case."""


def localise(message: Message, files: Path | None) -> None:
    """Give the paths of DBFS in a request as what they are on this machine; also those of streams and checkpoints.

    Args:
        message: a request or a part of one; changed.
        files: as for paths.local_path.
    """
    for part in plans.walk(message):
        if isinstance(part, pb.Read.DataSource):
            part.paths[:] = [local_path(path, files) for path in part.paths]
            _localise_options(part.options, files)
        elif isinstance(part, pb.WriteOperation):
            if part.WhichOneof("save_type") == "path":
                part.path = local_path(part.path, files)
            _localise_options(part.options, files)
        elif isinstance(part, pb.WriteStreamOperationStart):
            if part.WhichOneof("sink_destination") == "path":
                part.path = local_path(part.path, files)
            _localise_options(part.options, files)


def _localise_options(options: MutableMapping[str, str], files: Path | None) -> None:
    for name, value in list(options.items()):
        if name.lower() in _OPTIONS:
            options[name] = local_path(value, files)
