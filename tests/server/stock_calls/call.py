"""The REST calls that are sent to the stock MLflow server and to ours, in order, as data.

`{name}` in a path, query or body stands for what an earlier call stored under that name (`keep`: name -> path in the
answer). Each call has a name that says what it asks.
"""

from dataclasses import dataclass, field
from typing import Any

API = "/api/2.0/mlflow/"
FILES = "/api/2.0/mlflow-artifacts/artifacts"


@dataclass(frozen=True, kw_only=True)
class Call:
    name: str
    method: str
    path: str
    body: Any = None
    query: Any = None
    raw: bytes | None = None
    keep: dict[str, str] = field(default_factory=dict)


def get(name: str, path: str, keep: dict[str, str] | None = None, /, **query: Any) -> Call:
    return Call(name=name, method="GET", path=_whole(path), query=query, keep=keep or {})


def send(method: str, name: str, path: str, keep: dict[str, str] | None = None, /, **body: Any) -> Call:
    return Call(name=name, method=method, path=_whole(path), body=body, keep=keep or {})


def post(name: str, path: str, keep: dict[str, str] | None = None, /, **body: Any) -> Call:
    return send("POST", name, path, keep, **body)


def raw(name: str, method: str, path: str, data: bytes) -> Call:
    return Call(name=name, method=method, path=_whole(path), raw=data)


def _whole(path: str) -> str:
    return path if path.startswith("/") else API + path


ODD = 'it\'s "odd" – ünï 量'
TIME = 1_700_000_000_000  # milliseconds since the epoch
