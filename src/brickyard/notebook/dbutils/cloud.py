"""s3://, abfss://, gs:// and their older spellings, by obstore."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import chain
from typing import Any

from brickyard.errors import (
    AlreadyExists,
    InvalidParameterValue,
    MissingExtra,
    PermissionDenied,
    TemporarilyUnavailable,
)
from brickyard.notebook.client import BLOCK
from brickyard.notebook.dbutils.storage import Entry
from brickyard.settings import cloud_environment
from brickyard.wire.cloud import CloudUri
from brickyard.wire.cloud_options import options_of_confs, options_of_environment

PART = 8 * BLOCK
"""Bytes of a part of a multipart upload; smaller files go in one request. S3 takes 5 MiB at least, 10,000 parts."""

_AHEAD = 8
"""Blocks that are read ahead of an upload."""
_RETRY: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
_SIGN_IN = (
    "set the environment's AWS_*, AZURE_STORAGE_* or GOOGLE_* variables, or spark.conf.set('fs.…'), as "
    "docs/cloud_storage.md tells"
)
_REFUSED = ("403", "401", "credential", "token request", "IMDS", "Account must be specified", "Missing")
_MAX_REASON = 300


class CloudStorage:
    """The objects of one bucket or container as files. Folders are what the names of objects begin with.

    An object store has no empty folders: those that `make_folder` makes are known to this object alone, until a file
    lies in them. A file of more than one part is uploaded in parts, which nobody sees before the last, and which are
    thrown away when the upload fails.
    """

    def __init__(self, uri: CloudUri, options: Mapping[str, str]) -> None:
        self.scheme = uri.root
        self._obstore = _obstore()
        self._store = _open(uri, options)
        self._made: set[str] = set()

    def status(self, path: str) -> Entry | None:
        key = path.strip("/")
        with self._translated(path):
            if not key:
                self._obstore.list_with_delimiter(self._store)
                return Entry(path="/", is_dir=True)
            try:
                return _entry(self._obstore.head(self._store, key))
            except FileNotFoundError:
                if next(iter(self._obstore.list(self._store, key, chunk_size=1)), None) or key in self._made:
                    return Entry(path=f"/{key}", is_dir=True)
        return None

    def entries(self, path: str) -> list[Entry]:
        key = path.strip("/")
        with self._translated(path):
            found = self._obstore.list_with_delimiter(self._store, key or None)
        folders = {*found["common_prefixes"], *(name for name in self._made if _parent(name) == key)}
        entries = [_entry(item) for item in found["objects"] if item["path"] != key]
        entries += [Entry(path=f"/{name.strip('/')}", is_dir=True) for name in folders]
        return sorted(entries, key=lambda entry: entry.path)

    def read(self, path: str, *, limit: int | None = None) -> Iterator[bytes]:
        left = limit
        with self._translated(path):
            for block in self._obstore.get(self._store, path.strip("/")).stream(min_chunk_size=BLOCK):
                view = memoryview(block)[:left]
                yield from (bytes(view[start : start + BLOCK]) for start in range(0, len(view), BLOCK))
                left = None if left is None else left - len(view)
                if left == 0:
                    return

    def write(self, path: str, blocks: Iterable[bytes], *, overwrite: bool) -> None:
        key = path.strip("/")
        source = iter(blocks)
        first = bytearray()
        while len(first) < PART and (block := next(source, None)) is not None:
            first += block
        with self._translated(path):
            if len(first) < PART:
                self._obstore.put(
                    self._store, key, bytes(first), mode="overwrite" if overwrite else "create", use_multipart=False
                )
            elif not overwrite and self.status(path) is not None:
                raise AlreadyExists(f"{self.scheme}/{key} is there already; pass overwrite=True")
            else:
                self._obstore.put(
                    self._store,
                    key,
                    _from_thread(chain([bytes(first)], source)),
                    use_multipart=True,
                    chunk_size=PART,
                    max_concurrency=2,
                )

    def make_folder(self, path: str) -> None:
        key = path.strip("/")
        while key:
            self._made.add(key)
            key = _parent(key)

    def delete(self, path: str, *, recursive: bool) -> None:
        key = path.strip("/")
        with self._translated(path):
            if recursive:
                for batch in self._obstore.list(self._store, key or None):
                    self._obstore.delete(self._store, [item["path"] for item in batch])
            if key and self._is_object(key):
                self._obstore.delete(self._store, key)
        self._made = {name for name in self._made if name != key and not name.startswith(f"{key}/")}

    def _is_object(self, key: str) -> bool:
        try:
            self._obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def _translated(self, path: str) -> Iterator[None]:
        """Run a block with errors that name the address.

        Raises:
            FileNotFoundError: nothing lies there, or there is no such bucket.
            AlreadyExists, PermissionDenied, InvalidParameterValue, TemporarilyUnavailable: as they say.
        """
        uri = f"{self.scheme}/{path.strip('/')}"
        try:
            yield
        except FileNotFoundError:
            raise FileNotFoundError(f"java.io.FileNotFoundException: No such file or directory: {uri}") from None
        except self._obstore.exceptions.AlreadyExistsError:
            raise AlreadyExists(f"{uri} is there already; pass overwrite=True") from None
        except self._obstore.exceptions.BaseError as error:
            raise _error_of(uri, error) from None


def _from_thread(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, taken from their source by a thread of its own.

    obstore asks for blocks on a thread of its runtime, on which no other call of obstore may be made; and the source
    may be a file in an object store. The thread ends with the source, or when nobody wants more.
    """
    ready: queue.Queue[bytes | BaseException | None] = queue.Queue(_AHEAD)
    done = threading.Event()

    def run() -> None:
        last: BaseException | None = None
        try:
            for block in blocks:
                if not _offer(ready, block, done):
                    return
        except BaseException as error:  # reason: a thread's edge; the reader raises it
            last = error
        _offer(ready, last, done)

    threading.Thread(target=run, name="brickyard-upload", daemon=True).start()
    try:
        while (block := ready.get()) is not None:
            if isinstance(block, BaseException):
                raise block
            yield block
    finally:
        done.set()


