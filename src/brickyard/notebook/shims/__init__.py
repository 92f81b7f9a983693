"""Small repairs of the stock clients, so that code written for Databricks runs unchanged.

Each module here is one shim: `MODULE` (a module name; a trailing `.*` means all modules of that package) and
`apply(module)`, which changes that module once it has been imported. None of them imports a client by itself. A shim
does nothing on releases that do not need it, and applying it twice changes nothing.
"""

from collections.abc import Callable
from types import ModuleType

from brickyard.notebook.provenance import Provenance
from brickyard.notebook.shims import (
    endpoint_config,
    run_records,
    sdk_enums,
    sdk_logs,
    sklearn_format,
    spark_builder,
    stream_table,
)
from brickyard.notebook.shims.finder import AfterImport

Shim = tuple[str, Callable[[ModuleType], None]]

CLIENT_SHIMS: tuple[Shim, ...] = (
    (endpoint_config.MODULE, endpoint_config.apply),
    (sdk_enums.MODULE, sdk_enums.apply),
    (sdk_logs.MODULE, sdk_logs.apply),
    (sklearn_format.MODULE, sklearn_format.apply),
    (stream_table.MODULE, stream_table.apply),
)


def install_clients(start_spark: Callable[[], object]) -> None:
    """The shims of a process that is no run of one file (Jupyter, tests): all but those that record its source."""
    AfterImport([*CLIENT_SHIMS, spark_builder.shim(start_spark)]).install()


def install(provenance: Provenance, start_spark: Callable[[], object]) -> None:
    """Put all shims into this process. Modules that are imported already are changed at once."""
    AfterImport([*CLIENT_SHIMS, *run_records.shims(provenance), spark_builder.shim(start_spark)]).install()
