"""The text of a %sql cell, divided into statements."""

import re

_TOKEN = re.compile(
    r"""(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<line>--[^\n]*)|(?P<block>/\*.*?\*/)|(?P<end>;)|.""",
    re.DOTALL | re.VERBOSE,
)


def split_statements(text: str) -> list[str]:
    """The statements of a text, divided at each `;` outside quotes and comments. Empty ones are left out."""
    statements, current, has_code = [], "", False
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "end":
            if has_code:
                statements.append(current.strip())
            current, has_code = "", False
            continue
        current += token[0]
        has_code = has_code or (token.lastgroup not in {"line", "block"} and not token[0].isspace())
    return [*statements, current.strip()] if has_code else statements
