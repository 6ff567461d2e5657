"""Courses of one's own: where they are found, what their author is told, and how a new exercise begins."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader import content, course
from grader.cli import main
from grader.errors import BuildError, UsageError
from grader.examples import wrong_examples
from grader.mutants.program import of_function
from grader.prove import left_to_do, prove_topics
from grader.sandbox import policy
from grader.skeleton import master_file, with_entry, with_section, with_title
from reference import catalogue
from reference.spec import AuthorError

ROOT = Path(__file__).parent.parent


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def told(result: Result, code: int) -> list[str]:
    """Return what was said on standard error, after looking that nothing fell over."""
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result.stderr.strip().splitlines()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a new course with one topic of one exercise, as `fullmarks new` writes them; it is the working folder."""
    folder = tmp_path / "my-bank"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("FULLMARKS_COURSE", raising=False)
    assert run("new", "rates/present_value").exit_code == 0
    yield folder
    course.forget()


def edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new), encoding="utf-8")


def line_of(path: str, text: str) -> int:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


EXERCISE = "exercises/rates/present_value.py"


# Where a course is found.


def test_a_course_is_found_from_the_folders_in_it(home, monkeypatch) -> None:
    assert "present_value" in run("cases", "rates").stdout
    monkeypatch.chdir(home / "exercises" / "rates")
    assert "present_value" in run("cases", "rates").stdout
    assert course.find_course() == home


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_course_is_named_from_elsewhere(home, tmp_path, monkeypatch, how) -> None:
    monkeypatch.chdir(tmp_path)
    assert told(run("cases", "rates"), 2)[0].startswith("fullmarks: there is no topic 'rates'; expected one of what_is")
    if how == "variable":
        monkeypatch.setenv("FULLMARKS_COURSE", "my-bank")
        assert "present_value" in run("cases", "rates").stdout
        assert os.environ["FULLMARKS_COURSE"] == "my-bank"
    else:
        assert "present_value" in run("cases", "rates", "--course", "my-bank").stdout
        assert "FULLMARKS_COURSE" not in os.environ
    assert content.own() is None or how == "variable"


def test_the_option_goes_before_the_folder_and_the_folder_before_the_built_in_course(home, tmp_path) -> None:
    assert told(run("cases", "linear_algebra"), 2) == [
        "fullmarks: there is no topic 'linear_algebra'; expected one of rates"
    ]
    assert run("new", "bonds/price", "--course", tmp_path / "other").exit_code == 0
    assert "price(x)" in run("cases", "bonds", "--course", tmp_path / "other").stdout
    assert "price(x)" not in run("cases", "rates").stdout


def test_a_folder_without_a_course_is_one_clear_line(tmp_path) -> None:
    (line,) = told(run("verify", "--course", tmp_path), 2)
    assert line.endswith("course.toml: there is no such file; write a course with fullmarks new TOPIC/EXERCISE")


def test_a_course_of_another_user_is_not_taken_unasked(home, monkeypatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: home.stat().st_uid + 1)
    if home.stat().st_uid == 0:  # root is trusted: whoever is root can do anything here as it is
        assert course.find_course() == home
        os.chown(home / "course.toml", 12345, -1)
    with pytest.raises(UsageError, match="belongs to another user"):
        course.find_course()


