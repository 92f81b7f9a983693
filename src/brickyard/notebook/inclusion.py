"""`%run ./other $name="value"`: how one notebook names another that it includes."""

import re

from brickyard.errors import InvalidParameterValue

_ARGUMENT = re.compile(r"""\$(\w+)\s*=\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\S+)(?:\s+|$)""")
_PATH = re.compile(r"""("[^"]+"|'[^']+'|\S+)(?:\s+|$)""")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def run_arguments(line: str) -> tuple[str, dict[str, str]]:
    """The path and the arguments of a %run line.

    Raises:
        InvalidParameterValue: no path, or words that are no arguments; names them.
    """
    text = line.strip()
    path = _PATH.match(text)
    if path is None:
        raise InvalidParameterValue("%run needs the path of a notebook")
    arguments, rest = {}, text[path.end() :]
    while found := _ARGUMENT.match(rest):
        arguments[found[1]] = _unquoted(found[2])
        rest = rest[found.end() :]
    if rest:
        raise InvalidParameterValue(f'%run {path[1]}: {rest!r} is no argument; they are written $name="value"')
    return _unquoted(path[1]), arguments


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text
