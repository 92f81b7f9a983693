"""Which tables, and which versions of them, a plan reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyspark.sql.connect.proto as pb
from google.protobuf.message import Message

from brickyard.notebook.catalog import CatalogClient, TableName, quote_name, split_name
from brickyard.notebook.engines import plans
from brickyard.notebook.engines.delta_log import version_of
from brickyard.notebook.engines.sql_text import Reference, references_of
from brickyard.notebook.engines.usage import TableRead, Usage


def references_in(message: Message) -> Iterator[Reference]:
    """The tables that a request names, in its plans and in its SQL."""
    for part in plans.walk(message):
        if isinstance(part, pb.Read.NamedTable):
            yield from _named(part)
        elif isinstance(part, pb.SQL):
            yield from references_of(part.query)
        elif isinstance(part, pb.Read.DataSource) and part.format.lower() == "delta":
            options = {key.lower(): value for key, value in part.options.items()}
            for path in part.paths:
                yield _reference(("delta", path), options)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadRecorder:
    """Records the versions that the plans of a session read.

    Attributes:
        name_of: the full name that the parts of a name mean in the session.
        options: what delta-rs needs to open a location.
    """

    catalog: CatalogClient
    usage: Usage
    name_of: Callable[[tuple[str, ...]], TableName]
    options: Callable[[str], dict[str, str]]

    def record(self, plan: pb.Plan) -> None:
        """Record what a plan is about to read. Names that the catalog does not know are views."""
        for reference in references_in(plan):
            if not reference.read:
                continue
            if len(reference.parts) == 2 and reference.parts[0].lower() == "delta":
                self._record(quote_name(reference.parts), reference.parts[1], reference)
            elif len(reference.parts) <= 3:
                name = self.name_of(reference.parts)
                if (entry := self.catalog.table(name)) is not None:
                    self._record(name.full, entry.location, reference)

    def _record(self, name: str, location: str, reference: Reference) -> None:
        version = reference.version
        if version is None and not reference.at_time:
            version = version_of(location, self.options(location))
        self.usage.read(TableRead(name=name, location=location, version=version))


def _named(table: pb.Read.NamedTable) -> Iterator[Reference]:
    options = {key.lower(): value for key, value in table.options.items()}
    try:
        yield _reference(split_name(table.unparsed_identifier), options)
    except ValueError:
        return  # the engine refuses the name, with its own words


def _reference(parts: tuple[str, ...], options: dict[str, str]) -> Reference:
    version = options.get("versionasof", "")
    return Reference(parts, version=int(version) if version.isdigit() else None, at_time="timestampasof" in options)
