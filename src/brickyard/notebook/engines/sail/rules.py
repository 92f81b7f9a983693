"""Which requests Sail answers, which are changed on the way, and which are answered here."""

import re
from collections.abc import Iterator

import pyspark.sql.connect.proto as pb
from google.protobuf.message import Message

from brickyard.notebook.catalog import TableName
from brickyard.notebook.engines import conditions, plans
from brickyard.notebook.engines.interceptor import Answer, Forward
from brickyard.notebook.engines.places import localise
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.reads import references_in
from brickyard.notebook.engines.sail import answers, writes
from brickyard.notebook.engines.sail.catalog_answers import answer_catalog, show_created
from brickyard.notebook.engines.sail.gaps import gap
from brickyard.notebook.engines.sail.statements import Statement, answer_statement
from brickyard.notebook.engines.sail.tables import Tables

_NOT_FOUND = re.compile(r"(?:Table|View)(?: or view)? not found: (?P<name>[^\s]+)\s*$", re.IGNORECASE)
_OVERWRITES = re.compile(r"\s*INSERT\s+OVERWRITE\b", re.IGNORECASE)
_STREAMS = frozenset({"write_stream_operation_start", "streaming_query_command", "streaming_query_manager_command"})


class SailRules:
    """The rules of one session. Implements interceptor.Rules."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def analyze(self, request: pb.AnalyzePlanRequest, calls: EngineCalls) -> pb.AnalyzePlanResponse | None:
        kind = request.WhichOneof("analyze")
        if kind == "semantic_hash":
            result = answers.semantic_hash(self._tables, request.semantic_hash.plan)
            return pb.AnalyzePlanResponse(semantic_hash=pb.AnalyzePlanResponse.SemanticHash(result=result))
        if kind == "same_semantics":
            asked = request.same_semantics
            same = answers.same_semantics(self._tables, asked.target_plan, asked.other_plan)
            return pb.AnalyzePlanResponse(same_semantics=pb.AnalyzePlanResponse.SameSemantics(result=same))
        localise(request, self._tables.files)
        self._open_buckets(request, calls)
        if kind == "schema":
            show_created(request.schema.plan)
        return None

    def execute(self, request: pb.ExecutePlanRequest, calls: EngineCalls) -> Forward | Answer:
        plan = request.plan
        localise(plan, self._tables.files)
        self._open_buckets(plan, calls)
        if plan.WhichOneof("op_type") == "command":
            step = self._command(request, calls)
            self._tables.reads.record(plan)
            return step
        if plan.root.HasField("catalog"):
            rows = answer_catalog(self._tables, calls, plan.root.catalog)
            if rows is not None:
                plan.root.CopyFrom(rows)
        self._tables.reads.record(plan)
        return Forward(request)

    def explain(self, request: pb.AnalyzePlanRequest | pb.ExecutePlanRequest, error: Exception) -> Exception:
        found = _NOT_FOUND.search(_details(error))
        if found is None:
            return error
        last = found["name"].rpartition(".")[2].strip("`'\"")
        for reference in references_in(request):
            if reference.parts[-1].lower() != last.lower():
                continue
            parts = reference.parts
            return conditions.table_not_found(parts if len(parts) > 3 else self._full(parts))
        return error

    def _open_buckets(self, message: Message, calls: EngineCalls) -> None:
        """Have Sail open the object stores that a request reaches as the session's configuration says."""
        clouds = self._tables.clouds
        clouds.prepare(list(_paths_in(message)), calls)
        if not clouds.active:
            return
        for reference in references_in(message):
            if len(reference.parts) == 2 and reference.parts[0].lower() == "delta":
                clouds.prepare([reference.parts[1]], calls)
            elif len(reference.parts) <= 3:
                entry = self._tables.catalog.table(self._tables.names.table(reference.parts))
                clouds.prepare([entry.location] if entry else [], calls)

    def _full(self, parts: tuple[str, ...]) -> tuple[str, str, str]:
        name: TableName = self._tables.names.table(parts)
        return name.parts

    def _command(self, request: pb.ExecutePlanRequest, calls: EngineCalls) -> Forward | Answer:
        command = request.plan.command
        kind = command.WhichOneof("command_type")
        if kind == "sql_command":
            return self._sql(request, calls)
        if kind == "write_operation" and command.write_operation.WhichOneof("save_type") == "table":
            return self._save(request, calls)
        if kind == "write_operation_v2":
            return self._write_to(request, calls)
        if kind == "merge_into_table_command":
            merge = command.merge_into_table_command
            name, entry = self._tables.find(merge.target_table_name)
            if entry is None:
                raise conditions.table_not_found(name.parts)
            merge.target_table_name = name.quoted
            return Forward(request, lambda: self._tables.wrote(name, entry.location))
        if kind in _STREAMS:
            row = gap("structured streaming over Delta tables")
            raise conditions.not_here(f"the engine sail has no {row.feature}: {row.hint}.")
        return Forward(request)

    def _sql(self, request: pb.ExecutePlanRequest, calls: EngineCalls) -> Forward | Answer:
        sql = request.plan.command.sql_command.input.sql
        answer = answer_statement(Statement(self._tables, calls, sql))
        if answer is not None:
            return Answer(answer)
        written = [reference for reference in references_in(request) if reference.written]
        if not written:
            return Forward(request)
        name = self._tables.names.table(written[0].parts)
        entry = self._tables.require(name)
        if _OVERWRITES.match(sql.query):
            writes.refuse_dynamic(self._tables, calls, entry)
        return Forward(request, lambda: self._tables.wrote(name, entry.location))

    def _save(self, request: pb.ExecutePlanRequest, calls: EngineCalls) -> Forward | Answer:
        operation = request.plan.command.write_operation
        if operation.table.save_method == pb.WriteOperation.SaveTable.TABLE_SAVE_METHOD_INSERT_INTO:
            return Forward(request, writes.insert_into(self._tables, calls, operation))
        return self._prepared(request, calls, writes.save_as_table(self._tables, operation))

    def _write_to(self, request: pb.ExecutePlanRequest, calls: EngineCalls) -> Forward | Answer:
        operation = request.plan.command.write_operation_v2
        write = writes.write_to(self._tables, operation)
        if write is None:
            return Forward(request, writes.fit_overwrite(self._tables, calls, operation))
        return self._prepared(request, calls, write)

    def _prepared(
        self, request: pb.ExecutePlanRequest, calls: EngineCalls, write: writes.TableWrite
    ) -> Forward | Answer:
        prepared = writes.prepare(self._tables, calls, write)
        if prepared is None:
            return Answer()
        if prepared.command is None:
            prepared.after()
            return Answer()
        request.plan.command.CopyFrom(prepared.command)
        return Forward(request, prepared.after)


def _paths_in(message: Message) -> Iterator[str]:
    for part in plans.walk(message):
        if isinstance(part, pb.Read.DataSource):
            yield from part.paths
        elif isinstance(part, pb.WriteOperation) and part.WhichOneof("save_type") == "path":
            yield part.path


def _details(error: Exception) -> str:
    """The text of a gRPC error."""
    details = getattr(error, "details", None)
    return str(details() or "") if callable(details) else ""
