"""Where tables and volumes may lie. Nothing here touches the file system or an object store.

Locations inside the home are stored relative to it, so that a home that is copied elsewhere still finds its tables.
Those in object stores are stored in their one spelling, as wire.cloud has it.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from brickyard.errors import InvalidParameterValue, PermissionDenied
from brickyard.wire.cloud import is_cloud, parse_cloud_uri

TRASH = ".trash"
MAX_LOCATION = 4000  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The folders that locations may lie in; all are absolute and without symbolic links.

    `home` has the folders `tables` and `files` (the root of dbfs:/); `others` are further folders for external tables.
    """

    home: PurePosixPath
    tables: PurePosixPath
    files: PurePosixPath
    others: tuple[PurePosixPath, ...] = ()

    @property
    def trash(self) -> PurePosixPath:
        """Where removed tables wait for their deletion."""
        return self.tables / TRASH

    def parse(self, field: str, text: str) -> PurePosixPath:
        """The path that a client means: file:/…, file:///…, dbfs:/… or an absolute path.

        Raises:
            InvalidParameterValue: another form; names the field.
        """
        scheme = text.partition(":")[0] if ":" in text.partition("/")[0] else ""
        rest = text.removeprefix(f"{scheme}:")
        if scheme == "file":
            host = ""
            if rest.startswith("//"):
                host, slash, behind = rest[2:].partition("/")
                rest = slash + behind
            odd = host not in {"", "localhost"} or "?" in rest or "#" in rest
            path = _unquoted(rest)
        elif scheme == "dbfs":
            odd, path = False, f"{self.files}/{rest.lstrip('/')}"
        elif scheme:
            raise InvalidParameterValue(
                f"Invalid value {text[:300]!a} for parameter '{field}': only file:, dbfs:, s3:, abfss: and gs: "
                "locations are known here."
            )
        else:
            odd, path = False, text
        if odd or not path.startswith("/") or not _is_clean(path):
            raise InvalidParameterValue(
                f"Invalid value {text[:300]!a} for parameter '{field}': it must be file:/<absolute path> or "
                "<absolute path>, without '..', control characters, queries or hosts."
            )
        return PurePosixPath(f"/{path.lstrip('/')}")

    def stored(self, path: PurePosixPath) -> str:
        """How the location of a table or volume is stored.

        Raises:
            PermissionDenied: the path lies in none of the folders, or is one of them; names it.
        """
        roots = (self.tables, self.files, *self.others)
        inside = next((root for root in roots if path != root and path.is_relative_to(root)), None)
        if inside is None or ".." in path.parts or path.relative_to(inside).parts[0] == TRASH:
            raise PermissionDenied(
                f"The location {str(path)[:300]!a} is not inside a folder of this server's tables: "
                f"{', '.join(map(str, roots))}."
            )
        return str(path.relative_to(self.home)) if path.is_relative_to(self.home) else str(path)

    def path(self, stored: str) -> PurePosixPath:
        """The path of a stored location."""
        return self.home / stored

    def uri(self, stored: str) -> str:
        """The URI of a stored location, as clients get it."""
        return stored if is_cloud(stored) else uri_of(self.path(stored))

    def shown(self, stored: str) -> str:
        """A stored location as messages name it, and as the data worker takes it: a path, or a URI."""
        return stored if is_cloud(stored) else str(self.path(stored))


def uri_of(path: PurePosixPath) -> str:
    return "file://" + quote(str(path))


def stored_in_cloud(field: str, text: str) -> str:
    """How the location of a table in an object store is stored.

    Raises:
        InvalidParameterValue: it is wrong, or a whole bucket; names the field.
    """
    uri = parse_cloud_uri(text, field)
    if not uri.path or len(text) > MAX_LOCATION:
        raise InvalidParameterValue(
            f"Invalid value {text[:300]!a} for parameter '{field}': it must be a folder in the bucket, not the bucket."
        )
    return uri.uri


def ancestors(stored: str) -> tuple[str, ...]:
    """The stored locations that this one lies in, itself excluded."""
    if is_cloud(stored):
        uri = parse_cloud_uri(stored)
        parts = uri.path.split("/")
        return tuple("/".join([uri.root, *parts[:count]]) for count in range(len(parts) - 1, 0, -1))
    return tuple(str(path) for path in PurePosixPath(stored).parents if str(path) not in {".", "/"})


def is_child(stored: str, folder: str) -> bool:
    """Whether a stored location lies directly in a folder."""
    return not is_cloud(stored) and str(PurePosixPath(stored).parent) == folder


def _unquoted(text: str) -> str:
    """The text without its percent escapes; '' if they are not UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return ""


def _is_clean(path: str) -> bool:
    return ".." not in path.split("/") and len(path) <= MAX_LOCATION and path.isprintable() and path.strip("/") != ""
