"""Object stores as Sail opens them: with its environment, once per bucket, for the whole session.

A notebook gives credentials by spark.conf.set, when Sail runs already. So they are put into Sail's environment right
before it opens the bucket that they are for, by a look at it; after that, Sail keeps what it has. The keys of S3 it
loads once for all buckets.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping

import grpc
import pyspark.sql.connect.proto as pb

from brickyard.notebook.engines import conditions
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.mounts import confs_of, mounts_of
from brickyard.settings import Home
from brickyard.wire.cloud import CloudUri, is_cloud, parse_cloud_uri
from brickyard.wire.cloud_options import is_cloud_conf, options_of_confs

Environment = Mapping[str, str]

_S3_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


class Clouds:
    """The buckets of one session. Thread-safe.

    Args:
        configure: gives Sail these variables, and takes those away that an earlier call gave.
    """

    def __init__(self, configure: Callable[[Environment], None], home: Home | None) -> None:
        self._configure = configure
        self._home = home
        self._confs: dict[str, str] = {}
        self._opened: dict[str, dict[str, str]] = {}
        self._s3_keys: tuple[str, ...] | None = None
        self._changed = False
        self._lock = threading.RLock()

    @property
    def active(self) -> bool:
        """Whether anything but the environment says how buckets are opened."""
        return bool(self._confs) or (self._home is not None and any(mount.confs for mount in mounts_of(self._home)))

    def note(self, operation: pb.ConfigRequest.Operation) -> None:
        """Take notice of what the user sets."""
        with self._lock:
            if operation.HasField("set"):
                self._confs |= {pair.key: pair.value for pair in operation.set.pairs if is_cloud_conf(pair.key)}
            for key in operation.unset.keys:
                self._confs.pop(key, None)

    def options(self, location: str) -> dict[str, str]:
        """What delta-rs needs beyond the environment to open a location; nothing for one on this machine.

        Raises:
            InvalidParameterValue: the configuration is wrong.
        """
        return self._options(parse_cloud_uri(location)) if is_cloud(location) else {}

    def saw(self, location: str) -> None:
        """Sail is about to open a location by what its environment says."""
        if is_cloud(location) and not self.active:
            uri = parse_cloud_uri(location)
            self._opened.setdefault(uri.root, {})
            if uri.provider == "s3" and self._s3_keys is None:
                self._s3_keys = _keys_in({})

    def prepare(self, locations: Iterable[str], calls: EngineCalls) -> None:
        """Make Sail open the buckets of these locations as the configuration says.

        Raises:
            UnsupportedOperationException: it has opened one of them in another way; names the bucket.
            InvalidParameterValue: the configuration is wrong.
        """
        for location in locations:
            if is_cloud(location):
                with self._lock:
                    self._open(parse_cloud_uri(location), calls)

    def _options(self, uri: CloudUri) -> dict[str, str]:
        mounted = confs_of(uri, self._home) if self._home else {}
        return options_of_confs(uri, {**mounted, **self._confs})

    def _open(self, uri: CloudUri, calls: EngineCalls) -> None:
        options = self._options(uri)
        known = self._opened.get(uri.root)
        if known == options:
            return
        keys = _keys_in(options) if uri.provider == "s3" else self._s3_keys
        if known is not None or (self._s3_keys is not None and keys != self._s3_keys):
            raise conditions.not_here(
                f"the engine sail cannot open {uri.root} in this way: it has opened it, or another bucket of S3, with "
                "other credentials already, and keeps them. Set spark.conf before the first use, one pair of keys for "
                "all of S3, and start the session anew to change them."
            )
        if options or self._changed:
            self._changed = True
            self._configure(environment_of(options))
            with contextlib.suppress(grpc.RpcError):  # what is wrong with it, the user's own request tells
                calls.schema(_look_at(uri))
        self._opened[uri.root] = options
        self._s3_keys = keys


def _keys_in(options: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(options.get(name, "") for name in _S3_KEYS)


def environment_of(options: Mapping[str, str]) -> dict[str, str]:
    """Options as environment variables: their names in capitals."""
    found = {name.upper(): value for name, value in options.items()}
    plain = found.pop("ALLOW_HTTP", "")
    if "AWS_ENDPOINT" in found:
        found |= {"AWS_ENDPOINT_URL": found["AWS_ENDPOINT"], "AWS_ALLOW_HTTP": plain or "false"}
    return found


def _look_at(uri: CloudUri) -> pb.Relation:
    relation = pb.Relation()
    relation.read.data_source.format = "text"
    relation.read.data_source.paths.append(f"{uri.root}/.brickyard-look")
    return relation
