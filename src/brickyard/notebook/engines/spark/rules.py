"""What is done for Spark on the client's side: paths of DBFS, keys and catalogs of the server, and what a run used."""

from dataclasses import dataclass
from pathlib import Path

import pyspark.sql.connect.proto as pb
from pyspark.sql.types import StructType

from brickyard.notebook.catalog import CatalogClient, TableEntry, TableName, split_name
from brickyard.notebook.engines import conditions, plans
from brickyard.notebook.engines.catalog_statements import change_catalogs
from brickyard.notebook.engines.constraints import change_key, read_alter_table
from brickyard.notebook.engines.interceptor import Answer, Forward
from brickyard.notebook.engines.listing import listed_catalogs
from brickyard.notebook.engines.places import localise
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.reads import ReadRecorder, references_in
from brickyard.notebook.engines.sql_text import Reader
from brickyard.notebook.engines.usage import TableWrite, Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class SparkRules:
    """The rules of one session; names are Spark's own business. Implements interceptor.Rules.

    Attributes:
        files: the folder of dbfs:/ where it lies on this machine.
    """

    catalog: CatalogClient
    usage: Usage
    files: Path | None = None

    def analyze(self, request: pb.AnalyzePlanRequest, calls: EngineCalls) -> pb.AnalyzePlanResponse | None:
        localise(request, self.files)
        return None

    def execute(self, request: pb.ExecutePlanRequest, calls: EngineCalls) -> Forward | Answer:
        plan = request.plan
        localise(plan, self.files)
        names = _Names(calls)
        if plan.WhichOneof("op_type") == "command":
            step = self._command(request, names)
        else:
            self._catalog(plan, calls)
            step = Forward(request)
        recorder = ReadRecorder(catalog=self.catalog, usage=self.usage, name_of=names.table, options=_no_options)
        recorder.record(plan)
        return step

    def explain(self, request: pb.AnalyzePlanRequest | pb.ExecutePlanRequest, error: Exception) -> Exception:
        return error

    def _catalog(self, plan: pb.Plan, calls: EngineCalls) -> None:
        """Questions of spark.catalog about catalogs: Spark knows those alone that it has used."""
        if not plan.root.HasField("catalog"):
            return
        asked = plan.root.catalog
        kind = asked.WhichOneof("cat_type")
        if kind == "list_catalogs":
            plan.root.CopyFrom(listed_catalogs(self.catalog, asked.list_catalogs.pattern))
        elif kind == "set_current_catalog":
            name = asked.set_current_catalog.catalog_name
            if self.catalog.has_catalog(name):
                command = pb.Command()
                command.sql_command.input.sql.query = f"SET CATALOG `{name.replace('`', '``')}`"
                calls.run(command=command)

    def _command(self, request: pb.ExecutePlanRequest, names: "_Names") -> Forward | Answer:
        command = request.plan.command
        kind = command.WhichOneof("command_type")
        if kind == "sql_command":
            return self._sql(request, names)
        if kind == "write_operation" and command.write_operation.WhichOneof("save_type") == "table":
            operation = command.write_operation
            name = names.table(_parts(operation.table.table_name))
            if operation.source.lower() not in {"", "delta"}:
                raise conditions.other_format(name.quoted, "Delta", operation.source)
            return self._writing(request, name)
        if kind == "write_operation_v2":
            return self._writing(request, names.table(_parts(command.write_operation_v2.table_name)))
        if kind == "merge_into_table_command":
            return self._writing(request, names.table(_parts(command.merge_into_table_command.target_table_name)))
        if kind == "write_stream_operation_start":
            table = command.write_stream_operation_start.table_name
            return self._writing(request, names.table(_parts(table))) if table else Forward(request)
        return Forward(request)

    def _sql(self, request: pb.ExecutePlanRequest, names: "_Names") -> Forward | Answer:
        query = request.plan.command.sql_command.input.sql.query
        alter = read_alter_table(Reader(query))
        if alter is not None:
            change_key(self.catalog, self._require(names.table(alter.parts)), alter)
            return Answer(_nothing())
        if change_catalogs(Reader(query), self.catalog):
            return Answer(_nothing())
        written = [reference for reference in references_in(request) if reference.written]
        return self._writing(request, names.table(written[0].parts)) if written else Forward(request)

    def _require(self, name: TableName) -> TableEntry:
        entry = self.catalog.table(name)
        if entry is None:
            raise conditions.table_not_found(name.parts)
        return entry

    def _writing(self, request: pb.ExecutePlanRequest, name: TableName) -> Forward:
        """Send it; when it is done, record the table if it is one of the catalog's."""

        def wrote() -> None:
            if (entry := self.catalog.table(name)) is not None:
                self.usage.wrote(TableWrite(name=name.full, location=entry.location))

        return Forward(request, wrote)


class _Names:
    """The full names of tables, by the session's current catalog and schema. Spark is asked only if it matters."""

    def __init__(self, calls: EngineCalls) -> None:
        self._calls = calls

    def table(self, parts: tuple[str, ...]) -> TableName:
        """The full name of a table of one to three parts.

        Raises:
            AnalysisException: IDENTIFIER_INVALID: more than three parts.
        """
        if len(parts) > 3:
            text = ".".join(parts)
            raise conditions.invalid_name(text, f"{text} has more than three parts")
        current = self._current() if len(parts) < 3 else ("", "")
        full = current[: 3 - len(parts)] + tuple(part.lower() for part in parts)
        return TableName(catalog=full[0], schema=full[1], table=full[2])

    def _current(self) -> tuple[str, ...]:
        catalog, schema = pb.Relation(), pb.Relation()
        catalog.catalog.current_catalog.SetInParent()
        schema.catalog.current_database.SetInParent()
        return tuple(str(next(iter(self._calls.rows(asked)[0].values()))) for asked in (catalog, schema))


def _parts(text: str) -> tuple[str, ...]:
    try:
        return split_name(text)
    except ValueError as error:
        raise conditions.invalid_name(text, str(error)) from None


def _nothing() -> pb.Relation:
    return plans.empty(StructType([]))


def _no_options(location: str) -> dict[str, str]:
    return {}
