import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.grammar import parse_filter
from brickyard.wire.filters.tree import Comparison
from tests.wire.filters import filters_by_hand as by_hand
from tests.wire.filters.stock import SEARCHES, Stock, parsed

# Of Python's parser, which the stock server reads lists with.
pytestmark = pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")

OWN = {
    "experiments": by_hand.EXPERIMENTS,
    "runs": by_hand.RUNS,
    "registered models": by_hand.REGISTERED_MODELS,
    "model versions": by_hand.MODEL_VERSIONS,
    "logged models": by_hand.LOGGED_MODELS,
}


def ours(search: str, text: str) -> tuple[Comparison, ...] | None:
    """Our tree; None when the filter is refused."""
    try:
        return parse_filter(text, SEARCHES[search])
    except InvalidParameterValue:
        return None


def theirs(stock: Stock, search: str, text: str) -> tuple[Comparison, ...] | None:
    return None if stock.refusal(search, filter_string=text) else parsed(search, text)


@pytest.mark.parametrize("search", SEARCHES)
def test_filters_by_hand_are_read_or_refused_as_by_the_stock_server(search: str, stock: Stock) -> None:
    texts = (*by_hand.QUOTING, *by_hand.WRONG, *OWN[search])
    assert len(texts) == len(set(texts)) > 90
    compared = {text: (ours(search, text), theirs(stock, search, text)) for text in texts}
    different = {text: pair for text, pair in compared.items() if pair[0] != pair[1]}
    assert {text: pair for text, pair in different.items() if (search, text) not in by_hand.KEPT} == {}


@pytest.mark.parametrize(("search", "text"), by_hand.KEPT)
def test_a_difference_that_we_keep_is_still_one(search: str, text: str, stock: Stock) -> None:
    assert ours(search, text) != theirs(stock, search, text)


@pytest.mark.parametrize(("search", "text", "phrase"), by_hand.PHRASES)
def test_errors_have_the_words_of_the_stock_server(search: str, text: str, phrase: str, stock: Stock) -> None:
    with pytest.raises(InvalidParameterValue) as refused:
        parse_filter(text, SEARCHES[search])
    theirs = stock.refusal(search, filter_string=text) or ""
    assert phrase in refused.value.message
    # Experiments' and registry errors list pieces without quotes.
    assert phrase in theirs or phrase.replace("'", "") in theirs.replace("'", "")


PLAIN_KEYS = st.from_regex(r"[a-z_][a-z0-9_]{0,8}_x(\.[a-z_]{1,5}_x){0,2}", fullmatch=True)
MARKED_KEYS = st.text(st.characters(exclude_characters="`\0", codec="utf-8"), max_size=12).map(
    lambda key: f"`{key.replace('`', '')}`"
)
KEYS = PLAIN_KEYS | MARKED_KEYS
TEXTS = st.text(st.characters(exclude_characters="'\\\0", codec="utf-8"), max_size=20).map(lambda text: f"'{text}'") | (
    st.text(st.characters(exclude_characters='"\\\0', codec="utf-8"), max_size=20).map(lambda text: f'"{text}"')
)
# The stock lexer takes a backslash before the closing quote for an escape, its list reader for a backslash: what it
# makes of such a list depends on the texts after it. Ours refuses it.
LIST_TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8).filter(
    lambda text: not text.endswith("\\")
)
LISTS = st.lists(LIST_TEXTS.map(repr), min_size=1, max_size=4).map(lambda items: f"({', '.join(items)})")
NUMBERS = st.integers(-(2**53), 2**53).map(str) | st.floats(allow_nan=False, allow_infinity=False).map(
    lambda number: f"{number:.6f}"
)
SPACES = st.sampled_from([" ", "  ", "\n", "\t "])
EQUALITIES = st.sampled_from(["=", "!=", "LIKE", "ILIKE"])
INEQUALITIES = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
TAG = st.tuples(st.tuples(st.just("tags."), KEYS).map("".join), EQUALITIES, TEXTS)
PARAM = st.tuples(st.tuples(st.sampled_from(["params.", "parameter."]), KEYS).map("".join), EQUALITIES, TEXTS)
METRIC = st.tuples(st.tuples(st.just("metrics."), KEYS).map("".join), INEQUALITIES, NUMBERS)
ABSENT = st.tuples(st.tuples(st.just("tags."), KEYS).map("".join), st.just("IS"), st.sampled_from(["NULL", "NOT NULL"]))
NAME = st.tuples(st.sampled_from(["name", "attribute.name"]), EQUALITIES, TEXTS)
RUN_ID = st.tuples(st.just("run_id"), st.sampled_from(["IN", "NOT IN", "in"]), LISTS)
STATUS = st.tuples(st.sampled_from(["status", "attr.`run name`", "dataset.name"]), EQUALITIES, TEXTS)
VERSION = st.tuples(st.just("version_number"), INEQUALITIES, st.integers(0, 10**9).map(str))
OF_SEARCH = {
    "experiments": TAG | ABSENT | NAME,
    "runs": TAG | ABSENT | PARAM | METRIC | RUN_ID | STATUS,
    "registered models": TAG | NAME,
    "model versions": TAG | NAME | RUN_ID | VERSION,
}


@st.composite
def well_formed(draw: st.DrawFn, search: str) -> str:
    space = draw(SPACES)
    comparisons = draw(st.lists(OF_SEARCH[search], min_size=1, max_size=4))
    return draw(st.sampled_from([" AND ", " and ", "\nAnd\t"])).join(space.join(each) for each in comparisons)


@pytest.mark.parametrize("search", OF_SEARCH)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_well_formed_filters_are_read_as_by_the_stock_server(search: str, data: st.DataObject) -> None:
    text = data.draw(well_formed(search))
    assert parse_filter(text, SEARCHES[search]) == parsed(search, text)


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from(["tags.a", "=", "'x'", "AND", "IN", "(", ")", "IS", "NOT", "NULL", "'", '"', "`", "\\"])
    )
)
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    for search in SEARCHES:
        ours(search, "".join(pieces))
        ours(search, " ".join(pieces))
