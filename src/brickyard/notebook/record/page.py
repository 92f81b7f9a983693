"""A notebook document as one HTML page: no script, style, font or image comes from anywhere else."""

import json
from typing import Any

from brickyard.notebook.record.document import Document

_TEMPLATE = """
{%- extends 'index.html.j2' -%}
{%- block html_head_js -%}<meta name="color-scheme" content="light">{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block html_head_css -%}
<style>
  body.jp-Notebook { max-width: 1200px; margin: 0 auto; padding: 16px; overflow: auto; }
  .jp-OutputArea-output { max-width: 100%; overflow-x: auto; }
  .by-seconds { font: 11px system-ui, sans-serif; color: #757575; }
</style>
{%- endblock -%}
{%- block in_prompt -%}
<div class="jp-InputPrompt jp-InputArea-prompt">In&nbsp;[{{ cell.execution_count or ' ' }}]:
{%- set seconds = cell.metadata.get('brickyard', {}).get('seconds') -%}
{%- if seconds is not none %}<div class="by-seconds">{{ '%.2f' | format(seconds) }} s</div>{% endif -%}
</div>
{%- endblock -%}
"""


def page_of(document: Document, *, title: str) -> str:
    """The page of a document. Formulas stay TeX, controls stay text: what draws them would come from afar."""
    # Here and not above: nearly a second of imports.
    import jinja2
    import nbconvert
    import nbformat

    html: Any = nbconvert
    exporter = html.HTMLExporter(
        template_name="lab",
        template_file="brickyard.html.j2",
        extra_loaders=[jinja2.DictLoader({"brickyard.html.j2": _TEMPLATE})],
    )
    text: str
    text, _ = exporter.from_notebook_node(
        nbformat.from_dict(_joined(document)),  # type: ignore[no-untyped-call]
        resources={"metadata": {"name": title}},
    )
    return text


def _joined(document: Document) -> Any:
    """A copy whose texts are whole: the format also allows lists of lines."""
    copy = json.loads(json.dumps(document))
    for cell in copy["cells"]:
        if isinstance(cell["source"], list):
            cell["source"] = "".join(cell["source"])
    return copy
