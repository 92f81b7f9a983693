"""A filter, parsed and checked: what the SQL builders of the stores take.

How the stock server (3.17) evaluates it; our SQL must do the same.

Texts
    `=`, `!=`, IN and NOT IN compare exactly. LIKE is case-sensitive: on SQLite because each session sets
    `PRAGMA case_sensitive_like`, on PostgreSQL by nature. ILIKE compares both sides in lower case (SQLite lowers ASCII
    alone). `%` and `_` are wildcards; there is no ESCAPE clause, so a backslash is a plain character on SQLite and the
    escape on PostgreSQL.

Runs
    - A comparison of a metric, param or tag is about one row: the run must have the key. So `!=` does not find runs
      without it. IS NULL and IS NOT NULL ask whether the key is there, whatever its value.
    - Metrics compare with the latest value (`latest_metrics`). NaN is stored as 0 with `is_nan`: it satisfies `!=` and
      nothing else. Infinities are stored as the greatest doubles.
    - `run_name` compares with the tag `mlflow.runName`, not with the column (old runs have no name there); all other
      attributes with their column of `runs` (`run_id` is `run_uuid`). NULL in a column satisfies no operator, `!=` and
      NOT IN included.
    - A data set's name and digest hold when one input of the run fits, its context when one input has the tag
      `mlflow.data.context` with such a value. Two comparisons may be met by two different inputs. `!=` means: one
      input that differs. A run is found once, however many inputs fit.
    - Whole comparisons are joined by AND; so are repeated keys.

Experiments
    As for runs: tags need the key; `experiment_id` is an integer in the database and a text in filters.

Registered models and model versions
    - Tags need the key, but for `mlflow.prompt.is_prompt`: models without that tag are plain models. A filter asks for
      prompts when its first comparison on that tag is `= 'true'` or `!= 'false'` (the value in any case); it is then
      compared like any tag. Every other filter, and no filter, drops its comparisons on that tag and leaves out what
      has it with the value 'true': registered models; and versions of a name of which any version has it.
    - `source_path` is the column `source`, `version_number` is `version`. Versions in the stage `Deleted_Internal` are
      never found.

Logged models
    - Metrics: any logged value of any step, run or data set satisfies the comparison, not only the latest; with data
      sets in the request, only values on one of those. NaN is stored there as 0 and cannot be told from it.
    - Data sets in the request and no metric in the filter: models with any metric on one of them.
    - Deleted models are never found.
"""

import enum
from dataclasses import dataclass

Value = str | int | float | tuple[str, ...] | None


class Entity(enum.Enum):
    ATTRIBUTE = "attribute"
    METRIC = "metric"
    PARAM = "parameter"
    TAG = "tag"
    DATASET = "dataset"


class Operator(enum.Enum):
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    IN = "IN"
    NOT_IN = "NOT IN"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One condition. `key` is canonical for attributes.

    The value is a tuple for IN and NOT IN, None for IS NULL and IS NOT NULL, a float for metrics, int or float for
    numeric attributes (see `Vocabulary.whole_numbers`), a number for texts that the database holds as one
    (`Vocabulary.codes`), a text for all others.
    """

    entity: Entity
    key: str
    operator: Operator
    value: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderTerm:
    """One column of an order."""

    entity: Entity
    key: str
    ascending: bool
