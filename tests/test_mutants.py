"""Mutants: what is changed, what is left alone, and what is said of those that nothing kills."""

from __future__ import annotations

import ast
import dataclasses
import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.errors import BuildError, UsageError
from grader.mutants import course, library, numeric, report
from grader.mutants.mutate import mutants, splice
from grader.mutants.program import of_function, of_notebook
from grader.mutants.trial import Found, held_against, run_trials, trials
from grader.plan import plan_exercise
from grader.sandbox.fake import InProcess
from reference.catalogue import load_topic, topic_names
from reference.measures import value
from reference.recipes import given, normal
from reference.spec import AuthorError, Exercise, case, equivalents


def made(source: str, operator: str) -> set[str]:
    """Return the lines that an operator makes of the one statement of a function."""
    whole = f"def f(x, A, B, n):\n    {source}\n"
    return {m.becomes for m in mutants("f", whole) if m.operator.removeprefix("numeric: ") == operator}


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [
        ("axis swapped", "return A.sum(axis=0)", {"return A.sum(axis=1)"}),
        ("axis swapped", "return A.sum(axis=-1)", {"return A.sum(axis=0)"}),
        ("axis swapped", "return A.sum(axis=n)", set()),
        ("axis dropped", "return np.sum(A, axis=1, keepdims=True)", {"return np.sum(A, keepdims=True)"}),
        ("axis dropped", "return A.mean(0)", {"return A.mean()"}),
        ("axis dropped", "return np.zeros(1)", set()),
        ("axis dropped", "return A - x[:, None]", {"return A - x"}),
        ("keyword dropped", "return np.var(x, ddof=1)", {"return np.var(x)"}),
        ("keyword dropped", "np.errstate(all='ignore')", set()),
        ("dtype kept", "x = np.asarray(x, dtype=float)", {"x = np.asarray(x)"}),
        ("dtype kept", "x = np.array(x, float)", {"x = np.array(x)"}),
        ("dtype kept", "return x.astype(float)", {"return x"}),
        ("dtype kept", "return int(x)", {"return x"}),
        ("dtype kept", "return float(x)", set()),
        ("missing copy", "A = A.copy(); A[0] = 1", {"A = A; A[0] = 1"}),
        ("missing copy", "A = np.copy(A); A += 1", {"A = A; A += 1"}),
        ("missing copy", "A = np.array(A, float); A.sort()", {"A = np.asarray(A, float); A.sort()"}),
        ("missing copy", "return A.copy() + 1", set()),
        ("transpose", "return A.T", {"return A"}),
        ("transpose", "return A @ x", {"return A.T @ x"}),
        ("transpose", "return np.transpose(A)", {"return A"}),
        ("product", "return A @ x", {"return A * x"}),
        ("product", "return (n + 1) * x", {"return (n + 1) @ x"}),
        ("sign", "return A, n - 1", {"return -A, n - 1", "return A, -(n - 1)"}),
        ("order of operations", "return A - x", {"return x - A"}),
        ("order of operations", "return (x + A) * n", {"return x + A * n"}),
        ("order of operations", "return x + A * n", {"return (x + A) * n"}),
        ("order of operations", "return x + A + n", set()),
        ("n for n minus 1", "return x / (n - 1)", {"return x / n"}),
        ("n for n minus 1", "return x / len(x)", {"return x / (len(x) - 1)"}),
        ("n for n minus 1", "return range(1, n)", {"return range(1, n - 1)"}),
        ("constant perturbed", "return x < 1e-08", {"return x < 1e-05", "return x < 1e-11"}),
        ("constant perturbed", "return 0.5 * x", {"return 1.0 * x", "return 0.25 * x"}),
        ("missing guard", "return max(x, 0)", {"return x", "return 0"}),
        ("missing guard", "return x or A or n", {"return A or n", "return x or n", "return x or A"}),
        ("missing guard", "return np.clip(x, 0, 1)", {"return x"}),
        ("missing guard", "return np.where(x, A, B)", {"return A", "return B"}),
        ("missing guard", "return A if x else B", {"return A", "return B"}),
        ("missing guard", "if n < 0: raise ValueError", {"if False: raise ValueError"}),
        ("other function", "return A.argmin()", {"return A.argmax()"}),
        ("other function", "return np.log1p(x)", {"return np.log(1 + x)"}),
        ("other function", "return np.linalg.solve(A, x)", {"return np.linalg.inv(A) @ x"}),
        ("slice dropped", "return x[1:]", {"return x"}),
        ("statement dropped", "x += 1", {"pass"}),
        ("statement dropped", "x = x - n", {"pass"}),
        ("statement dropped", "x = n", set()),
        ("ReplaceComparisonOperator_LtE_Lt", "return n <= x", {"return n < x"}),
        ("ReplaceBinaryOperator_Add_Sub", "return n + x", {"return n - x"}),
        ("ReplaceUnaryOperator_Delete_USub", "return -x", {"return x"}),
        ("NumberReplacer", "return x[0]", {"return x[1]", "return x[-1]"}),
        ("ReplaceAndWithOr", "return n and x", {"return n or x"}),
        ("ZeroIterationForLoop", "for i in x: n(i)", {"for i in []: n(i)"}),
    ],
)
def test_an_operator_makes_these_mutants(operator, source, expected):
    assert made(source, operator) == expected


