"""What the terminal shows: tables that fit 80 columns, and texts that are texts."""

from __future__ import annotations

import math

import pytest

from grader.records import ExerciseResult, Result
from grader.report.statistics import Tally
from grader.terminal import progress, show_scores, show_statistics


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


def test_progress_is_lines_where_there_is_no_terminal(capsys):
    with progress(20, quiet=False) as advance:
        for _ in range(20):
            advance()
    assert capsys.readouterr().err.splitlines() == [f"graded {n} of 20" for n in range(2, 21, 2)]
    with progress(20, quiet=True) as advance:
        advance()
    assert capsys.readouterr().err == ""
