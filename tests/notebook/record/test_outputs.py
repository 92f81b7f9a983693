from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook.presentation import Bundle
from brickyard.notebook.record.outputs import BUNDLE_LIMIT, OUTPUTS_LIMIT, TEXT_LIMIT, CellOutputs


def bundle(text: str, **more: Any) -> Bundle:
    return Bundle(data={"text/plain": text}, metadata={}, **more)


def test_text_and_values_keep_their_order() -> None:
    outputs = CellOutputs()
    outputs.write("stdout", "a\n")
    outputs.write("stdout", "b\n")
    outputs.show(bundle("value"))
    outputs.write("stderr", "c\n")
    outputs.write("stdout", "d\n")
    assert [(o["output_type"], o.get("name"), o.get("text")) for o in outputs.finished()] == [
        ("stream", "stdout", "a\nb\n"),
        ("display_data", None, None),
        ("stream", "stderr", "c\n"),
        ("stream", "stdout", "d\n"),
    ]


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (["10%\r", "20%\r", "done\n"], "done\n"),
        (["a\nfirst\rsecond"], "a\nsecond"),
        (["a\r\n", "b\r\n"], "a\nb\n"),
        (["50%\r"], "50%\r"),
    ],
)
def test_of_a_progress_bar_the_last_state_is_kept(parts: list[str], kept: str) -> None:
    outputs = CellOutputs()
    for part in parts:
        outputs.write("stdout", part)
    assert outputs.finished()[0]["text"] == kept


@given(st.lists(st.text(alphabet="ab\n", min_size=1, max_size=6), min_size=1))
def test_text_is_the_sum_of_its_parts(parts: list[str]) -> None:
    outputs = CellOutputs()
    for part in parts:
        outputs.write("stdout", part)
    assert outputs.finished()[0]["text"] == "".join(parts)


def test_what_is_too_much_is_left_out_and_said() -> None:
    outputs = CellOutputs()
    line = "x" * 999 + "\n"
    for _ in range(TEXT_LIMIT // 1000 + 5):
        outputs.write("stdout", line)
    text, note = outputs.finished()
    assert len(text["text"]) == TEXT_LIMIT
    assert "5,000 characters of text are left out" in note["text"]


def test_outputs_are_counted() -> None:
    outputs = CellOutputs()
    for _ in range(OUTPUTS_LIMIT + 3):
        outputs.show(bundle("x"))
    *kept, note = outputs.finished()
    assert len(kept) == OUTPUTS_LIMIT
    assert "3 outputs are left out" in note["text"]


def test_a_large_value_keeps_its_text() -> None:
    outputs = CellOutputs()
    data = {"text/html": "x" * (BUNDLE_LIMIT + 1), "image/png": b"\x89PNG", "text/plain": "table"}
    outputs.show(Bundle(data=data, metadata={}))
    (kept,) = outputs.finished()
    assert set(kept["data"]) == {"image/png", "text/plain"}
    assert kept["data"]["image/png"] == "iVBORw=="
    assert kept["data"]["text/plain"].startswith("table\n[brickyard: left out")


def test_values_are_updated_and_cleared() -> None:
    outputs = CellOutputs()
    outputs.show(bundle("1", display_id="a"))
    outputs.show(bundle("2", display_id="a", update=True))
    assert [o["data"] for o in outputs.finished()] == [{"text/plain": "2"}]
    assert "transient" not in outputs.finished()[0]
    outputs.clear()
    assert len(outputs.finished()) == 1
    outputs.write("stdout", "new")
    assert [o["text"] for o in outputs.finished()] == ["new"]
