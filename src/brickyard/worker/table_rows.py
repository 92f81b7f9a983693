"""Tasks: the rows of a table. Loads Arrow."""

from brickyard.lake import sampling
from brickyard.lake.entities import Sample
from brickyard.worker.tasks import TableArguments, Task


class SampleArguments(TableArguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: int = 100
    version: int | None = None


def table_sample(arguments: SampleArguments) -> Sample:
    return sampling.sample(arguments.location, arguments.limit, options=arguments.options, version=arguments.version)


TASKS = (Task("table_sample", SampleArguments, table_sample),)
