"""%sql: statements of Spark SQL, with the notebook's widgets as parameters."""

import re
from collections.abc import Mapping
from typing import Any

from brickyard.notebook.statements import split_statements

_WIDGET = re.compile(r"\$\{(\w+)\}")
_TOKEN = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`|--[^\n]*|/\*.*?\*/|::|(?<![\w\])'"`:]):(?P<name>[A-Za-z_]\w*)|.""",
    re.DOTALL,
)


def run_sql(text: str, spark: Any, widgets: Mapping[str, str]) -> Any:
    """Run the statements of a %sql cell one by one; gives the last one's DataFrame, None where there is none.

    Widgets are its parameters, as on Databricks: `:name` is a value of type string; `${name}` is replaced by the
    widget's text before the statement is parsed (older notebooks).
    """
    frame = None
    for statement in split_statements(_WIDGET.sub(lambda found: widgets.get(found[1], found[0]), text)):
        values = {name: widgets[name] for name in markers(statement) if name in widgets}
        frame = spark.sql(statement, args=values) if values else spark.sql(statement)
    return frame


def markers(statement: str) -> set[str]:
    """The names of the parameters `:name` in a statement, outside texts, comments and `a:b` paths into JSON."""
    return {found["name"] for found in _TOKEN.finditer(statement) if found["name"]}