def test_the_built_in_course_stays_what_it_is(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with content.using(None):
        assert content.topic_names() == catalogue.topic_names()
        assert content.own() is None
        assert content.solutions() == ROOT / "solutions"


def test_modules_are_loaded_under_a_name_of_their_own(home, monkeypatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert run("new", "numpy/json").exit_code == 0
    assert "json(x)" in run("cases", "numpy").stdout
    assert sys.modules["json"] is json
    assert "zeros" in dir(sys.modules["numpy"])
    assert not list(home.rglob("__pycache__"))


def test_exercises_of_one_name_in_two_courses_do_not_mix(home, tmp_path) -> None:
    other = tmp_path / "other"
    shutil.copytree(home, other)
    path = other / EXERCISE
    path.write_text(path.read_text(encoding="utf-8").replace("points=2", "points=9"), encoding="utf-8")
    assert run("cases", "rates").stdout.startswith("present_value(x), 2 points")
    assert run("cases", "rates", "--course", other).stdout.startswith("present_value(x), 9 points")
    assert run("cases", "rates").stdout.startswith("present_value(x), 2 points")
    assert [course.load(folder, "rates").exercises[0].points for folder in (home, other, home)] == [2, 9, 2]


def test_answers_of_a_course_among_the_folders_of_the_system_are_hidden(home, monkeypatch) -> None:
    monkeypatch.setattr(policy, "system_folders", lambda: (str(home.parent),))
    with content.using(home):
        assert {str(home / "exercises"), str(home / "solutions")} <= set(policy.hidden_folders())
    with content.using(None):
        assert str(home / "exercises") not in policy.hidden_folders()


# What an author is told.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title = ", ["course.toml: is not TOML: Invalid value (at end of document)"]),
        ("", ["course.toml: title = None: expected a text", "course.toml: topics: expected one [[topics]] or more"]),
        ('title = "A"\ntopics = ["rates"]', ["course.toml: topics: expected one [[topics]] or more"]),
        (
            'titel = "A"\n[[topics]]\nname = "My topic"\n[[topics]]\nname = "a"\ntitle = "A"\n[[topics]]\nname = "a"\ntitle = 3',
            [
                "course.toml: there is no setting 'titel'; expected title and topics",
                "course.toml: title = None: expected a text",
                "course.toml: topic 1: name = 'My topic': expected small letters, digits and _, a letter first",
                "course.toml: topic 1: title = None: expected a text",
                "course.toml: topic 'a' is listed 2 times",
                "course.toml: topic 3: title = 3: expected a text",
            ],
        ),
    ],
)
def test_faults_of_course_toml_are_told_at_once(text, expected) -> None:
    with pytest.raises(AuthorError) as caught:
        course.parse_course(text)
    lines = str(caught.value).splitlines()
    assert [line[: len(e)] for line, e in zip(lines, expected, strict=True)] == expected


def test_a_folder_that_course_toml_does_not_list(home) -> None:
    shutil.copytree("exercises/rates", "exercises/bonds")
    assert told(run("cases", "rates"), 1) == ["course.toml: exercises/bonds is no topic; add it as [[topics]]"]


