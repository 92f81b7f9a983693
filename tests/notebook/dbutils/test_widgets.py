import pytest

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.notebook.dbutils.widgets import Widgets


def test_given_values_win_over_defaults() -> None:
    widgets = Widgets({"a": "given"})
    widgets.text("a", "default")
    widgets.text("b", "default")
    widgets.dropdown("c", "x", ["x", "y"], "Choice")
    widgets.multiselect("d", "x,y", ["x", "y", "z"])
    widgets.combobox("e", "other", ["x"])
    assert widgets.getAll() == {"a": "given", "b": "default", "c": "x", "d": "x,y", "e": "other"}
    assert widgets.get("a") == "given"


def test_given_but_not_declared() -> None:
    assert Widgets({"a": "1"}).get("a") == "1"


def test_unknown_widget() -> None:
    widgets = Widgets({})
    with pytest.raises(NotFound, match=r"InputWidgetNotDefined.*'x'"):
        widgets.get("x")
    with pytest.raises(NotFound):
        widgets.remove("x")
    assert widgets.getArgument("x", "default") == "default"
    with pytest.raises(NotFound):
        widgets.getArgument("x")


def test_default_must_be_a_choice() -> None:
    widgets = Widgets({})
    with pytest.raises(InvalidParameterValue, match="'z' is not one of"):
        widgets.dropdown("c", "z", ["x", "y"])
    with pytest.raises(InvalidParameterValue, match="'z' is not one of"):
        widgets.multiselect("c", "x,z", ["x", "y"])
    with pytest.raises(InvalidParameterValue, match="needs a name"):
        widgets.text("", "x")


def test_remove() -> None:
    widgets = Widgets({"a": "1"})
    widgets.text("b")
    widgets.remove("a")
    assert widgets.getAll() == {"b": ""}
    widgets.removeAll()
    assert widgets.getAll() == {}
