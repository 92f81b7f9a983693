"""Bytes <-> constraints."""

from typing import Any

import msgspec

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.server.catalog.entities import PrimaryKey
from brickyard.wire.requests import Request


class PrimaryKeyWire(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    child_columns: list[str] = []
    timeseries_columns: list[str] | None = None
    rely: bool | None = None


class ConstraintWire(msgspec.Struct, frozen=True, kw_only=True):
    primary_key_constraint: PrimaryKeyWire | None = None
    foreign_key_constraint: dict[str, Any] | None = None
    named_table_constraint: dict[str, Any] | None = None


class CreateConstraint(Request, frozen=True):
    required = ("full_name_arg", "constraint")
    full_name_arg: str = ""
    constraint: ConstraintWire | None = None


class DeleteConstraint(Request, frozen=True):
    required = ("constraint_name",)
    full_name: str
    constraint_name: str = ""
    cascade: bool | None = None


def primary_key(request: CreateConstraint) -> PrimaryKey:
    """The key that a request wants, its columns not yet checked.

    Raises:
        NotImplementedHere: another kind of constraint.
        InvalidParameterValue: no constraint at all.
    """
    constraint = request.constraint or ConstraintWire()
    if constraint.foreign_key_constraint is not None or constraint.named_table_constraint is not None:
        raise NotImplementedHere("Only primary_key_constraint is supported: this server keeps no other constraints.")
    key = constraint.primary_key_constraint
    if key is None:
        raise InvalidParameterValue("Missing value for required parameter 'constraint.primary_key_constraint'.")
    return PrimaryKey(
        name=key.name,
        columns=tuple(key.child_columns),
        timeseries_columns=tuple(key.timeseries_columns or ()),
        rely=bool(key.rely),
    )


def constraint_info(key: PrimaryKey) -> dict[str, Any]:
    info: dict[str, Any] = {"name": key.name, "child_columns": list(key.columns)}
    if key.timeseries_columns:
        info["timeseries_columns"] = list(key.timeseries_columns)
    if key.rely:
        info["rely"] = True
    return {"primary_key_constraint": info}