def test_every_operator_of_ours_is_tried_above():
    (marks,) = (m for m in test_an_operator_makes_these_mutants.pytestmark if m.name == "parametrize")
    tried = {operator for operator, _, expected in marks.args[1] if expected}
    assert {o.__name__.lstrip("_").replace("_", " ") for o in numeric._OPERATORS} <= tried


SOURCE = '''def f(x: "int | None" = None, n=3) -> "a + b":
    """Return 1 + 1."""
    if n < 1:
        raise ValueError(f"n = {n + 1}, expected 2 - 1")
    return (x  # a comment, 1 + 1
            * n)
'''


def test_mutants_compile_differ_and_leave_texts_and_annotations_alone():
    found = list(mutants("f", SOURCE))
    trees = {ast.dump(ast.parse(m.source)) for m in found}
    assert len(trees) == len(found) > 10
    assert ast.dump(ast.parse(SOURCE)) not in trees
    for text in ('"int | None"', '"a + b"', "Return 1 + 1.", "{n + 1}, expected 2 - 1", "# a comment, 1 + 1"):
        kept = [m for m in found if text in m.source]
        # Only what stands around a comment may take it along.
        assert len(kept) == len(found) or text.startswith("# a")


def test_a_mutant_says_where_it_is():
    (mutant,) = (m for m in mutants("f", SOURCE) if m.operator.endswith("Lt_LtE"))
    assert (mutant.line, mutant.was, mutant.becomes) == (3, "if n < 1:", "if n <= 1:")
    assert mutant.diff == "- if n < 1:\n+ if n <= 1:"


def test_splicing_counts_bytes_and_puts_brackets_where_they_are_needed():
    source = "é = {'é': a - b}['é'] * c  # é"
    node = ast.parse(source).body[0].value.right
    assert splice(source, node, ast.parse("c - d", mode="eval").body) == "é = {'é': a - b}['é'] * (c - d)  # é"


def test_without_the_library_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cosmic_ray.ast", None)
    library._library.cache_clear()
    result = CliRunner().invoke(main, ["verify", "--mutants", "linear_algebra/matvec"])
    library._library.cache_clear()
    assert result.exit_code == UsageError.exit_code
    assert "pip install 'fullmarks[mutants]'" in result.stderr
    assert len(result.stderr.splitlines()) == 1


# A toy exercise, whose cases let some mutants live.

FACTOR = 2.0


def double(x):
    """Return twice the sum of all numbers that are not negative."""
    x = np.asarray(x, dtype=float)
    return FACTOR * _total(x)


def _total(x):
    return float(np.sum(x[x >= 0]))


def in_a_loop(x):
    total = 0.0
    for number in x:
        if number >= 0:
            total += number
    return total + total


WEAK = (
    case("by hand", given([1.0, 2.0]), why="2 (1 + 2) = 6", public=True),
    case("five", normal(5), why="five numbers"),
)
TOY = Exercise(solution=double, points=1, cases=WEAK, checks=(value(rtol=1e-9),), alternatives=(in_a_loop,))


def tried(exercise: Exercise) -> Found:
    planned = plan_exercise(exercise, 1)
    programs = [of_function(f) for f in (exercise.solution, *exercise.alternatives)]
    made = list(trials(programs))
    verdicts = [v for program, mine in made for v in run_trials(planned, program, mine, InProcess())]
    return held_against(exercise, "toys", [t for _, mine in made for t in mine], verdicts)


def alive(found: Found) -> set[tuple[str, str]]:
    return {(v.trial.solution, v.trial.mutant.becomes) for v in found.survived}


