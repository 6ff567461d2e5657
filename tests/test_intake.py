"""Who handed in what: files, folders and zips, hostile ones included."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import socket
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import archive, intake
from grader.archive import unzipped
from grader.errors import MachineError, UsageError
from grader.intake import MISTAKEN, find, read
from grader.notebook import LARGEST
from grader.records import Submission


def notebook(source: str = "x = 1", assignment: str = "linear_algebra") -> bytes:
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    metadata = {"otter": {"assignment_name": assignment}}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def put(folder: Path, *names: str, data: bytes | None = None) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook() if data is None else data)


def names(*paths: Path) -> list[str]:
    return [found.name for found in find(paths)]


def one(*paths: Path) -> Submission:
    (found,) = find(paths)
    return read(found)


# --- what counts as handed in ---


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    put(tmp_path, "b/x/late.IPYNB", "b/hw.zip", "a.py", "Ω/hw.ipynb", "b/hw.ipynb")
    found = find((tmp_path,))
    assert [(f.name, f.student) for f in found] == [
        ("a.py", "a"),
        ("b/hw.ipynb", "b"),
        ("b/hw.zip", "b"),
        ("b/x/late.IPYNB", "b"),
        ("Ω/hw.ipynb", "Ω"),
    ]
    assert find((tmp_path,)) == found


def test_a_submission_is_what_its_bytes_say(tmp_path: Path) -> None:
    put(tmp_path, "alice/hw.ipynb")
    assert one(tmp_path) == Submission(
        name="alice/hw.ipynb",
        student="alice",
        sha256=hashlib.sha256(notebook()).hexdigest(),
        assignment="linear_algebra",
        cells=("x = 1",),
    )
    put(tmp_path, "bob.py", data=b"y = 2")
    assert one(tmp_path / "bob.py").cells == ("y = 2",)


def test_what_programs_leave_behind_is_left_out(tmp_path: Path) -> None:
    put(tmp_path, "hw.ipynb", ".hw.ipynb", "._hw.ipynb", ".ipynb_checkpoints/hw-checkpoint.ipynb", "a/.git/x.py")
    put(tmp_path, "__MACOSX/hw.ipynb", "a/__pycache__/x.py", "a/.OTTER_LOG", "a/__init__.py", "a/notes.md", "data.csv")
    put(tmp_path, "marks/gradebook.db", "marks/feedback/page.html", "marks/x.py", "tests/matvec.py")
    assert names(tmp_path) == ["hw.ipynb"]


def test_tests_is_an_ordinary_folder_where_no_notebook_lies_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "tests/hw.ipynb", "a.py")
    assert names(tmp_path) == ["a.py", "tests/hw.ipynb"]


def test_a_folder_that_is_named_is_walked_though_the_marks_go_there(tmp_path: Path) -> None:
    put(tmp_path, "hw.ipynb", "gradebook.db", "results/hw.ipynb.json")
    assert names(tmp_path) == ["hw.ipynb"]


@pytest.mark.parametrize("suffix", MISTAKEN)
def test_the_wrong_kind_of_file_is_rejected_and_named(tmp_path: Path, suffix: str) -> None:
    put(tmp_path, f"bob/hw{suffix.upper()}", data=b"%PDF")
    read_ = one(tmp_path)
    assert (read_.name, read_.student, read_.cells) == (f"bob/hw{suffix.upper()}", "bob", ())
    assert read_.sha256 == hashlib.sha256(b"%PDF").hexdigest()
    assert read_.reason == f"it is a {suffix} file, expected .ipynb, .py or .zip; hand in the notebook itself"


def test_the_wrong_kind_of_file_is_left_out_beside_or_below_a_submission(tmp_path: Path) -> None:
    put(tmp_path, "alice/hw.ipynb", "alice/hw.pdf", "alice/figures/plot.png")
    put(tmp_path, "monday/bob/hw.pdf", "monday/carol/hw.py", "dave.html", "erin.ipynb")
    assert names(tmp_path) == ["alice/hw.ipynb", "dave.html", "erin.ipynb", "monday/bob/hw.pdf", "monday/carol/hw.py"]


def test_names_that_clash_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    put(tmp_path, "monday/alice/hw.ipynb", "tuesday/alice/hw.ipynb", "tuesday/bob/hw.ipynb")
    found = find((tmp_path / "tuesday", tmp_path / "monday"))
    assert [(f.name, f.student) for f in found] == [
        ("bob/hw.ipynb", "bob"),
        ("monday/alice/hw.ipynb", "alice"),
        ("tuesday/alice/hw.ipynb", "alice"),
    ]


@pytest.mark.parametrize("name", ["", "hw.ipynb"])
def test_files_of_one_name_belong_to_their_folders(tmp_path: Path, name: str) -> None:
    put(tmp_path, "alice/hw.ipynb", "bob/hw.ipynb")
    found = find((tmp_path / "alice" / name, tmp_path / "bob" / name))
    assert [(f.name, f.student) for f in found] == [("alice/hw.ipynb", "alice"), ("bob/hw.ipynb", "bob")]


def test_names_that_stay_equal_are_an_error(tmp_path: Path) -> None:
    put(tmp_path, "1/a/hw.ipynb", "2/a/hw.ipynb")
    with pytest.raises(UsageError) as error:
        find((tmp_path / "1" / "a", tmp_path / "2" / "a"))
    one_, other = (tmp_path / n / "a" / "hw.ipynb" for n in "12")
    where = f"{one_} and {other} are both called a/hw.ipynb"
    assert str(error.value) == f"{where}; give one folder that holds both, or grade them apart"


def test_what_two_paths_lead_to_is_handed_in_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/hw.ipynb")
    assert names(tmp_path, tmp_path / "a", tmp_path / "a" / "hw.ipynb") == ["a/hw.ipynb"]
    monkeypatch.chdir(tmp_path)
    assert names(Path(), Path("a"), Path("a/../a/hw.ipynb")) == ["a/hw.ipynb"]


def test_names_can_be_printed_and_stay_different(tmp_path: Path) -> None:
    odd = ["\u202egnp.ipynb", "\x1b[2J.ipynb", "a\nb.ipynb", "a\x01b.ipynb", "a\ufffd1\ufffdb.ipynb"]
    put(tmp_path, *odd)
    (tmp_path / os.fsdecode(b"\xe9.ipynb")).write_bytes(notebook())
    found = find((tmp_path,))
    assert len({f.name for f in found}) == len(odd) + 1
    assert all(f.name.isprintable() and f.student.isprintable() and f.name.encode() for f in found)
    assert all(read(f).reason == "" for f in found)
    assert "a\ufffda\ufffdb.ipynb" in [f.name for f in found]


# --- paths that cannot be used ---


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("missing", "there is no such file or folder"),
        ("hw.txt.ipynb/x", "there is no such file or folder"),
        ("empty", "there are no submissions; expected .ipynb, .py or .zip files, or folders of them"),
        ("notes.md", "there are no submissions; expected .ipynb, .py or .zip files, or folders of them"),
    ],
)
def test_paths_that_cannot_be_used_are_named(tmp_path: Path, path: str, fault: str) -> None:
    put(tmp_path, "notes.md", "hw.txt.ipynb")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as error:
        find((tmp_path / path,))
    assert str(error.value) == f"{tmp_path / path}: {fault}"


def test_links_are_never_followed(tmp_path: Path) -> None:
    put(tmp_path, "solution/hw.ipynb", "in/alice/real.ipynb")
    link = tmp_path / "in" / "alice" / "hw.ipynb"
    link.symlink_to(tmp_path / "solution" / "hw.ipynb")
    (tmp_path / "in" / "bob.smith").symlink_to(tmp_path / "solution")
    (tmp_path / "in" / "carol.pdf").symlink_to("missing")
    (tmp_path / "in" / "data.csv").symlink_to("missing")
    (tmp_path / "in" / "loop").symlink_to("loop")
    found = [read(f) for f in find((tmp_path / "in",))]
    assert [(f.name, f.student, bool(f.cells)) for f in found] == [
        ("alice/hw.ipynb", "alice", False),
        ("alice/real.ipynb", "alice", True),
        ("bob.smith", "bob.smith", False),
        ("carol.pdf", "carol", False),
    ]
    reason = "it is a symbolic link, which is not followed; hand in the file itself"
    assert {f.reason for f in found if not f.cells} == {reason}
    assert one(link).reason == reason
    assert one(tmp_path / "in" / "bob.smith").reason == reason


def test_a_link_put_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "hw.ipynb", "secret.ipynb")
    (found,) = find((tmp_path / "hw.ipynb",))
    found.path.unlink()
    found.path.symlink_to(tmp_path / "secret.ipynb")
    with pytest.raises(OSError, match="Too many levels"):
        intake._opened(found.path)
    assert "symbolic link" in read(found).reason


def test_what_is_no_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    put(tmp_path, "folder.ipynb/inner.ipynb")
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.zip"))
        found = [read(f) for f in find((tmp_path,))]
    assert [(f.name, f.reason, f.sha256) for f in found] == [
        ("folder.ipynb", "it is a folder, expected a file; hand in the file itself", ""),
        ("pipe.py", "it is a named pipe, expected a file", ""),
        ("socket.zip", "it is a socket, expected a file", ""),
    ]


def test_a_file_that_vanished_is_rejected(tmp_path: Path) -> None:
    put(tmp_path, "hw.ipynb")
    (found,) = find((tmp_path,))
    found.path.unlink()
    assert read(found).reason == "it has vanished; hand it in again"


def failing(number: int):
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_file_without_permission_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "hw.ipynb")
    monkeypatch.setattr(intake, "_opened", failing(errno.EACCES))  # root may read everything
    assert one(tmp_path).reason == "it may not be read: permission denied; change its permissions"


def test_a_folder_without_permission_is_a_row_below_a_path_and_an_error_at_its_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.ipynb", "b.c/d.ipynb")
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: failing(errno.EACCES)() if path.name == "b.c" else scandir(path))
    assert [(f.name, f.student) for f in find((tmp_path,))] == [("a.ipynb", "a"), ("b.c", "b.c")]
    with pytest.raises(UsageError, match=r"b\.c: it cannot be read: Permission denied"):
        find((tmp_path / "b.c",))


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE])
def test_a_failing_machine_rejects_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    put(tmp_path, "hw.ipynb", "bob.zip", data=zipped(("a.ipynb", notebook())))
    found = find((tmp_path,))
    monkeypatch.setattr(intake, "_opened", failing(number))
    for item in found:
        with pytest.raises(MachineError, match="this machine cannot read it"):
            read(item)
    monkeypatch.setattr(os, "scandir", failing(number))
    with pytest.raises(MachineError):
        find((tmp_path,))


def test_a_disk_that_fails_inside_a_zip_rejects_nobody() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    data = zipped(("a.ipynb", notebook()))
    with pytest.raises(OSError, match="Input/output"):
        unzipped(Broken(data), len(data))


def test_a_notebook_of_200_mb_is_hashed_and_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    with path.open("wb") as file:
        file.truncate(200_500_000)
    digest = hashlib.sha256(bytes(500_000) * 401).hexdigest()
    assert one(path) == Submission(
        name="hw.ipynb",
        student="hw",
        sha256=digest,
        reason="the notebook has 201 MB, at most 32 MB are read; clear the outputs and hand it in again",
    )


# --- zips ---


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, data in members:
            target.writestr(name, data)
    return buffer.getvalue()


def reason(data: bytes) -> str:
    made = unzipped(io.BytesIO(data), len(data)).notebook()
    assert made.reason == "" or made.cells == ()
    return made.reason


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_one_notebook_of_a_zip_is_read_wherever_it_is(tmp_path: Path, method: int) -> None:
    members = [
        ("hw/deep/HW.Ipynb", notebook()),
        ("hw/helper.py", b"1"),
        ("hw/other.py", b"2"),
        ("__MACOSX/hw/deep/._HW.Ipynb", b"junk"),
        ("hw/.ipynb_checkpoints/HW-checkpoint.ipynb", b"junk"),
        (".OTTER_LOG", b"never unpickled"),
        ("inner.zip", b"never opened"),
    ]
    put(tmp_path, "bob.zip", data=zipped(*members, method=method))
    read_ = one(tmp_path)
    assert (read_.cells, read_.assignment, read_.reason) == (("x = 1",), "linear_algebra", "")
    assert read_.sha256 == hashlib.sha256((tmp_path / "bob.zip").read_bytes()).hexdigest()
    assert sorted(tmp_path.iterdir()) == [tmp_path / "bob.zip"]


def test_without_a_notebook_the_one_script_is_read() -> None:
    data = zipped(("a/hw.py", b"x = 1"), ("a/__init__.py", b""), ("a/hw.txt", b""))
    assert unzipped(io.BytesIO(data), len(data)).notebook().cells == ("x = 1",)


def special(kind: int, name: str = "link") -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


def encrypted() -> bytes:
    data = bytearray(zipped(("hw.ipynb", notebook())))
    for place in (6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    return bytes(data)


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert old in data
    return data.replace(old, new)


def renamed(new: str) -> bytes:
    return patched(zipped(("x" * len(new), notebook())), b"x" * len(new), new.encode())


NO_PATH = "which is not a path inside the zip; make the zip again"
GOOD = notebook()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "the file is empty; hand in the notebook itself"),
        (b"not a zip", "it is not a zip that can be unpacked: File is not a zip file; make the zip again, or hand in"),
        (zipped(("hw.ipynb", GOOD))[:-30], "it is not a zip that can be unpacked: File is not a zip file;"),
        (zipped(("a.txt", b"")), "the zip has no .ipynb and no .py; hand in the notebook"),
        (zipped(), "the zip has no .ipynb and no .py; hand in the notebook"),
        (zipped(("a.zip", b"")), "the zip has no .ipynb and no .py; the zip inside it is not opened; hand in"),
        (zipped(("a.ipynb", GOOD), ("b/b.ipynb", GOOD)), "the zip has 2 notebooks: a.ipynb, b/b.ipynb; hand in one"),
        (zipped(("a.py", b""), ("b.py", b"")), "the zip has 2 scripts: a.py, b.py; hand in one"),
        (zipped(*[(f"{i}.py", b"") for i in range(5)]), "the zip has 5 scripts: 0.py, 1.py, 2.py, ...; hand in one"),
        (zipped(("../hw.ipynb", GOOD)), f"the zip holds ../hw.ipynb, {NO_PATH}"),
        (zipped(("a/../../b.txt", b""), ("hw.ipynb", GOOD)), f"the zip holds a/../../b.txt, {NO_PATH}"),
        (zipped(("/etc/hw.ipynb", GOOD)), f"the zip holds /etc/hw.ipynb, {NO_PATH}"),
        (zipped(("C:/hw.ipynb", GOOD)), f"the zip holds C:/hw.ipynb, {NO_PATH}"),
        (zipped(("a\\hw.ipynb", GOOD)), f"the zip holds a\\hw.ipynb, {NO_PATH}"),
        (renamed("hw.ipynb\0.txt"), f"the zip holds hw.ipynb\ufffd0\ufffd.txt, {NO_PATH}"),
        (zipped((special(stat.S_IFLNK), b"/etc/passwd"), ("hw.ipynb", GOOD)), "the zip holds link, which is a link or"),
        (zipped((special(stat.S_IFIFO), b""), ("hw.ipynb", GOOD)), "the zip holds link, which is a link or"),
        (encrypted(), "the zip holds hw.ipynb, which is encrypted; make the zip again without a password"),
        (
            zipped(*[(str(i), b"") for i in range(1000)], ("hw.ipynb", GOOD)),
            "the zip has 1001 files, at most 1000 are allowed; hand in the notebook alone",
        ),
        (
            zipped(*[("n" * 60_000 + str(i), b"") for i in range(20)], ("hw.ipynb", GOOD)),
            "it is not a zip that can be unpacked: its table of contents is too long;",
        ),
        (
            zipped(("hw.ipynb", GOOD), ("big", bytes(range(256)) * 4000 + bytes(2_000_000_0))),
            "the zip holds big, which unpacks to more than 250 times its size; hand in the notebook alone",
        ),
        (
            zipped(("hw.ipynb", GOOD), method=zipfile.ZIP_LZMA),
            "hw.ipynb is packed with method 14, which is not read; make an ordinary zip",
        ),
        (
            zipped(("hw.ipynb", GOOD), method=zipfile.ZIP_BZIP2),
            "hw.ipynb is packed with method 12, which is not read; make an ordinary zip",
        ),
        (
            patched(zipped(("hw.ipynb", GOOD), method=zipfile.ZIP_STORED), b"x = 1", b"x = 2"),
            "it is not a zip that can be unpacked: Bad CRC-32 for file 'hw.ipynb'; make the zip again, or hand in",
        ),
        (zipped(("hw.ipynb", b"")), "the file is empty; save the notebook and hand it in again"),
        (zipped(("hw.ipynb", b"{}")), "it is not a notebook: it has no nbformat;"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value[:50],
)
def test_zips_that_cannot_be_read_are_rejected_with_a_reason(data: bytes, fault: str) -> None:
    assert reason(data).startswith(fault)


def sized(data: bytes, size: int) -> bytes:
    """Return a zip of one member that claims to have `size` bytes unpacked."""
    central = bytearray(data)
    place = central.index(b"PK\x01\x02") + 24
    central[place : place + 4] = size.to_bytes(4, "little")
    return bytes(central)


def noise(size: int) -> bytes:
    return hashlib.shake_128(b"noise").digest(size)


def test_sizes_are_limited_as_stated_and_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = noise(1_000_000)
    assert reason(zipped(*[(f"{i}.bin", packed) for i in range(2)], ("hw.ipynb", GOOD))) == ""
    monkeypatch.setattr(archive, "LARGEST_ZIP", 1_500_000)
    fault = "the zip has 2 MB unpacked, at most 1 MB are allowed; hand in the notebook alone"
    assert reason(zipped(*[(f"{i}.bin", packed * 2) for i in range(1)], ("hw.ipynb", GOOD))).startswith(
        "the zip has 3 MB"
    )
    assert reason(sized(zipped(("hw.ipynb", noise(10_000))), 2_000_000)) == fault


def test_a_member_larger_than_a_notebook_is_not_unpacked() -> None:
    data = sized(zipped(("hw.ipynb", noise(200_000))), LARGEST + 1)
    assert reason(data).startswith("the notebook has 33 MB, at most 32 MB are read;")


def test_what_a_member_claims_of_its_size_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    small = sized(zipped(("hw.ipynb", GOOD)), 10)
    assert reason(small).startswith("it is not a zip that can be unpacked: Bad CRC-32")
    monkeypatch.setattr(archive, "too_large", lambda *_: "")
    monkeypatch.setattr(archive, "LARGEST", 100_000)
    data = zipped(("hw.ipynb", noise(500_000)))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert 100_000 < len(archive._unpacked(opened, opened.infolist()[0])) < 200_000


def test_a_zip_larger_than_any_is_not_opened() -> None:
    assert (
        unzipped(io.BytesIO(b""), 100_000_001).reason
        == "the zip has 101 MB, at most 100 MB are read; hand in the notebook alone"
    )


@settings(max_examples=400)
@given(
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]),
    st.lists(
        st.tuples(
            st.integers(0, 10_000), st.integers(0, 6), st.binary(max_size=6) | st.sampled_from([b"PK", b"\xff" * 4])
        ),
        max_size=5,
    ),
    st.integers(0, 10_000),
)
def test_damaged_zips_give_cells_or_a_reason(method: int, edits: list[tuple[int, int, bytes]], cut: int) -> None:
    data = bytearray(zipped(("a/hw.ipynb", notebook("y = 2")), ("a/b.py", b"z"), method=method))
    for place, length, new in edits:
        start = place % (len(data) + 1)
        data[start : start + length] = new
    data = data[: max(0, len(data) - cut)] if cut < len(data) else data
    made = unzipped(io.BytesIO(data), len(data)).notebook()
    assert made.reason.isprintable()
    assert not (made.reason and made.cells)
    assert len(made.reason) < 400


@given(st.binary(max_size=200))
def test_any_bytes_called_zip_give_a_reason(data: bytes) -> None:
    assert reason(data)
