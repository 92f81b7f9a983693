"""The outputs of one cell, in their order and within bounds."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brickyard.notebook.presentation import Bundle

TEXT_LIMIT = 1_000_000
"""Characters of text that a cell keeps."""
BUNDLE_LIMIT = 10_000_000
"""Characters of one rich output (images count in base64)."""
OUTPUTS_LIMIT = 500

Output = dict[str, Any]


@dataclass(kw_only=True)
class CellOutputs:
    """Collects what a cell shows. Not thread-safe."""

    items: list[Output] = field(default_factory=list)
    count: int | None = None
    _kept: int = 0
    _left_out: int = 0
    _too_many: int = 0
    _clear_next: bool = False

    def write(self, name: str, text: str) -> None:
        """Text of a stream. A carriage return takes its line back: of a progress bar, the last state is kept."""
        if not text:
            return
        self._cleared()
        last = self.items[-1] if self.items else None
        if last is None or last.get("name") != name:
            if not self._has_room():
                return
            last = {"output_type": "stream", "name": name, "text": ""}
            self.items.append(last)
        head, line = _last_line(last["text"])
        *whole, open_line = (line + text).split("\n")
        new = "\n".join([*(_overwritten(part).rstrip("\r") for part in whole), _overwritten(open_line)])
        room = TEXT_LIMIT - self._kept + len(line)
        kept = new[: max(room, 0)]
        self._left_out += len(new) - len(kept)
        self._kept += len(kept) - len(line)
        last["text"] = head + kept

    def show(self, bundle: Bundle) -> None:
        """A rich output, or the new value of one that was shown before."""
        self._cleared()
        data, metadata = _bounded({kind: _plain(value) for kind, value in bundle.data.items()}), dict(bundle.metadata)
        if bundle.update:
            self._update(bundle.display_id, data, metadata)
            return
        if not self._has_room():
            return
        kind = "execute_result" if bundle.count else "display_data"
        output: Output = {"output_type": kind, "data": data, "metadata": metadata}
        if bundle.count:
            output["execution_count"] = self.count
        if bundle.display_id:
            output["transient"] = {"display_id": bundle.display_id}
        self.items.append(output)

    def fail(self, name: str, message: str, traceback: list[str]) -> None:
        """What the cell raised."""
        self.items.append({"output_type": "error", "ename": name, "evalue": message, "traceback": traceback})

    def clear(self) -> None:
        """Forget what was shown so far as soon as something new is."""
        self._clear_next = True

    def finished(self) -> list[Output]:
        """The outputs as a document holds them, with a note where some are left out."""
        items = [{key: value for key, value in item.items() if key != "transient"} for item in self.items]
        notes = []
        if self._left_out:
            notes.append(f"{self._left_out:,} characters of text are left out: a cell keeps {TEXT_LIMIT:,}")
        if self._too_many:
            notes.append(f"{self._too_many:,} outputs are left out: a cell keeps {OUTPUTS_LIMIT}")
        return items + [_note(note) for note in notes]

    def _has_room(self) -> bool:
        if len(self.items) < OUTPUTS_LIMIT:
            return True
        self._too_many += 1
        return False

    def _cleared(self) -> None:
        if self._clear_next:
            self.items.clear()
            self._kept, self._clear_next = 0, False

    def _update(self, display_id: str, data: Output, metadata: Output) -> None:
        for item in self.items:
            if item.get("transient", {}).get("display_id") == display_id:
                item["data"], item["metadata"] = data, metadata


def _last_line(text: str) -> tuple[str, str]:
    cut = text.rfind("\n") + 1
    return text[:cut], text[cut:]


def _overwritten(line: str) -> str:
    """A line after its carriage returns. One at the end waits for what comes next."""
    if "\r" not in line:
        return line
    body = line.rstrip("\r")
    return body[body.rfind("\r") + 1 :] + ("\r" if line.endswith("\r") else "")


def _note(text: str) -> Output:
    return {"output_type": "stream", "name": "stderr", "text": f"[brickyard: {text}]\n"}


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if isinstance(value, str) else json.loads(json.dumps(value, default=str))


def _bounded(data: Mapping[str, Any]) -> Output:
    kept = {kind: value for kind, value in data.items() if _size(value) <= BUNDLE_LIMIT}
    left_out = [f"{kind} ({_size(data[kind]):,} characters)" for kind in data if kind not in kept]
    if not left_out:
        return kept
    note = f"[brickyard: left out, for an output keeps {BUNDLE_LIMIT:,} characters: {', '.join(left_out)}]"
    shown = "\n".join(text for text in (kept.get("text/plain", ""), note) if text)
    return {**{kind: value for kind, value in kept.items() if kind != "text/html"}, "text/plain": shown}


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(json.dumps(value))