def test_a_program_is_what_a_function_needs_and_no_more():
    program = of_function(double)
    assert {p.name: p.own for p in program.pieces} == {"np": False, "FACTOR": True, "double": True, "_total": True}
    assert [p.name for p in of_function(in_a_loop).pieces] == ["in_a_loop"]
    namespace = {}
    exec(program.source, namespace)
    assert namespace["double"]([1.0, -1.0]) == 2.0


def test_the_solution_of_a_notebook_is_found_with_what_it_needs():
    cells = (
        "%matplotlib inline",
        "import numpy as np\nimport sys",
        "half = 0.5\nother = 1",
        "def f(x):\n    return half * np.sum(x)",
    )
    text = "\n\n".join(f"```python\n{c}\n```" for c in cells)
    program = of_notebook("f", cells, text, "solutions/toys.md")
    assert [(p.name, p.line) for p in program.pieces] == [("np", 6), ("half", 11), ("f", 16)]
    with pytest.raises(BuildError, match=r"solutions/toys.md: no cell defines g"):
        of_notebook("g", cells, text, "solutions/toys.md")


def test_a_weak_exercise_lets_mutants_live_and_a_stronger_one_kills_them():
    survived = alive(tried(TOY))
    assert ("double", "return float(np.sum(x[x > 0]))") in survived
    assert ("double", "x = np.asarray(x)") in survived
    assert ("double", "return FACTOR / _total(x)") not in survived
    assert ("in_a_loop", "total -= number") not in survived
    assert ("double", "pass") in survived
    cases = (*WEAK, case("no array", given((1.0, -2.0, 4.0)), why="numbers may come in a tuple"))
    assert survived - alive(tried(dataclasses.replace(TOY, cases=cases))) == {("double", "pass")}


def test_only_hidden_cases_kill():
    cases = (case("zero", given([0.0]), why="2 0 = 0", public=True), WEAK[1], case("none", given([-1.0, 0.0]), why="0"))
    found = tried(dataclasses.replace(TOY, cases=cases, alternatives=()))
    by_case = {
        name: {v.trial.mutant.becomes for v in found.verdicts if name in v.killed_by} for name in ("zero", "five")
    }
    assert by_case["five"]
    assert not by_case["zero"]
    assert any("zero" in v.public for v in found.verdicts)


def test_what_is_shared_is_mutated_once():
    shared = Exercise(solution=double, points=1, cases=WEAK, checks=(value(rtol=1e-9),), alternatives=(also_double,))
    made = [
        (t.solution, t.mutant.function)
        for _, mine in trials([of_function(f) for f in (double, also_double)])
        for t in mine
    ]
    assert {s for s, function in made if function == "_total"} == {"double"}
    assert {s for s, function in made if function == "also_double"} == {"also_double"}
    assert shared.alternatives


def also_double(x):
    return _total(np.asarray(x)) * 2


def test_survivors_are_shown_with_the_cases_that_came_closest():
    text = report.as_text(tried(TOY))
    assert text.startswith("toys/double: ")
    block = text[text.index("numeric: dtype kept") :].split("\n\n")[0]
    assert (
        "    - x = np.asarray(x, dtype=float)\n    + x = np.asarray(x)\n    every result is the same to the last bit"
        in block
    )
    data = report.as_data([tried(TOY)])[0]
    assert (
        data["killed"] + data["survived"] + data["equivalent"]
        == data["run"]
        == data["generated"]
        == len(data["mutants"])
    )
    assert json.loads(json.dumps(data)) == data


def off(x):
    """Return the sum, a little off."""
    return float(np.sum(x)) + 1e-10


def test_closest_is_what_is_nearest_to_its_bound():
    exercise = Exercise(solution=off, points=1, cases=WEAK, checks=(value(rtol=0, atol=1e-6),))
    found = tried(exercise)
    (verdict,) = (v for v in found.verdicts if v.trial.mutant.becomes.endswith("+ 1e-07"))
    assert not verdict.killed_by
    assert verdict.nearest[0].ratio == pytest.approx(0.0999, rel=1e-3)
    assert "closest: 0.1 of what is allowed in 'five'" in report.as_text(found)


(DECLARED,) = equivalents(
    "double", "return float(np.sum(x[x >= 0]))", "return float(np.sum(x[x > 0]))", reason="0 adds nothing"
)