def test_all_faults_of_all_topics_are_told_at_once(home) -> None:
    assert run("new", "rates/second").exit_code == run("new", "rates/third").exit_code == 0
    assert run("new", "options/payoff").exit_code == 0
    edit(EXERCISE, "EXERCISE = Exercise(", "EXERCISE = Exercise((")
    edit("exercises/rates/second.py", "normal(5)", "nonsense(5)")
    edit("exercises/rates/third.py", "def third", "def other")
    edit("exercises/rates/third.py", "solution=third", "solution=other")
    edit("exercises/rates/__init__.py", '"second",', '"second",\n    "missing",\n    "second",')
    Path("exercises/rates/unlisted.py").touch()
    Path("exercises/rates/_shared.py").touch()
    Path("solutions/options.md").unlink()
    Path("otter_config.json").write_text("[]", encoding="utf-8")
    for command in ("verify", "build", "cases"):
        lines = told(run(command, *(["rates"] if command == "cases" else [])), 1)
        expected = [
            f"rates: present_value.py: line {line_of(EXERCISE, 'EXERCISE =')}: SyntaxError: '(' was never closed",
            f"rates: second.py: line {line_of('exercises/rates/second.py', 'nonsense')}: NameError: name 'nonsense' is not defined",
            "rates: third.py: its solution is called other; expected third, for a file is called as its function",
            "rates: missing.py: there is no such file, but ORDER of __init__.py names it",
            "rates: ORDER names 'second' 2 times",
            "rates: unlisted.py is not in ORDER of __init__.py; add it",
            "rates: otter_config.json holds []; expected settings in braces",
            "options: solutions/options.md, the master notebook, is missing",
            "options: otter_config.json holds []; expected settings in braces",
        ]
        of_topics = expected if command != "cases" else expected[:-2]
        assert sorted(lines) == sorted(of_topics)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("exercises/rates/__init__.py", "ORDER = (", "ORDER = ((", "rates: __init__.py: line 3: SyntaxError: "),
        ("exercises/rates/__init__.py", "ORDER", "ORDRE", "rates: __init__.py has ORDER = None; expected a tuple"),
        (
            "exercises/rates/__init__.py",
            "ORDER = ",
            "import sys; sys.exit(0)\nORDER = ",
            "rates: __init__.py: line 3: SystemExit: 0",
        ),
        (EXERCISE, "EXERCISE = ", "EXERCIZE = ", "rates: present_value.py: EXERCISE is None; expected EXERCISE ="),
        (EXERCISE, "import numpy as np", "import nunpy as np", "rates: present_value.py: line 5: ModuleNotFoundError"),
        (
            EXERCISE,
            "points=2",
            "points=0",
            "rates: present_value.py: line 98: points=0: expected a whole number of at least 1",
        ),
        (EXERCISE, "normal(5)", "given('a')", "rates: present_value: case 'five entries': the reference raises"),
    ],
)
def test_a_fault_of_an_exercise_is_one_line(home, file, old, new, fault) -> None:
    edit(file, old, new)
    (line,) = told(run("build"), 1)
    assert line.startswith(fault)


def test_a_probe_that_is_not_there(home) -> None:
    edit(EXERCISE, "normal(5)", 'probe("mine", 3)')
    edit(EXERCISE, "given, normal", "given, normal, probe")
    (line,) = told(run("cases", "rates"), 1)
    assert (
        "case 'five entries': its inputs cannot be made: ValueError: there is no probe 'mine'; expected one of" in line
    )


def test_a_check_that_cannot_look_at_the_reference_itself(home) -> None:
    edit(EXERCISE, "    expected = float(np.sum", "    expected = nothing(np.sum")
    lines = told(run("grade", "solutions", "-a", "rates"), 2)  # nothing is handed in, and that comes first
    assert "there are no submissions" in lines[0]
    lines = told(run("build"), 1)
    assert len(lines) == 4
    assert lines[0].endswith("of the reference's result raises NameError: name 'nothing' is not defined")


@pytest.mark.parametrize(
    ("edits", "what"),
    [
        ((("squares_add_up", "show"),), "rates.present_value.show: a test file has reference.marking.show as well; rename it"),
        ((("import numpy", "import numpy.linalg as la\nimport numpy"), ("abs(float(", "la.norm(float(")), "squares_add_up uses la, which"),
        ((("4 * SUM_OF", "NAN * SUM_OF"), ("\n\nEXERCISE", "\n\nNAN = 4.0\n\nEXERCISE")), "uses NAN, of which"),
    ],
)  # fmt: skip
def test_a_check_that_test_files_cannot_quote(home, edits, what) -> None:
    for old, new in edits:
        edit(EXERCISE, old, new)
    (line,) = told(run("build"), 1)
    assert what in line


def test_what_a_check_takes_from_pythons_own_library_is_imported(home) -> None:
    edit(EXERCISE, "import numpy", "import math as m\nfrom collections import Counter\nimport numpy")
    edit(EXERCISE, "return abs(float(", "return Counter(x=0)['x'] + m.fabs(float(")
    assert told(run("build"), 0) == []
    text = Path("assignments/rates/tests/present_value.py").read_text(encoding="utf-8")
    assert "\nimport math as m\n" in text
    assert "\nfrom collections import Counter\n" in text
    exec(compile(text, "present_value.py", "exec"), {})


