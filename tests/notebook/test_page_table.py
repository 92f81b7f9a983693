"""Tables as HTML, in a real browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from brickyard.notebook.grid import grid_of
from brickyard.notebook.page_table import PAGE_COLUMNS, table_html
from tests.e2e.conftest import browser

__all__ = ["browser"]


def html_of(value: Any, limit: int = 100) -> str:
    grid = grid_of(value, limit)
    assert grid is not None
    return table_html(grid)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page; leaving it fails where a script did, or where anything was loaded."""
    page, wrong = browser.new_page(), list[str]()
    page.set_default_timeout(5000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url))
    yield page
    page.close()
    assert wrong == []


def rows(page: Page, column: int) -> list[str]:
    return page.locator(f"tbody td:nth-child({column})").all_inner_texts()


def test_what_is_left_out_is_said() -> None:
    assert "first 3 rows of 5" in html_of(list(range(5)), 3)
    wide = html_of({f"c{i}": [i] for i in range(PAGE_COLUMNS + 1)})
    assert f"first {PAGE_COLUMNS} of {PAGE_COLUMNS + 1} columns" in wide
    assert wide.count("<td") == PAGE_COLUMNS


def test_two_tables_do_not_share_a_name() -> None:
    one, two = (re.search(r'id="(by-\w+)"', html_of([1])) for _ in range(2))
    assert one and two and one[1] != two[1]


@pytest.mark.browser
def test_heads_sort(page: Page) -> None:
    page.set_content(
        html_of({"n": [10, 9, None, 100], "s": ["b", "C", "a", None], "f": [1.00000002, 1.00000001, 0.5, 2.0]})
    )
    page.get_by_role("columnheader", name="n").click()
    assert rows(page, 1) == ["9", "10", "100", "null"]
    page.get_by_role("columnheader", name="n").click()
    assert rows(page, 1) == ["100", "10", "9", "null"]
    assert page.get_by_role("columnheader", name="n").get_attribute("aria-sort") == "descending"
    page.get_by_role("columnheader", name="n").click()
    assert rows(page, 1) == ["10", "9", "null", "100"]
    page.get_by_role("columnheader", name="s").press("Enter")
    assert rows(page, 2) == ["a", "b", "C", "null"]
    page.get_by_role("columnheader", name="f").click()
    assert rows(page, 1) == ["null", "9", "10", "100"]  # by the values, not by their rounded texts


@pytest.mark.browser
def test_plots(page: Page) -> None:
    page.set_content(html_of({"month": ["jan", "feb", "jan"], "n": [1, 2, 5], "m": [3, None, 4]}))
    kind = page.get_by_label("Show as")
    kind.select_option("bar")
    assert not page.locator("table").is_visible()
    assert page.locator("rect title").all_text_contents() == ["jan: 6", "feb: 2"]
    page.get_by_label("y", exact=True).select_option("m")
    assert page.locator("rect title").all_text_contents() == ["jan: 7"]
    kind.select_option("scatter")
    assert page.locator("circle").count() == 2
    page.get_by_label("x", exact=True).select_option("n")
    kind.select_option("line")
    assert len(str(page.locator("polyline").get_attribute("points")).split()) == 2
    page.get_by_label("y", exact=True).select_option("n")
    kind.select_option("histogram")
    heights = [float(str(bar.get_attribute("height"))) for bar in page.locator("rect").all()]
    assert sum(height > 0 for height in heights) == 3
    kind.select_option("table")
    assert page.locator("table").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("value", [{"a": [1]}, {"a": [0, 0]}, {"a": [float("nan"), 1.0]}, {"a": [-1e300, 1e300]}])
def test_plots_of_odd_numbers(page: Page, value: Any) -> None:
    page.set_content(html_of(value))
    for kind in ("bar", "line", "scatter", "histogram"):
        page.get_by_label("Show as").select_option(kind)
        assert "NaN" not in page.locator("svg[role=img]").inner_html()


@pytest.mark.browser
def test_names_and_values_are_text(page: Page) -> None:
    evil = "</script><img src=x onerror=alert(1)>\"'"
    page.set_content(html_of({evil: [evil], "n": [1]}))
    assert rows(page, 1) == [evil]
    page.get_by_label("Show as").select_option("bar")
    assert page.locator("svg[role=img]").get_attribute("aria-label") == f"sum of n by {evil}"
    assert page.locator("img").count() == 0


@pytest.mark.browser
def test_tables_without_numbers_have_no_plot(page: Page) -> None:
    page.set_content(html_of(["a", "b"]))
    page.get_by_role("columnheader").click()
    assert page.get_by_label("Show as").count() == 0


@pytest.mark.browser
def test_a_front_end_may_run_the_script_first(page: Page) -> None:
    """As some do: the script before the output is in the page."""
    table, script = html_of({"n": [2, 1]}).split("<script>")
    page.set_content("<main></main>")
    page.evaluate(script.removesuffix("</script>"))
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", table)
    page.get_by_label("Show as").select_option("bar")
    assert page.locator("rect").count() == 2
