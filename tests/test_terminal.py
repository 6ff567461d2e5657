"""What the terminal shows: tables that fit 80 columns, and texts that are texts."""

from __future__ import annotations

import math

import pytest

from grader.records import CaseResult, ExerciseResult, ManualResult, Result
from grader.report.statistics import Tally
from grader.terminal import progress, show_refused, show_result, show_scores, show_statistics


def result(name: str, total: float, name_of_exercise: str = "e") -> Result:
    exercise = ExerciseResult(name=name_of_exercise, state="failed", marks=total, possible=16.0)
    return Result(
        submission=name, student=name, sha256="", assignment="linear_algebra", status="graded", total=total,
        possible=16.0, exercises=(exercise,),
    )  # fmt: skip


def tallied(results):
    tally = Tally()
    for one in results:
        tally.add(one)
    return tally


@pytest.mark.parametrize("name", ["plain", "long_" * 12, "[bold]not markup[/bold]"])
def test_scores_fit_80_columns(name, tmp_path, capsys):
    (tmp_path / "scores.csv").write_text(
        f"submission,student,assignment,status,total,possible,percent,reason\n{name}.ipynb,a,b,rejected,0,37,0,{'a reason ' * 20}\n",
        encoding="utf-8",
    )
    show_scores(tmp_path)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "".join(shown.split()).count("areason") >= 10
    assert name.split()[0][:10] in shown


def test_statistics_fit_80_columns(capsys):
    cohort = [result(f"s{i}", total=float(i), name_of_exercise="a_rather_long_name_of_an_exercise") for i in range(12)]
    show_statistics(
        [("Linear algebra", tallied(cohort).statistics("linear_algebra")), ("Empty", Tally().statistics("x"))]
    )
    shown = capsys.readouterr().out
    assert max(len(line) for line in shown.splitlines() if not line.startswith("worth a look")) <= 80
    assert shown.startswith("Linear algebra: mean 5.5 of 16, median 5.5")
    assert "a_rather_long_name_of_an_exercise" in shown
    assert "Empty" not in shown


def test_what_is_not_defined_is_left_out(capsys):
    found = tallied([result("a", total=1.0)]).statistics("linear_algebra")
    assert math.isnan(found.alpha)
    show_statistics([("Linear algebra", found)])
    assert "nan" not in capsys.readouterr().out


def test_one_submission_is_shown_exercise_by_exercise(capsys):
    cases = tuple(CaseResult(name=n, kind="plain", public=True, passed=n == "b") for n in "abc")
    exercises = (
        ExerciseResult(name="right", state="passed", marks=2.0, possible=2.0, cases=cases[1:2]),
        ExerciseResult(name="a_rather_long_name_of_an_exercise", state="failed", marks=1.5, possible=4.0, cases=cases),
        ExerciseResult(
            name="named", state="failed", marks=0.0, possible=2.0, cases=cases, misconception={"name": "uses_n"}
        ),
        ExerciseResult(name="gone", state="missing", marks=0.0, possible=2.0, cases=cases[:1]),
        ExerciseResult(name="slow", state="timed out", marks=0.0, possible=2.0, cases=cases[:1]),
    )
    manual = (ManualResult(name="essay", marks=1.0, possible=4.0, comment="\x1b[2J[red]see the sheet[/red] " * 9),)
    one = Result(
        submission="a", student="a", sha256="", assignment="x", status="graded", total=4.5, possible=16.0,
        exercises=exercises, manual=manual,
    )  # fmt: skip
    show_result("Linear algebra", one)
    shown = capsys.readouterr().out
    assert shown.startswith("Linear algebra: 4.5 of 16\n")
    assert max(map(len, shown.splitlines())) <= 80
    lines = {line.split()[0]: line.rstrip().split(maxsplit=3)[1:] for line in shown.splitlines() if line.strip()}
    assert lines["right"] == ["2", "2"]
    assert lines["a_rather_long_name_of_an_exercise"] == ["1.5", "4", "failed 2 of 3 cases"]
    assert lines["named"][2] == "uses n"
    assert lines["gone"][2] == "not defined"
    assert lines["slow"][2] == "timed out 1 of 1 cases"
    assert "[red]see the sheet" in shown
    assert "\x1b" not in shown


def test_what_was_refused_is_told_in_a_line_each(capsys):
    show_refused((("a" * 500 + ".ipynb", "it is\nno notebook"), ("b\x1b[2J", "x" * 5000)), 3)
    first, second, rest = capsys.readouterr().out.splitlines()
    assert first.endswith("...: it is no notebook")
    assert max(len(first), len(second)) < 400
    assert "\x1b" not in second
    assert rest == "and 3 more, see scores.csv"
    show_refused((), 0)
    assert capsys.readouterr().out == ""


def test_progress_is_lines_where_there_is_no_terminal(capsys):
    with progress(20, quiet=False) as advance:
        for _ in range(20):
            advance()
    assert capsys.readouterr().err.splitlines() == [f"graded {n} of 20" for n in range(2, 21, 2)]
    with progress(20, quiet=True) as advance:
        advance()
    assert capsys.readouterr().err == ""