def test_a_check_may_name_and_import_things_of_its_own(home) -> None:
    """Names that it gives by import, except, match or in one scope only are none that a test file must bring."""
    edit(EXERCISE, "import numpy", "from math import fabs, nan\nimport numpy")
    lines = (
        "    import statistics as numbers",
        "    try:",
        "        share = next(fabs(nan) for nan in (0.0, numbers.mean([1.0])))",
        "    except ValueError as error:",
        "        return error, nan",
        "    match [share]:",
        "        case [first, *rest]:",
        "            share = first + len(rest)",
        "    return share + abs(float(",
    )
    edit(EXERCISE, "    return abs(float(", "\n".join(lines))
    assert told(run("build"), 0) == []
    text = Path("assignments/rates/tests/present_value.py").read_text(encoding="utf-8")
    assert "\nfrom math import fabs\n" in text
    assert '\nnan = float("nan")\n' in text
    exec(compile(text, "present_value.py", "exec"), {})


def test_what_exercises_share_is_quoted_with_their_checks(home) -> None:
    shared = Path("exercises/rates/_shared.py")
    shared.write_text("import numpy as np\n\n\ndef sum_of_squares(x):\n    return float(np.sum(np.square(x)))\n")
    edit(
        EXERCISE, "float(np.sum(np.asarray(x, dtype=float) ** 2))\n    return abs", "sum_of_squares(x)\n    return abs"
    )
    edit(EXERCISE, "import numpy as np\n", "import numpy as np\n\nfrom ._shared import sum_of_squares\n")
    assert told(run("build"), 0) == []
    assert "\ndef sum_of_squares(x):\n" in Path("assignments/rates/tests/present_value.py").read_text(encoding="utf-8")
    shared.write_text("def sum_of_squares(x:\n", encoding="utf-8")
    (line,) = told(run("build"), 1)
    assert line.startswith("rates: present_value.py: line 7: SyntaxError: '(' was never closed (_shared.py, line 1)")


def test_what_exercises_share_and_declare_beside_them_goes_into_mutants(home) -> None:
    Path("exercises/rates/_shared.py").write_text("def root(x):\n    return x**0.5\n", encoding="utf-8")
    Path("exercises/rates/_declared.py").write_text(
        "from reference.spec import equivalents\n\n"
        'LESS = equivalents("present_value", "if x.size == 0:", "if x.size <= 0:", reason="a size is never below 0")\n',
        encoding="utf-8",
    )
    edit(
        EXERCISE,
        "import numpy as np\n",
        "import numpy as np\n\nfrom ._declared import LESS\nfrom ._shared import root\n",
    )
    edit(EXERCISE, "return float(np.sqrt(np.sum(x**2)))", "return float(root(np.sum(x**2)))")
    edit(EXERCISE, "    solution=present_value,\n", "    solution=present_value,\n    equivalents=LESS,\n")
    with content.using(home):
        (exercise,) = content.load_topic("rates").exercises
        program = of_function(exercise.solution)
    assert [e.becomes for e in exercise.equivalents] == ["if x.size <= 0:"]
    names: dict[str, object] = {}
    exec(program.source, names)
    assert names["present_value"]([3.0, 4.0]) == 5.0
    assert [piece.name for piece in program.pieces if piece.own] == ["present_value"]


def test_whatever_an_exercise_raises_is_told_with_its_line(home) -> None:
    edit(EXERCISE, "    expected = float(np.sum", "    got > 0 or got.nothing\n    expected = float(np.sum")
    (line,) = [line for line in told(run("verify", "--no-otter"), 1) if "TODO" not in line]
    assert (
        line
        == f"rates: present_value.py: line {line_of(EXERCISE, 'got.nothing')}: AttributeError: 'float' object has no attribute 'nothing'"
    )


def test_what_is_not_the_authors_fault_is_not_put_on_him() -> None:
    with pytest.raises(KeyError) as caught:
        catalogue.load_topic("nothing")
    assert content.author_error(caught.value) is None