def test_a_declared_equivalent_is_no_survivor():
    before, after = tried(TOY), tried(dataclasses.replace(TOY, equivalents=(DECLARED,)))
    assert alive(before) - alive(after) == {("double", DECLARED.becomes)}
    assert [v.trial.mutant.becomes for v in after.equivalent] == [DECLARED.becomes]
    assert not after.faults
    assert ", 1 equivalent, " in report.as_text(after)


def test_a_declared_equivalent_that_is_killed_or_not_made_is_a_fault():
    killed = dataclasses.replace(DECLARED, becomes="return float(np.sum(x[x < 0]))")
    never = dataclasses.replace(DECLARED, becomes="return 3")
    faults = tried(dataclasses.replace(TOY, equivalents=(killed, never))).faults
    assert len(faults) == 2
    assert any("return 3" in f and "is not made; take the declaration away" in f for f in faults)
    assert any("x < 0" in f and "is killed by 'five'; take the declaration away" in f for f in faults)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"reason": " "}, "has no reason"),
        ({"becomes": DECLARED.was}, "nothing changes"),
        ({"function": "other"}, "there is no such solution; expected one of double, in_a_loop, notebook"),
    ],
)
def test_a_declaration_is_checked_where_the_exercise_is_put_together(change, fault):
    with pytest.raises(AuthorError, match=fault):
        dataclasses.replace(TOY, equivalents=(dataclasses.replace(DECLARED, **change),))


def test_declarations_are_a_tuple_and_stand_once():
    with pytest.raises(AuthorError, match="declared twice"):
        dataclasses.replace(TOY, equivalents=(DECLARED, DECLARED))
    with pytest.raises(AuthorError, match="joined by"):
        dataclasses.replace(TOY, equivalents=DECLARED)


def test_a_solution_that_is_wrong_to_begin_with_is_not_mutated():
    with pytest.raises(BuildError, match=r"also_double of double fails before it is mutated: 'by hand'"):
        list(
            run_trials(
                plan_exercise(TOY, 1), dataclasses.replace(of_function(also_double), function="_total"), (), InProcess()
            )
        )


def test_a_sample_is_always_the_same_and_keeps_the_order():
    ((_, made),) = trials([of_function(double)])
    some = course.sample(made, 5)
    assert some == course.sample(made, 5)
    assert [t for t in made if t in some] == list(some)
    assert len(some) == 5
    # One mutant less elsewhere does not change who else is drawn.
    assert set(course.sample([t for t in made if t != some[0]], 4)) == set(some[1:])
    assert course.sample(made, None) == made


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--mutants", "algebra"], "there is no topic 'algebra'"),
        (["--mutants", "linear_algebra/gauss"], "linear_algebra has no exercise 'gauss'; expected one of matvec, "),
        (["linear_algebra/matvec"], "go with --mutants, --seeds or --diagnosis"),
        (["--sample", "3"], "go with --mutants, --seeds or --diagnosis"),
        (["--json", "linear_algebra"], "go with --mutants, --seeds or --diagnosis"),
        (["--mutants", "--diagnosis"], "are different runs"),
        (["--diagnosis", "--seed", "3"], "--seed goes with --mutants"),
        (["--seeds", "3", "--sample", "3"], "--sample goes with the first and the last"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(arguments, said):
    result = CliRunner().invoke(main, ["verify", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(("arguments", "drawn"), [([], course.SEED), (["--seed", "0"], 0), (["--seed", "7"], 7)])
def test_mutants_meet_the_draw_that_is_asked_for(arguments, drawn, monkeypatch):
    seeds = []
    monkeypatch.setattr(course, "try_mutants", lambda *_, seed, **__: seeds.append(seed) or [])
    assert CliRunner().invoke(main, ["verify", "--mutants", *arguments, "linear_algebra/matvec"]).exit_code == 0
    assert seeds == [drawn]


@pytest.mark.parametrize("name", topic_names())
def test_every_solution_of_the_course_runs_by_itself(name):
    topic = load_topic(name)
    for exercise in topic.exercises:
        planned = plan_exercise(exercise, 1)
        for program in course.programs(topic, exercise):
            assert list(run_trials(planned, program, (), InProcess())) == []


@pytest.mark.slow
@pytest.mark.walls
def test_mutants_of_an_exercise_are_run_behind_the_walls():
    topic = load_topic("linear_algebra")
    (found,) = course.try_mutants([(topic, topic.exercises[0])], 2, most=30)
    assert len(found.verdicts) == 30 < found.generated
    assert {v.trial.solution for v in found.verdicts} >= {"matvec", "notebook"}
    assert sum(bool(v.killed_by) for v in found.verdicts) > 15
