"""The whole order of a search, down to the ties.

How the stock server (3.17) sorts; our SQL must do the same.

- Runs: for each term, first whether the row has the value (in both directions: the rows with one, then NaN metrics,
  then the rows without), then the value. A metric's value is the latest; `run_name` is the column `runs.name` here,
  though filters compare with the tag. Ties: start time, newest first, then run id.
- Experiments: plain columns, NULL where the database puts it. Without an order: creation time, newest first, then id.
  Ties of an order: id, highest first.
- Registered models: plain columns; ties: name. `timestamp` and `last_updated_timestamp` are one column.
- Model versions: plain columns. Without an order: last update, newest first. Ties: name, then version, highest first.
- Logged models: for each term, rows without the value last in both directions. The value of a metric is the newest (by
  timestamp, then step, both descending, then run id ascending) among those on the term's data set, if it names one.
  Ties: creation time, newest first, then model id.
"""

from collections.abc import Sequence

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.grammar import parse_order_term
from brickyard.wire.filters.lexer import shortened
from brickyard.wire.filters.tree import Entity, OrderTerm
from brickyard.wire.filters.vocabulary import Vocabulary

MAX_TERMS = 50  # a term on a metric, param or tag is a join, and SQLite joins 64 tables


def parse_order_by(items: Sequence[str], vocabulary: Vocabulary) -> tuple[OrderTerm, ...]:
    """The order of a search: the clauses (or the search's own order), then what decides between equal rows.

    Raises:
        InvalidParameterValue: names the clause, or says that a column comes twice.
    """
    if len(items) > MAX_TERMS:
        raise InvalidParameterValue(f"Invalid order_by: it has {len(items)} clauses, and may have {MAX_TERMS}.")
    given = tuple(parse_order_term(item, vocabulary) for item in items)
    if vocabulary.order_once and len({(term.entity, term.key) for term in given}) != len(given):
        raise InvalidParameterValue(f"`order_by` contains duplicate fields: {shortened(str(list(items)))}")
    return with_ties(given or vocabulary.order_default, vocabulary)


def order_field(name: str, vocabulary: Vocabulary, *, ascending: bool) -> OrderTerm:
    """The term of a search that takes field names in place of clauses (logged models): an attribute or `metrics.<key>`.

    Raises:
        InvalidParameterValue: names the field.
    """
    first, dot, key = name.partition(".")
    if dot:
        if first != "metrics":
            raise InvalidParameterValue(f"Invalid order by field name: {shortened(name)}. Only metrics are supported.")
        return OrderTerm(entity=Entity.METRIC, key=key.strip("`"), ascending=ascending)
    if first not in vocabulary.order:
        raise InvalidParameterValue(f"Invalid order by field name: {shortened(name)}")
    return OrderTerm(entity=Entity.ATTRIBUTE, key=vocabulary.order[first], ascending=ascending)


def with_ties(terms: tuple[OrderTerm, ...], vocabulary: Vocabulary) -> tuple[OrderTerm, ...]:
    """The terms, and those that decide between equal rows and are not among them."""
    ordered = {(term.entity, term.key) for term in terms}
    return terms + tuple(tie for tie in vocabulary.order_ties if (tie.entity, tie.key) not in ordered)