def test_examples_in_docstrings_are_tried(home) -> None:
    edit(EXERCISE, "    5.0\n", "    5.5\n    >>> nothing(1)\n")
    with content.using(home):
        (exercise,) = content.load_topic("rates").exercises
    first, second = wrong_examples(exercise)
    assert first.endswith("gives 5.0, the docstring says 5.5")
    assert second == "the example nothing(1) raises NameError: name 'nothing' is not defined"


# How an exercise begins.


def test_new_says_what_it_wrote_and_what_to_do_next(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = run("new", "rates/present_value").stdout.splitlines()
    wrote = [".gitignore", "course.toml", "exercises/rates/__init__.py", EXERCISE, "solutions/rates.md"]
    assert lines[:-2] == [f"wrote {name}" for name in wrote]
    assert lines[-2].startswith("next: ")
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == set(wrote)
    lines = run("new", "rates/yield_rate").stdout.splitlines()
    assert lines[:3] == [
        "added to exercises/rates/__init__.py",
        "wrote exercises/rates/yield_rate.py",
        "added to solutions/rates.md",
    ]
    assert run("new", "options/payoff").stdout.startswith("added to course.toml\nwrote exercises/options/__init__.py\n")
    with content.using(tmp_path):
        assert content.topic_names() == ("rates", "options")
        assert [e.name for e in content.load_topic("rates").exercises] == ["present_value", "yield_rate"]


def test_new_never_writes_over_a_file(home) -> None:
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    (line,) = told(run("new", "rates/present_value"), 2)
    assert line.startswith(f"fullmarks: {EXERCISE}: is there already, and is not written over")
    Path("exercises/rates/later.py").symlink_to("nowhere")
    told(run("new", "rates/later"), 2)
    Path("exercises/rates/later.py").unlink()
    assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        (
            "course.toml",
            'title = "A"\ntopics = [{name = "rates", title = "R"}]\n',
            "course.toml: cannot be added to: is not",
        ),
        ("course.toml", "title", "course.toml: cannot be added to: is not TOML"),
        ("exercises/rates/__init__.py", 'ORDER = tuple("ab")', "there is no ORDER = (...) of names"),
        ("exercises/rates/__init__.py", "ORDER = (", "cannot be added to: line 1: '(' was never closed"),
        ("solutions/rates.md", b"\xff", "solutions/rates.md: cannot be read"),
    ],
)
def test_new_writes_nothing_where_it_cannot_add(home, file, text, what) -> None:
    Path(file).write_bytes(text if isinstance(text, bytes) else text.encode())
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    (line,) = told(run("new", "bonds/price" if file == "course.toml" else "rates/price"), 2)
    assert what in line
    assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(
    "what", ["rates", "rates/", "/x", "Rates/x", "rates/x/y", "../rates/x", "rates/lambda", "rates/1x"]
)
def test_names_that_cannot_be(home, what) -> None:
    (line,) = told(run("new", what), 2)
    assert "expected TOPIC/EXERCISE in small letters, digits and _" in line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ORDER = ()\n", 'ORDER = (\n    "new",\n)\n'),
        ("ORDER = ['a']\n", 'ORDER = [\n    "a",\n    "new",\n]\n'),
        ('ORDER = (\n    "a",  # é, first\n)\nX = 1\n', 'ORDER = (\n    "a",  # é, first\n    "new",\n)\nX = 1\n'),
        ('ORDER = (\n    "a",\n    "b"  # no comma\n)\n', 'ORDER = (\n    "a",\n    "b",  # no comma\n    "new",\n)\n'),
        ('ORDER = ("a",\n         "b")\n', 'ORDER = ("a",\n         "b",\n    "new",\n)\n'),
        ('ORDER = ("new",)\n', 'ORDER = ("new",)\n'),
    ],
)
def test_an_entry_goes_to_the_end_of_order(before, after) -> None:
    assert with_entry(before, "new") == after


