"""Opening a Delta table."""

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.lake.failures import translated
from brickyard.lake.location import StorageOptions, storage_options, table_uri


def open_table(location: str, *, options: StorageOptions | None = None, version: int | None = None) -> DeltaTable:
    """The table at `location`, at its newest version or at `version`.

    Raises:
        NotFound: no Delta table lies there, or it has no such version; names the location.
        InvalidState: its log is corrupt.
        InvalidParameterValue: the location is neither an absolute path nor a URI, or the version is negative.
        PermissionDenied, TemporarilyUnavailable: the storage refuses.
    """
    uri = table_uri(location)
    storage = storage_options(location, options)
    if version is None:
        with translated(location):
            return DeltaTable(uri, storage_options=storage)
    if version < 0:
        raise InvalidParameterValue(f"Table version must not be negative, but is {version}.")
    with translated(location):
        try:
            return DeltaTable(uri, version=version, storage_options=storage)
        except DeltaError as error:
            newest = DeltaTable(uri, storage_options=storage).version()
            if version == newest:
                raise
            known = f"its newest is {newest}" if version > newest else "its log no longer has it"
            raise NotFound(f"The table at {location} has no version {version}: {known}.") from error
