"""Prompts are registered models with a tag; plain searches leave them out, as the stock server does."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select

from brickyard.server.db.conditions import condition
from brickyard.wire.filters.tree import Comparison, Entity, Operator

IS_PROMPT = "mlflow.prompt.is_prompt"


def asks_for_prompts(comparisons: tuple[Comparison, ...]) -> bool:
    """Whether a filter says that it wants prompts."""
    return any(
        each.entity is Entity.TAG
        and each.key == IS_PROMPT
        and (each.operator, each.value) in {(Operator.EQUAL, "true"), (Operator.NOT_EQUAL, "false")}
        for each in comparisons
    )


def is_about_prompts(comparison: Comparison) -> bool:
    return comparison.entity is Entity.TAG and comparison.key == IS_PROMPT


def tag_conditions(
    comparisons: tuple[Comparison, ...], tags: Any, of_row: ColumnElement[bool]
) -> list[ColumnElement[bool]]:
    """The conditions on tags of a row; those on the prompt's tag become one that has it, or has it not.

    `of_row` joins a tag to the row.
    """
    found = [
        exists(
            select(tags.c.key).where(of_row, tags.c.key == each.key, condition(tags.c.value, each.operator, each.value))
        )
        for each in comparisons
        if each.entity is Entity.TAG and not is_about_prompts(each)
    ]
    is_prompt = exists(select(tags.c.key).where(of_row, tags.c.key == IS_PROMPT, tags.c.value == "true"))
    return [*found, is_prompt if asks_for_prompts(comparisons) else ~is_prompt]