def test_a_section_goes_to_the_end_once() -> None:
    master = with_section(master_file("Rates"), "price")
    assert with_section(master, "price") == master
    assert with_section(master, "yield_rate").startswith(master.rstrip("\n"))


def test_titles_that_are_not_there_are_not_added_to() -> None:
    with pytest.raises(BuildError, match="no TITLES"):
        with_title("TITEL = {\n}\n", "a", "A")


def test_every_todo_that_is_left_is_named(home) -> None:
    with content.using(home):
        faults = [str(fault) for fault in left_to_do("rates")]
    text = "".join(Path(p).read_text(encoding="utf-8") for p in (EXERCISE, "solutions/rates.md"))
    assert len(faults) == 1 + sum("TODO" in line for line in text.splitlines())
    assert faults[0] == 'exercises/rates/__init__.py:1: """TODO: what the topic is about, in a line."""'


@pytest.mark.slow
@pytest.mark.walls
def test_a_new_exercise_is_right_but_for_what_is_left_to_do(home) -> None:
    assert told(run("build"), 0) == []
    assert run("build", "--check").exit_code == 0
    with content.using(home):
        ((_, ((_, left), *steps)),) = prove_topics(["rates"], 2, otter=True)
    assert len(left) > 20
    assert len(steps) == 4
    assert [fault for _, faults in steps for fault in faults] == []


@pytest.mark.slow
@pytest.mark.walls
def test_a_course_is_built_and_graded_from_anywhere(home, tmp_path, monkeypatch) -> None:
    (home / "solutions" / "data" / "rates").mkdir(parents=True)
    (home / "solutions" / "data" / "rates" / "curve.csv").write_text("year,rate\n1,0.02\n", encoding="utf-8")
    (home / "otter_config.json").write_text('{"show_stdout": true}', encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert run("build", "--course", home).exit_code == 0
    assert (home / "assignments" / "rates" / "data" / "curve.csv").is_file()
    with zipfile.ZipFile(home / "dist" / "rates-autograder.zip") as made:
        assert json.loads(made.read("otter_config.json"))["show_stdout"] is True
    assert "*My bank*" in (home / "exercises.md").read_text(encoding="utf-8")
    assert list(elsewhere.iterdir()) == []
    (elsewhere / "in").mkdir()
    for name in ("a", "b", "c"):
        answer = "import numpy as np\ndef present_value(x):\n    open('data/curve.csv').close()\n    return np.linalg.norm(x)\n"
        (elsewhere / "in" / f"{name}.py").write_text(answer, encoding="utf-8")
    result = run("grade", "in", "-a", "rates", "--jobs", 2, "--course", home, "--quiet")
    assert result.exit_code == 0, result.output
    rows = (elsewhere / "marks" / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "submission,student,assignment,status,present_value,total,possible,percent,reason"
    assert [row.partition("graded,")[2] for row in rows[1:]] == ["1.5,1.5,2,75,"] * 3


def test_new_adds_to_the_built_in_course_in_a_checkout(tmp_path) -> None:
    for name in ("reference", "grader", "solutions", "pyproject.toml", "otter_config.json"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "FULLMARKS"))}

    def fullmarks(*arguments: str) -> str:
        command = [sys.executable, "-m", "grader", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=kept, text=True, capture_output=True, check=True).stdout

    said = fullmarks("new", "linear_algebra/trace")
    assert said.startswith(f"added to {tmp_path}/reference/linear_algebra/__init__.py\nwrote ")
    assert (
        f"wrote {tmp_path}/reference/linear_algebra/trace.py\nadded to {tmp_path}/solutions/linear_algebra.md\n" in said
    )
    assert "trace(x), 2 points" in fullmarks("cases", "linear_algebra/trace")
    assert f"added to {tmp_path}/reference/catalogue.py\n" in fullmarks("new", "game_theory/minimax")
    assert "minimax(x), 2 points" in fullmarks("cases", "game_theory")
