"""Types as Spark and Unity Catalog name them, from the JSON that Delta keeps of a schema.

Delta's schema JSON is Spark's (Delta protocol, "Schema Serialization Format"). The text of a type is that of Spark's
`DataType.simpleString`, its name that of Unity Catalog's `ColumnTypeName`.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_TEXTS = MappingProxyType({"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"})
_NAMES = MappingProxyType({"integer": "INT", "void": "NULL"})
_INTERNAL = ("delta.", "SPARK::")
"""Metadata that writers keep for themselves: column mapping, identity, generated columns, copies."""


def type_text(kind: str | Mapping[str, Any]) -> str:
    """Spark's simple string of a type: `bigint`, `array<string>`, `struct<x:int>`."""
    if isinstance(kind, str):
        return _TEXTS.get(kind, kind)
    if kind["type"] == "array":
        return f"array<{type_text(kind['elementType'])}>"
    if kind["type"] == "map":
        return f"map<{type_text(kind['keyType'])},{type_text(kind['valueType'])}>"
    fields = ",".join(f"{field['name']}:{type_text(field['type'])}" for field in kind["fields"])
    return f"struct<{fields}>"


def type_name(kind: str | Mapping[str, Any]) -> str:
    """Unity Catalog's name of a type: `LONG`, `DECIMAL`, `ARRAY`."""
    if not isinstance(kind, str):
        return str(kind["type"]).upper()
    if kind.startswith("interval"):
        return "INTERVAL"
    plain = kind.partition("(")[0]
    return _NAMES.get(plain, plain.upper())


def field_json(field: Mapping[str, Any]) -> str:
    """Spark's JSON of a StructField."""
    return json.dumps(_plain(field), separators=(",", ":"), ensure_ascii=False)


def _plain(part: Any) -> Any:
    """The field, or a part of its type, without metadata that is not the user's."""
    if not isinstance(part, Mapping):
        return part
    made = {key: _plain(value) for key, value in part.items() if key not in {"metadata", "fields"}}
    if "fields" in part:
        made["fields"] = [_plain(field) for field in part["fields"]]
    if "metadata" in part:
        made["metadata"] = {key: value for key, value in part["metadata"].items() if not key.startswith(_INTERNAL)}
    return made
