"""Real tables, sound and broken ones."""

import base64
import datetime
import decimal
import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

UTC = datetime.UTC
_BASE85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

EVERY_TYPE = pa.table(
    {
        "tiny": pa.array([1, None], pa.int8()),
        "small": pa.array([1, None], pa.int16()),
        "whole": pa.array([1, None], pa.int32()),
        "long": pa.array([2**62, None], pa.int64()),
        "single": pa.array([0.5, None], pa.float32()),
        "double": pa.array([float("nan"), float("-inf")], pa.float64()),
        "money": pa.array([decimal.Decimal("1.10"), None], pa.decimal128(10, 2)),
        "flag": pa.array([True, None], pa.bool_()),
        "text": pa.array(['ü"\n', None], pa.string()),
        "raw": pa.array([b"\x00\xff", None], pa.binary()),
        "day": pa.array([datetime.date(2020, 2, 29), None], pa.date32()),
        "instant": pa.array([datetime.datetime(2020, 1, 1, 12, 0, 0, 1, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        "wall": pa.array([datetime.datetime(2020, 1, 1, 12), None], pa.timestamp("us")),
        "many": pa.array([[1, None], None], pa.list_(pa.int64())),
        "pairs": pa.array([[("k", [1.5])], None], pa.map_(pa.string(), pa.list_(pa.float64()))),
        "part": pa.array([{"x": 1, "y": {"z": "q"}}, None]),
    }
)


def make(folder: Path, rows: pa.Table | None = None, **settings: Any) -> Path:
    """A table of one commit."""
    write_deltalake(folder.as_uri(), pa.table({"a": [1, 2, 3, 4]}) if rows is None else rows, **settings)
    return folder


def log_file(folder: Path, version: int = 0) -> Path:
    return folder / "_delta_log" / f"{version:020}.json"


def edit_log(folder: Path, edit: Callable[[dict[str, Any]], None], version: int = 0) -> None:
    """Change the actions of one commit."""
    path = log_file(folder, version)
    actions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for action in actions:
        edit(action)
    path.write_text("\n".join(json.dumps(action) for action in actions), "utf-8")


def mark_deleted(folder: Path, rows: Sequence[int]) -> None:
    """Give the table's file a deletion vector, as Spark does on DELETE (Delta protocol, "Deletion Vectors")."""
    bitmap = struct.pack("<IIHHI", 12346, 1, 0, len(rows) - 1, 16) + struct.pack(f"<{len(rows)}H", *rows)
    data = struct.pack("<IQI", 1681511377, 1, 0) + bitmap
    padded = data + b"\0" * (-len(data) % 4)
    text = base64.b85encode(padded).decode().translate(str.maketrans(_BASE85, _Z85))
    vector = {"storageType": "i", "pathOrInlineDv": text, "sizeInBytes": len(data), "cardinality": len(rows)}
    features = ["deletionVectors"]

    def edit(action: dict[str, Any]) -> None:
        if "protocol" in action:
            action["protocol"] = {
                "minReaderVersion": 3,
                "minWriterVersion": 7,
                "readerFeatures": features,
                "writerFeatures": features,
            }
        if "add" in action:
            action["add"]["deletionVector"] = vector

    edit_log(folder, edit)


def rename_column(folder: Path, name: str) -> None:
    """Give the table's only column another name by column mapping, as Spark does on RENAME COLUMN."""

    def edit(action: dict[str, Any]) -> None:
        if "protocol" in action:
            action["protocol"] = {"minReaderVersion": 2, "minWriterVersion": 5}
        if "metaData" in action:
            schema = json.loads(action["metaData"]["schemaString"])
            field = schema["fields"][0]
            field["metadata"] = {
                "delta.columnMapping.id": 1,
                "delta.columnMapping.physicalName": field["name"],
                "comment": "renamed",
            }
            field["name"] = name
            action["metaData"]["schemaString"] = json.dumps(schema)
            action["metaData"]["configuration"] = {
                "delta.columnMapping.mode": "name",
                "delta.columnMapping.maxColumnId": "1",
            }

    edit_log(folder, edit)
