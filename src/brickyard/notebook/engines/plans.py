"""Spark Connect messages: read, copied, made."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pyarrow as pa
import pyspark.sql.connect.proto as pb
from google.protobuf.message import Message
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type, pyspark_types_to_proto_types
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import DataType, StringType, StructType

M = TypeVar("M", bound=Message)
Metadata = Sequence[tuple[str, str | bytes]]


def copy(message: M) -> M:
    """A copy: pyspark sends the same message again when it retries, so the original must stay as it is."""
    new: M = type(message)()
    new.CopyFrom(message)
    return new


def walk(message: Message) -> Iterator[Message]:
    """The message and all messages in it."""
    yield message
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.GetOptions().map_entry:
            if descriptor.message_type.fields_by_name["value"].message_type is not None:
                for item in value.values():
                    yield from walk(item)
        elif isinstance(value, Message):
            yield from walk(value)
        else:
            for item in value:
                yield from walk(item)


def local(table: pa.Table) -> pb.Relation:
    """A relation that holds these rows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    relation = pb.Relation()
    relation.local_relation.data = sink.getvalue().to_pybytes()
    relation.local_relation.schema = from_arrow_schema(table.schema).json()
    return relation


def empty(schema: StructType) -> pb.Relation:
    """A relation without rows."""
    relation = pb.Relation()
    relation.local_relation.schema = schema.json()
    return relation


def delta_at(location: str) -> pb.Relation:
    """The Delta table at a location."""
    relation = pb.Relation()
    relation.read.data_source.format = "delta"
    relation.read.data_source.paths.append(location)
    return relation


def column(name: str) -> pb.Expression:
    """A column, by its exact name."""
    expression = pb.Expression()
    expression.unresolved_attribute.unparsed_identifier = f"`{name.replace('`', '``')}`"
    return expression


def cast(expression: pb.Expression, to: DataType) -> pb.Expression:
    new = pb.Expression()
    new.cast.expr.CopyFrom(expression)
    new.cast.type.CopyFrom(pyspark_types_to_proto_types(to))
    return new


def null(kind: DataType) -> pb.Expression:
    new = pb.Expression()
    new.literal.null.CopyFrom(pyspark_types_to_proto_types(kind))
    return new


def text(value: str | None) -> pb.Expression:
    """A string, or NULL."""
    if value is None:
        return null(StringType())
    new = pb.Expression()
    new.literal.string = value
    return new


def call(function: str, *arguments: pb.Expression) -> pb.Expression:
    """A function or an operator."""
    new = pb.Expression()
    new.unresolved_function.function_name = function
    new.unresolved_function.arguments.extend(arguments)
    return new


def matching(relation: pb.Relation, condition: pb.Expression, limit: int) -> pb.Relation:
    """Some of the rows for which a condition holds."""
    new = pb.Relation()
    new.limit.input.filter.input.CopyFrom(relation)
    new.limit.input.filter.condition.CopyFrom(condition)
    new.limit.limit = limit
    return new


def sql_expression(text: str) -> pb.Expression:
    new = pb.Expression()
    new.expression_string.expression = text
    return new


def alias(expression: pb.Expression, name: str) -> pb.Expression:
    new = pb.Expression()
    new.alias.expr.CopyFrom(expression)
    new.alias.name.append(name)
    return new


def project(relation: pb.Relation, expressions: Sequence[pb.Expression]) -> pb.Relation:
    new = pb.Relation()
    new.project.input.CopyFrom(relation)
    new.project.expressions.extend(expressions)
    return new


def union(first: pb.Relation, second: pb.Relation) -> pb.Relation:
    """UNION ALL by position."""
    new = pb.Relation()
    new.set_op.left_input.CopyFrom(first)
    new.set_op.right_input.CopyFrom(second)
    new.set_op.set_op_type = pb.SetOperation.SET_OP_TYPE_UNION
    new.set_op.is_all = True
    return new


class EngineCalls:
    """Requests of our own, made in the session of a user's request and past the interceptor."""

    def __init__(self, stub: Any, request: Message, metadata: Metadata | None) -> None:
        self._stub = stub
        self._request: Any = request
        self._metadata = metadata

    def schema(self, relation: pb.Relation) -> StructType:
        """The schema of a relation; the engine's errors come through."""
        request = self._new(pb.AnalyzePlanRequest)
        request.schema.plan.root.CopyFrom(relation)
        answer = self._stub.AnalyzePlan(request, metadata=self._metadata)
        schema = proto_schema_to_pyspark_data_type(answer.schema.schema)
        if not isinstance(schema, StructType):
            raise TypeError(f"the engine gave {schema} as a relation's schema")
        return schema

    def parse_ddl(self, text: str) -> StructType:
        """The columns of a text like `id BIGINT NOT NULL, name STRING COMMENT 'x'`."""
        request = self._new(pb.AnalyzePlanRequest)
        request.ddl_parse.ddl_string = text
        answer = self._stub.AnalyzePlan(request, metadata=self._metadata)
        schema = proto_schema_to_pyspark_data_type(answer.ddl_parse.parsed)
        if not isinstance(schema, StructType):
            raise TypeError(f"the engine gave {schema} for columns")
        return schema

    def run(self, *, command: pb.Command | None = None, relation: pb.Relation | None = None) -> None:
        """Execute a command, or a relation whose rows do not matter; returns when it is done."""
        request = self._new(pb.ExecutePlanRequest)
        if command is not None:
            request.plan.command.CopyFrom(command)
        if relation is not None:
            request.plan.root.CopyFrom(relation)
        for _ in self._stub.ExecutePlan(request, metadata=self._metadata):
            pass

    def rows(self, relation: pb.Relation) -> list[dict[str, Any]]:
        """The rows of a relation: for small answers."""
        request = self._new(pb.ExecutePlanRequest)
        request.plan.root.CopyFrom(relation)
        found: list[dict[str, Any]] = []
        for response in self._stub.ExecutePlan(request, metadata=self._metadata):
            if response.HasField("arrow_batch"):
                with pa.ipc.open_stream(response.arrow_batch.data) as batches:
                    found += batches.read_all().to_pylist()
        return found

    def configuration(self, key: str) -> str | None:
        """A value of the session's configuration; None: it is not set."""
        request = self._new(pb.ConfigRequest)
        request.operation.get_option.keys.append(key)
        for pair in self._stub.Config(request, metadata=self._metadata).pairs:
            if pair.HasField("value"):
                return str(pair.value)
        return None

    def server_side_session(self) -> str:
        """The id by which pyspark notices that an engine has lost its session."""
        request = self._new(pb.AnalyzePlanRequest)
        request.spark_version.SetInParent()
        return str(self._stub.AnalyzePlan(request, metadata=self._metadata).server_side_session_id)

    def _new(self, kind: type[M]) -> M:
        asked = self._request
        new: M = kind(session_id=asked.session_id, user_context=asked.user_context, client_type=asked.client_type)
        return new
