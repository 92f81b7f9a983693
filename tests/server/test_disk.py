"""Folders: nothing outside of the root, nothing half."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brickyard.errors import AlreadyExists, BrickyardError, FileNotFound, InvalidParameterValue
from brickyard.server.disk import UPLOADS, Folder
from brickyard.wire.paths import relative_segments


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "root")
    folder.prepare()
    return folder


def _write(folder: Folder, path: str, data: bytes = b"data", *, overwrite: bool = True) -> None:
    with folder.writing(relative_segments(path), overwrite=overwrite) as file:
        file.write(data)


_PIECES = st.sampled_from(
    ["..", ".", "", "a", "b", "/", "\\", "%2e", "%2f", "%252e", "~", "\x00", "ü", "C:", " ", "\ud800"]
)
_PATHS = st.one_of(
    st.text(max_size=40), st.lists(_PIECES, max_size=8).map("/".join), st.lists(_PIECES, max_size=8).map("".join)
)


@given(path=_PATHS)
@example(path="..%2f..%2fetc")
@example(path="/".join(["d" * 200] * 30))
@example(path=UPLOADS + "/x")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_leaves_the_root(folder: Folder, path: str) -> None:
    outside = {entry for entry in folder.root.parent.iterdir() if entry != folder.root}
    try:
        _write(folder, path)
    except BrickyardError:
        pass
    else:
        assert folder.stat(relative_segments(path)).size == 4
    assert {entry for entry in folder.root.parent.iterdir() if entry != folder.root} == outside
    assert list((folder.root / UPLOADS).iterdir()) == []


@given(path=_PATHS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_function_refuses_with_our_errors(folder: Folder, path: str) -> None:
    for work in (
        lambda segments: folder.stat(segments),
        lambda segments: folder.list(segments),
        lambda segments: folder.make_folder(segments),
        lambda segments: folder.move(segments, ("moved",)),
        lambda segments: folder.remove(("moved", *segments), recursive=True),
    ):
        try:
            work(relative_segments(path))
        except BrickyardError:
            continue
    assert folder.root.is_dir()


def test_links_that_lead_out_are_refused(folder: Folder) -> None:
    beside = folder.root.parent / "root-beside"  # its name begins as the root's
    beside.mkdir()
    (beside / "secret").write_text("secret")
    (folder.root / "link").symlink_to(beside)
    (folder.root / "file").symlink_to(beside / "secret")
    for path in ("link/secret", "link", "file"):
        with pytest.raises(InvalidParameterValue, match="out of its root"):
            folder.stat(relative_segments(path))
    with pytest.raises(InvalidParameterValue):
        _write(folder, "link/new")
    assert sorted(entry.name for entry in beside.iterdir()) == ["secret"]


def test_a_broken_link_is_listed_or_left_out_but_does_not_fail(folder: Folder) -> None:
    _write(folder, "a")
    (folder.root / "broken").symlink_to(folder.root / "nowhere")
    assert "a" in {entry.path for entry in folder.list(())}


def test_a_root_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    folder = Folder(tmp_path / "link")
    folder.prepare()
    _write(folder, "a/b")
    assert folder.stat(("a", "b")).size == 4


def test_a_write_appears_whole_or_not_at_all(folder: Folder) -> None:
    _write(folder, "a", b"old")

    def break_off() -> None:
        with folder.writing(("a",)) as file:
            file.write(b"half of the new")
            file.flush()
            assert (folder.root / "a").read_bytes() == b"old"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert (folder.root / "a").read_bytes() == b"old"
    assert list((folder.root / UPLOADS).iterdir()) == []


def test_overwrite_is_asked_for(folder: Folder) -> None:
    _write(folder, "a", b"old", overwrite=False)
    with pytest.raises(AlreadyExists):
        _write(folder, "a", b"new", overwrite=False)
    _write(folder, "a", b"new")
    assert (folder.root / "a").read_bytes() == b"new"


def test_files_and_folders_do_not_take_each_others_names(folder: Folder) -> None:
    _write(folder, "file")
    folder.make_folder(("folder",))
    with pytest.raises(AlreadyExists):
        _write(folder, "folder")
    with pytest.raises(InvalidParameterValue):
        _write(folder, "file/below")
    with pytest.raises(BrickyardError):
        folder.make_folder(("file",))
    with pytest.raises(FileNotFound):
        folder.list(("file",))


def test_names_that_are_too_long(folder: Folder) -> None:
    segments = ("d" * 200,) * 30
    for work in (folder.stat, folder.list, folder.make_folder):
        with pytest.raises(InvalidParameterValue):
            work(segments)
    with pytest.raises(InvalidParameterValue), folder.writing(segments):
        pass
    _write(folder, "a")
    with pytest.raises(InvalidParameterValue):
        folder.move(("a",), segments)
    with pytest.raises(BrickyardError):
        folder.move(segments, ("b",))
    with pytest.raises(InvalidParameterValue):
        folder.remove(segments, recursive=True)


def test_move_and_remove(folder: Folder) -> None:
    _write(folder, "a/b/c")
    folder.move(("a", "b"), ("x", "y"))
    assert folder.stat(("x", "y", "c")).size == 4
    with pytest.raises(FileNotFound):
        folder.move(("a", "b"), ("z",))
    _write(folder, "taken")
    with pytest.raises(AlreadyExists):
        folder.move(("x",), ("taken",))
    with pytest.raises(InvalidParameterValue):
        folder.move(("x",), ("x", "below"))
    with pytest.raises(InvalidParameterValue, match="recursive"):
        folder.remove(("x",), recursive=False)
    assert folder.remove(("x",), recursive=True)
    assert not folder.remove(("x",), recursive=True)
    with pytest.raises(InvalidParameterValue, match="root"):
        folder.remove((), recursive=True)
    assert not list((folder.root / UPLOADS).iterdir())


def test_removing_a_link_leaves_what_it_names(folder: Folder) -> None:
    _write(folder, "real/file")
    (folder.root / "link").symlink_to(folder.root / "real")
    assert folder.remove(("link",), recursive=True)
    assert folder.stat(("real", "file")).size == 4


def test_unfinished_uploads_of_an_earlier_server_are_dropped(folder: Folder) -> None:
    (folder.root / UPLOADS / "left").write_text("half")
    folder.prepare()
    assert os.listdir(folder.root / UPLOADS) == []


def test_list_shows_paths_sizes_and_kinds(folder: Folder) -> None:
    _write(folder, "b/c", b"123")
    _write(folder, "ü \"'", b"1")
    found = [(entry.path, entry.is_dir, entry.size) for entry in folder.list(())]
    assert found == [("b", True, 0), ("ü \"'", False, 1)]
    assert [entry.path for entry in folder.list(("b",))] == ["b/c"]
    with pytest.raises(FileNotFound):
        folder.list(("none",))
