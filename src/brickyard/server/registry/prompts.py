"""Prompts are registered models with a tag; plain searches leave them out, as the stock server does."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select

from brickyard.server.db.conditions import condition
from brickyard.wire.filters.tree import Comparison, Entity, Operator

IS_PROMPT = "mlflow.prompt.is_prompt"


def asks_for_prompts(comparisons: tuple[Comparison, ...]) -> bool:
    """Whether a filter says that it wants prompts: the first comparison with their tag decides."""
    for each in comparisons:
        if _is_about_prompts(each):
            wanted = {Operator.EQUAL: "true", Operator.NOT_EQUAL: "false"}.get(each.operator)
            return str(each.value).lower() == wanted
    return False


def tag_conditions(
    comparisons: tuple[Comparison, ...], tags: Any, of_row: ColumnElement[bool], of_name: ColumnElement[bool]
) -> list[ColumnElement[bool]]:
    """The conditions on tags of a row. Without a wish for prompts, names that have the prompt's tag are left out.

    `of_row` joins a tag to the row, `of_name` to all rows of its name.
    """
    wants_prompts = asks_for_prompts(comparisons)
    found: list[ColumnElement[bool]] = [
        exists(
            select(tags.c.key).where(of_row, tags.c.key == each.key, condition(tags.c.value, each.operator, each.value))
        )
        for each in comparisons
        if each.entity is Entity.TAG and (wants_prompts or not _is_about_prompts(each))
    ]
    if not wants_prompts:
        found.append(~exists(select(tags.c.key).where(of_name, tags.c.key == IS_PROMPT, tags.c.value == "true")))
    return found


def _is_about_prompts(comparison: Comparison) -> bool:
    return comparison.entity is Entity.TAG and comparison.key == IS_PROMPT
