"""What the marks of a cohort say: known values, and what cannot be said."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.records import CaseResult, Detail, ExerciseResult, Result
from grader.report.pages import reliability
from grader.report.statistics import Tally, correlation, cronbach_alpha


def result(name: str, *marks: float, status: str = "graded", **more) -> Result:
    exercises = tuple(
        ExerciseResult(name=f"e{i}", state="passed" if m == 4 else "failed", marks=m, possible=4.0)
        for i, m in enumerate(marks)
    )
    common = {"assignment": "a", "sha256": "", "student": name, "total": sum(marks), "possible": 4.0 * len(marks)}
    return Result(**{"submission": name, "status": status, "exercises": exercises, **common, **more})


def statistics_of(assignment, results):
    tally = Tally()
    for result in results:
        if result.assignment == assignment:
            tally.add(result)
    return tally.statistics(assignment)


MARKS = st.integers(2, 6).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 4), min_size=k, max_size=k), min_size=2, max_size=12)
)


@given(MARKS)
def test_alpha_is_what_its_formula_says(rows):
    a = np.array(rows, dtype=float)
    whole = a.sum(axis=1).var(ddof=1)
    found = cronbach_alpha([list(column) for column in a.T])
    if whole == 0:
        assert math.isnan(found)
    else:
        k = a.shape[1]
        assert found == pytest.approx(k / (k - 1) * (1 - a.var(axis=0, ddof=1).sum() / whole), abs=1e-9)


def test_alpha_of_right_and_wrong_is_kr_20():
    rows = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=float)
    p = rows.mean(axis=0)
    # KR-20 with variances that divide by n throughout.
    kr20 = 3 / 2 * (1 - (p * (1 - p)).sum() / rows.sum(axis=1).var())
    assert cronbach_alpha(rows.T.tolist()) == pytest.approx(kr20)


@pytest.mark.parametrize("items", [[], [[1, 2]], [[1], [2]], [[1, 1], [2, 2]]])
def test_alpha_is_nan_where_it_is_not_defined(items):
    assert math.isnan(cronbach_alpha(items))


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=20))
def test_correlation_is_numpys(pairs):
    x, y = zip(*pairs, strict=True)
    found = correlation(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)


def test_an_exercise_by_hand():
    cohort = [result("a", 4, 4, 0), result("b", 4, 0, 0), result("c", 0, 0, 4), result("d", 2, 2, 4)]
    found = statistics_of("a", cohort)
    first, second, third = found.items
    assert (first.mean, first.share_full, first.share_none, first.difficulty) == (2.5, 0.5, 0.25, 0.625)
    assert first.discrimination == pytest.approx(np.corrcoef([4, 4, 0, 2], [4, 0, 4, 6])[0, 1])
    assert third.discrimination < 0 < second.discrimination + 1
    assert first.states == (("failed", 2), ("passed", 2))
    assert found.totals == (4, 4, 8, 8)
    assert (found.mean, found.median, found.possible) == (6, 6, 12)


def test_only_what_was_graded_counts():
    cohort = [
        result("a", 4),
        result("b", 0, status="rejected"),
        result("c", 0, assignment="other"),
        result("d", 0, status="not graded"),
    ]
    assert statistics_of("a", cohort).totals == (4,)
    assert statistics_of("a", []).totals == ()


def test_nobody_is_an_answer_too():
    found = statistics_of("a", [result("a", 0), result("b", 0)])
    assert math.isnan(found.items[0].discrimination)
    assert found.deviation == 0


def test_a_broken_item_is_warned_of_once_there_are_enough():
    rng = np.random.default_rng(1)
    skill = rng.integers(0, 5, 40)
    cohort = [result(f"s{i}", s, s, 4 - s, 0) for i, s in enumerate(skill.tolist())]
    warnings = statistics_of("a", cohort).warnings
    assert any(w.startswith("e2: those who do well") for w in warnings)
    assert any(w.startswith("e3: nobody earned anything") for w in warnings)
    assert len(warnings) == 2
    assert statistics_of("a", cohort[:5]).warnings == ()


def with_case(name: str, *, passed: bool, other: bool = True, state: str = "failed") -> Result:
    cases = (
        CaseResult(name="plain", kind="plain", public=False, passed=other),
        CaseResult(name="broken", kind="edge", public=False, passed=passed),
    )
    made = ExerciseResult(
        name="e", state=state, marks=1, possible=2, cases=cases, misconception={"name": "m", "hint": "h"}
    )
    return Result(
        submission=name, student=name, sha256="", assignment="a", status="graded", total=1, possible=2, exercises=(made,),
        details=(Detail(exercise="e", seconds=0.25),),
    )  # fmt: skip


def test_a_case_that_nobody_passes_is_warned_of():
    cohort = [with_case(f"s{i}", passed=False) for i in range(12)]
    found = statistics_of("a", cohort)
    assert [(c.name, c.failed, c.tried) for c in found.failed_cases] == [("broken", 12, 12)]
    assert "case 'broken': all 12 who tried fail it" in found.warnings[0]
    assert found.misconceptions[0].count == 12
    assert found.items[0].seconds == 0.25


def test_an_exercise_that_was_not_tried_says_nothing_of_its_cases():
    cohort = [with_case("a", passed=False, other=False), with_case("b", passed=False, other=False, state="missing")]
    assert statistics_of("a", cohort).failed_cases == ()


@pytest.mark.parametrize("alpha", [math.nan, -1.0, 0.4, 0.6, 0.75, 0.85, 0.95])
def test_reliability_is_a_sentence(alpha):
    assert reliability(alpha).endswith(".")


@given(MARKS, st.integers(0, 12))
def test_counts_of_two_parts_are_those_of_the_whole(rows, cut):
    cases = [
        (CaseResult(name="c", kind="plain", public=True, passed=row[0] > 1, message=""),
         CaseResult(name="d", kind="edge", public=False, passed=row[-1] > 2, message=""))
        for row in rows
    ]  # fmt: skip
    named = {"name": "m", "hint": "h"}
    cohort = [
        result(
            f"{i}", *row,
            details=(Detail(exercise="e0", seconds=0.5 * i),),
            exercises=tuple(
                ExerciseResult(name=f"e{j}", state="failed", marks=m, possible=4.0, cases=cases[i], misconception=named if m == 1 else None)
                for j, m in enumerate(row)
            ),
        )
        for i, row in enumerate(rows)
    ]  # fmt: skip
    first, second = Tally(), Tally()
    for one in cohort[:cut]:
        first.add(one)
    for one in cohort[cut:]:
        second.add(one)
    first.merge(second)
    assert repr(first.statistics("a")) == repr(statistics_of("a", cohort))
