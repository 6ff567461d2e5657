"""The command line: exit codes, one clear line for a mistake, and nothing lost."""

from __future__ import annotations

import importlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader import content, records
from grader.cli import main
from grader.errors import IsolationError, MachineError
from reference.catalogue import load_topic, topic_names

COHORT = content.submissions() / "linear_algebra"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def one_line(result: Result, code: int) -> str:
    assert result.exit_code == code, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.output
    return lines[0]


def grade(*arguments: object) -> Result:
    return run("grade", "-a", "linear_algebra", "--jobs", 1, *arguments)


@pytest.mark.parametrize("command", ["new", "build", "grade", "report", "verify", "doctor", "demo", "cases"])
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    line = one_line(grade(tmp_path / "nothing", "-o", tmp_path / "out"), 2)
    assert line.endswith("nothing: there is no such file or folder")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_submissions(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("x", encoding="utf-8")
    assert "there are no submissions; expected .ipynb, .py or .zip files" in one_line(
        grade(tmp_path, "-o", tmp_path / "out"), 2
    )


def test_an_unknown_topic(tmp_path: Path) -> None:
    line = one_line(run("grade", COHORT, "-a", "alchemy", "-o", tmp_path / "out"), 2)
    assert line == f"fullmarks: there is no topic 'alchemy'; expected one of {', '.join(topic_names())}"


@pytest.mark.walls
def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert "cannot be made" in one_line(grade(COHORT / "full.ipynb", "-o", tmp_path / "file" / "out", "--quiet"), 2)


def test_an_output_that_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("not a database " * 100, encoding="utf-8")
    assert "it is not a gradebook" in one_line(grade(COHORT / "full.ipynb", "-o", tmp_path, "--quiet"), 2)
    assert (tmp_path / "gradebook.db").read_text(encoding="utf-8").startswith("not a database")


@pytest.mark.walls
def test_bad_files_cost_nobody_else_anything(tmp_path: Path) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    (folder / "nested").mkdir(parents=True)
    shutil.copy(COHORT / "full.ipynb", folder / "good.ipynb")
    shutil.copy(COHORT / "full.ipynb", folder / "nested" / "good.ipynb")
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.ipynb", bytes(90 << 20))
    with zipfile.ZipFile(folder / "escape.zip", "w") as archive:
        archive.writestr("../evil.ipynb", "{}")
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.writestr("a.ipynb", "{}")
        archive.writestr("b.ipynb", "{}")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    (folder / "deep.ipynb").write_bytes(b"[" * 100_000)
    (folder / "notes.pdf").write_bytes(b"%PDF")
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    (folder / "folder.ipynb").mkdir()
    with (folder / "huge.ipynb").open("wb") as file:
        file.truncate(200 << 20)
    result = grade(folder, "-o", output)
    assert result.exit_code == 0, result.output
    assert "\n2 graded, 9 rejected\n" in result.stdout
    reasons = {}
    for path in (output / "results").rglob("*.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        reasons[data["submission"]] = data["reason"]
    assert reasons.pop("good.ipynb") == reasons.pop("nested/good.ipynb") == ""
    expected = {
        "bomb.zip": "the zip holds bomb.ipynb, which unpacks to more than 250 times its size",
        "escape.zip": "the zip holds ../evil.ipynb, which is not a path inside the zip",
        "two.zip": "the zip has 2 notebooks: a.ipynb, b.ipynb; hand in one",
        "broken.zip": "it is not a zip that can be unpacked",
        "deep.ipynb": "it is not a notebook",
        "notes.pdf": "it is a .pdf file, expected .ipynb, .py or .zip",
        "link.ipynb": "it is a symbolic link",
        "folder.ipynb": "it is a folder",
        "huge.ipynb": "the notebook has 210 MB, at most 32 MB are read",
    }
    assert reasons.keys() == expected.keys()
    assert {name: reason for name, reason in reasons.items() if not reason.startswith(expected[name])} == {}
    again = grade(folder, "-o", output)
    assert "\n0 graded" in again.stdout


def test_cases_are_listed(golden) -> None:
    result = run("cases", "linear_algebra/matvec")
    assert result.exit_code == 0
    golden("cases-matvec.txt", result.output)
    data = json.loads(run("cases", "linear_algebra", "--json").stdout)
    assert data["exercises"][0]["name"] == "matvec"
    assert sum(c["points"] for e in data["exercises"] for c in e["cases"]) == 37
    assert "there" not in one_line(run("cases", "linear_algebra/nothing"), 2)


def test_report_needs_a_gradebook(tmp_path: Path) -> None:
    assert "has no gradebook.db" in one_line(run("report", tmp_path), 2)


@pytest.fixture
def two_attacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor try two attacks; all of them have tests of their own."""
    from grader import attacks, examine

    monkeypatch.setattr(examine, "load_attacks", lambda *paths: attacks.load_attacks(*paths)[:2])


def no_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.sandbox import policy

    monkeypatch.setattr(policy, "bubblewrap", lambda command, uid: ("no-such-bwrap", *command))


def no_walls_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.sandbox.keeper import Keeper

    start = Keeper.__init__

    def refuse(self, *args, rung, **kwargs) -> None:
        if rung != "none":
            msg = f"nothing stands here, and certainly not {rung}"
            raise IsolationError(msg)
        start(self, *args, rung=rung, **kwargs)

    monkeypatch.setattr(Keeper, "__init__", refuse)


def isolation(folder: Path) -> str:
    (path,) = (folder / "results").glob("*.json")
    return json.loads(path.read_text(encoding="utf-8"))["isolation"]


@pytest.mark.walls
@pytest.mark.usefixtures("two_attacks")
def test_doctor_says_what_this_machine_gives() -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert result.output.startswith("isolation: namespaces\nhonest answers: 37 of 37, the slowest in ")
    assert "\ntrying 2 attacks, a second or two each ...\n2 attacks tried in " in result.output
    assert result.output.endswith(" s: none got through\n")


def of_honest(total: float, *seconds: float) -> records.Result:
    details = tuple(records.Detail(exercise="some", seconds=taken) for taken in seconds)
    return records.Result(
        submission="", student="", sha256="", assignment="", status="graded", total=total, possible=9.0, details=details
    )


def test_doctor_tells_how_much_of_their_time_honest_answers_take() -> None:
    from grader.examine import in_time

    usual = records.Limits()
    told = "honest answers: 9 of 9, the slowest in 0.2 s of 3 s"
    assert list(in_time(of_honest(9.0, 0.01, 0.2), usual)) == [(told, True)]
    slow = list(in_time(of_honest(8.5, 2.5, 0.1), usual.longer(4)))
    assert slow == [
        ("honest answers: 8.5 of 9, the slowest in 2.5 s of 12 s", False),
        ("  this machine is slow: submissions get 4 times the usual time", True),
    ]


def test_attacks_get_more_time_on_a_slow_machine_too(monkeypatch) -> None:
    """Else their honest answers lose marks, and doctor says that something got through."""
    from grader import attacks, examine, pace

    given = []

    def start(limits, *_, **__) -> None:
        given.append(limits)
        raise MachineError("not here")

    monkeypatch.setattr(examine, "Keeper", start)
    monkeypatch.setattr(pace, "_measured", lambda: 5 * pace.USUAL_SECONDS)
    assert run("doctor").exit_code == 1
    assert set(given) == {attacks.LIMITS.longer(5)}


@pytest.mark.walls
def test_a_slow_machine_gives_submissions_more_time(tmp_path, monkeypatch) -> None:
    from grader import pace

    slow = tmp_path / "slow.py"
    slow.write_text(
        "import time\nuntil = time.process_time() + 0.6\nwhile time.process_time() < until: pass\n"
        + "".join((COHORT / "script.py").read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    monkeypatch.setattr(pace, "Limits", lambda: records.Limits(cell_seconds=0.2))
    marks = []
    for measured in (pace.USUAL_SECONDS, 40 * pace.USUAL_SECONDS):
        monkeypatch.setattr(pace, "_measured", lambda measured=measured: measured)
        assert grade(slow, "-o", tmp_path / str(measured), "--quiet").exit_code == 0
        marks += (
            json.loads((tmp_path / str(measured) / "results" / "slow.py.json").read_text(encoding="utf-8"))["total"],
        )
    assert marks == [0, 37]
    told = grade(slow, "-o", tmp_path / "told", "--quiet", "--limit", "cell_seconds=0.2")
    assert told.exit_code == 0, "what people ask for is taken as it is"
    assert json.loads((tmp_path / "told" / "results" / "slow.py.json").read_text(encoding="utf-8"))["total"] == 0


@pytest.mark.walls
@pytest.mark.usefixtures("two_attacks")
def test_doctor_fails_where_honest_answers_cannot_be_graded(monkeypatch) -> None:
    from grader import examine

    def fail(*_):
        raise MachineError("the fork-server has ended; run again")

    monkeypatch.setattr(examine, "_honest", fail)
    result = run("doctor")
    assert result.exit_code == 1
    assert "honest answers cannot be graded: the fork-server has ended" in result.stderr


@pytest.mark.walls
@pytest.mark.usefixtures("two_attacks")
def test_without_bubblewrap_the_next_best_walls_are_used_and_named(tmp_path, monkeypatch) -> None:
    no_bubblewrap(monkeypatch)
    result = grade(COHORT / "full.ipynb", "-o", tmp_path)
    assert "weaker walls: namespaces: bubblewrap (bwrap) is not installed; install it with" in result.stderr
    assert isolation(tmp_path) == "landlock"
    assert "37" in (tmp_path / "scores.csv").read_text(encoding="utf-8")
    examined = run("doctor")
    assert examined.exit_code == 0
    assert examined.output.startswith("isolation: landlock\n  not namespaces: bubblewrap (bwrap) is not installed")


@pytest.mark.walls
@pytest.mark.parametrize("user", ["mutants", "review"])
def test_without_bubblewrap_authors_can_try_their_cases(monkeypatch, user: str) -> None:
    course = importlib.import_module(f"grader.{user}.course")
    no_bubblewrap(monkeypatch)
    monkeypatch.setattr(course, "_keeper", [])
    course._begin()  # what each process begins with; the processes would not know of this test
    with course._keeper[0] as keeper:
        assert keeper.isolation == "landlock"


@pytest.mark.walls
def test_without_bubblewrap_authors_can_verify(monkeypatch) -> None:
    from grader import prove

    no_bubblewrap(monkeypatch)
    used = []
    monkeypatch.setattr(prove, "SEEDS", (1,))
    monkeypatch.setattr(prove, "verify_plan", lambda _: ())  # what needs no walls
    monkeypatch.setattr(prove, "verify_notebooks", lambda _, keeper, *__: used.append(keeper.isolation) or ())
    list(prove.prove_topic(load_topic("what_is_learning"), 1, otter=False))
    assert used == ["landlock"]


@pytest.mark.walls
def test_one_notebook_is_graded_by_the_server_that_was_started_early(tmp_path, monkeypatch) -> None:
    from grader.sandbox.keeper import Keeper

    started, start = [], Keeper.__init__

    def count(self, *args, **kwargs) -> None:
        started.append(self)
        start(self, *args, **kwargs)

    monkeypatch.setattr(Keeper, "__init__", count)
    assert grade(COHORT / "full.ipynb", "-o", tmp_path, "--quiet").exit_code == 0
    assert len(started) == 1
    assert "37" in (tmp_path / "scores.csv").read_text(encoding="utf-8")
    one_line(run("grade", "-a", "no_such", COHORT / "full.ipynb", "-o", tmp_path), 2)
    assert [keeper._process.poll() is not None for keeper in started] == [True, True]


@pytest.mark.walls
def test_what_becomes_of_submissions_is_told(tmp_path) -> None:
    bad = tmp_path / "bad.ipynb"
    bad.write_text("{", encoding="utf-8")
    why = "bad.ipynb: it is not a notebook: not valid JSON"
    for _ in range(2):  # also where nothing has changed
        assert grade(bad, "-o", tmp_path / "one").output.count(why) == 1
        told = grade(COHORT / "misconceptions.ipynb", "-o", tmp_path / "two").output
        assert "Linear algebra: 20.3125 of 37\n" in told
        assert "uses transpose" in told
    several = [COHORT / f"{name}.ipynb" for name in ("full", "empty-file", "latin-1", "newer-format", "cut-short")]
    worse = [bad.with_name(f"bad{i}.ipynb") for i in range(3)]
    for path in worse:
        path.write_text("{", encoding="utf-8")
    told = grade(*several, *worse, "-o", tmp_path / "three").output
    assert "Linear algebra: mean 37 of 37" in told
    assert told.count(".ipynb: ") == 5
    assert "and 2 more, see scores.csv" in told


@pytest.mark.walls
def test_without_walls_nothing_is_graded_unless_it_is_asked_for(tmp_path, monkeypatch) -> None:
    no_walls_at_all(monkeypatch)
    result = grade(COHORT / "full.ipynb", "-o", tmp_path, "--quiet")
    assert result.exit_code == 3
    assert "namespaces: nothing stands here" in result.stderr
    assert "landlock: nothing stands here" in result.stderr
    assert not list((tmp_path / "results").glob("*.json"))
    assert run("doctor").exit_code == 1
    result = grade(COHORT / "full.ipynb", "-o", tmp_path, "--unsafe")
    assert result.exit_code == 0
    assert "weaker walls: landlock: nothing stands here" in result.stderr
    assert isolation(tmp_path) == "none"


@pytest.mark.walls
@pytest.mark.parametrize("hole", ["matvec earned", "broke the sandbox"])
def test_doctor_fails_where_an_attack_gets_through(monkeypatch, hole: str) -> None:
    from grader import examine

    def try_attack(*_):
        if hole == "broke the sandbox":
            raise MachineError("gone")
        yield "matvec earned 2, it deserves nothing"

    monkeypatch.setattr(examine, "try_attack", try_attack)
    result = run("doctor")
    assert result.exit_code == 1
    assert hole in result.stderr
    assert result.stderr.endswith("fullmarks: do not grade what strangers wrote on this machine\n")


@pytest.mark.parametrize(
    "what", ["unshare: Operation not permitted", "Landlock of version 6 is needed, the kernel has 4"]
)
def test_a_wall_that_does_not_stand_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    from grader.sandbox import policy, walls

    code = f"import socket, sys, json; socket.socket(fileno=int(sys.argv[1])).send(json.dumps({{'failed': {what!r}}}).encode())"
    monkeypatch.setattr(policy, "bubblewrap", lambda command, uid: (command[0], "-c", code, command[4]))
    monkeypatch.setattr(walls, "RUNGS", ("namespaces",))
    line = one_line(grade(COHORT / "full.ipynb", "-o", tmp_path, "--quiet"), 3)
    assert what in line
    assert "nothing was graded" in line


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("speed=3", "there is no limit 'speed'; expected one of cells_seconds, cell_seconds"),
        ("call_seconds", "expected a positive number"),
        ("call_seconds=-1", "expected a positive number"),
        ("memory_bytes=nan", "expected a positive number"),
        ("memory_bytes=1e300G", "expected a positive number"),
    ],
)
def test_limits_that_make_no_sense(tmp_path: Path, setting: str, what: str) -> None:
    line = one_line(grade(COHORT / "full.ipynb", "-o", tmp_path, "--limit", setting), 2)
    assert line.startswith(f"fullmarks: --limit {setting}: {what}")


@pytest.mark.walls
def test_limits_hold_and_are_named(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\ndef matvec(A, x):\n    time.sleep(9)\n", encoding="utf-8")
    assert grade(tmp_path / "slow.py", "-o", tmp_path, "--limit", "call_seconds=0.25", "--quiet").exit_code == 0
    told = json.loads((tmp_path / "results" / "slow.py.json").read_text(encoding="utf-8"))
    (matvec,) = [e for e in told["exercises"] if e["name"] == "matvec"]
    assert matvec["state"] == "timed out"
    assert "the call did not end within 0.25 s" in matvec["cases"][0]["message"]