def _offer(
    ready: "queue.Queue[bytes | BaseException | None]", item: bytes | BaseException | None, done: threading.Event
) -> bool:
    while not done.is_set():
        with suppress(queue.Full):
            ready.put(item, timeout=0.5)
            return True
    return False


def _obstore() -> Any:
    try:
        import obstore
        import obstore.exceptions
        import obstore.store
    except ImportError:
        raise MissingExtra("object stores need the extra: pip install 'brickyard[cloud]'") from None
    return obstore


def _open(uri: CloudUri, options: Mapping[str, str]) -> Any:
    """A store of obstore, which reads the environment itself."""
    obstore = _obstore()
    config = {**options_of_environment(uri, cloud_environment()), **options}
    allow = config.pop("allow_http", "") == "true"
    if uri.provider == "azure":
        config.setdefault("azure_storage_account_name", uri.account)
    client: Any = {"connect_timeout": "10s", **({"allow_http": True} if allow else {})}
    kind = {"s3": "S3Store", "azure": "AzureStore", "gs": "GCSStore"}[uri.provider]
    try:
        return getattr(obstore.store, kind)(uri.bucket, config=config, client_options=client, retry_config=_RETRY)
    except obstore.exceptions.BaseError as error:
        raise _error_of(uri.uri, error) from None


def _error_of(uri: str, error: Exception) -> Exception:
    reason = " ".join(str(error).partition("Debug source")[0].split())
    short = reason[:_MAX_REASON]
    if "NoSuchBucket" in reason or "ContainerNotFound" in reason:
        return FileNotFoundError(f"java.io.FileNotFoundException: {uri}: there is no such bucket or container")
    if any(word in reason for word in _REFUSED) or "Permission" in type(error).__name__:
        return PermissionDenied(f"{uri} may not be used: {short}; {_SIGN_IN}")
    if "parse path" in reason:
        return InvalidParameterValue(f"{uri}: {short}")
    return TemporarilyUnavailable(f"the object store of {uri} does not answer: {short}")


def _entry(item: Mapping[str, Any]) -> Entry:
    return Entry(
        path=f"/{item['path']}",
        is_dir=False,
        size=int(item["size"]),
        modified=int(item["last_modified"].timestamp() * 1000),
    )


def _parent(key: str) -> str:
    return key.rpartition("/")[0]


class CloudStorages:
    """The storages of one process, each opened once per configuration."""

    def __init__(self, confs: Callable[[CloudUri], Mapping[str, str]]) -> None:
        self._confs = confs
        self._open: dict[tuple[str, tuple[tuple[str, str], ...]], CloudStorage] = {}

    def of(self, uri: CloudUri) -> CloudStorage:
        """The storage of an address. What the configuration does not say is taken from the environment.

        Raises:
            MissingExtra: obstore is not installed.
            InvalidParameterValue: the configuration is wrong.
            PermissionDenied: it is not enough to sign in.
        """
        options = options_of_confs(uri, self._confs(uri))
        key = (uri.root, tuple(sorted(options.items())))
        if key not in self._open:
            self._open[key] = CloudStorage(uri, options)
        return self._open[key]
