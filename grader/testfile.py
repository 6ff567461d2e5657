"""The Otter test file of one exercise: self-contained, never with a solution, and with feedback a learner understands."""

from __future__ import annotations

from grader.plan import PlannedCase, PlannedExercise
from grader.quote import literal, quote
from grader.score import companions, split_points
from reference import probes
from reference.marking import explain, mark_error, mark_random, mark_value, show
from reference.probes import call, told
from reference.spec import Check

_HEAD = '''\
"""Checks of `{name}`. Students have the public cases; hidden ones are added when marks are given."""

from __future__ import annotations

import base64
import copy
import traceback
from collections import namedtuple

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
points = None

Check = namedtuple("Check", "name residual against options")
Case = namedtuple("Case", "name why kind public inputs arguments expected form checks draws companions")


def packed(dtype, shape, data):
    return np.frombuffer(base64.b64decode(data), dtype=dtype).reshape(shape).copy()

'''

_RUN = '''\
ARGUMENTS = {arguments!r}
CHECKS = {checks}
CASES = {{case.name: case for case in (
{cases}
)}}


class Wrong(Exception):
    """The text of it is what a learner reads."""


def place(error):
    """Return where in the student's own code the error arose."""
    frames = [f for f in traceback.extract_tb(error.__traceback__)[1:] if f.line and "site-packages" not in f.filename]
    return f", in line {{frames[-1].lineno}} of {{frames[-1].name}}: {{frames[-1].line}}" if frames else ""


def ask(env, case_name, before=""):
    case = CASES[case_name]
    function = env.get(name)
    if not callable(function):
        held = "not defined yet" if function is None else f"a {{type(function).__name__}}, not a function"
        raise Wrong(f"{{name}} is {{held}}")
    error = None
    try:
        value, changed, random, logs = call(function, case.inputs)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # a call of sys.exit() must cost no more than this case
        error = raised
    if case.kind == "error":
        results = mark_error(type(error).__name__ if error else "", isinstance(error, ValueError))
    elif error:
        results = [("the call returns", False, NAN, NAN, f"{{type(error).__name__}} was raised")]
    else:
        modified = tuple(ARGUMENTS[i] for i in changed)
        results = mark_value(value, case.expected, told(case.arguments, logs), case.form, case.checks, modified)
        results += mark_random(random, case.draws)
    faults = [fault for _, passed, _, _, fault in results if not passed]
    if faults:
        got = f"{{type(error).__name__}}: {{error}}{{place(error)}}" if error else show(value)
        unique = any(check.against == "expected" for check in case.checks)
        expected = "ValueError" if case.kind == "error" else show(case.expected) if unique else ""
        text = explain(case.name, case.why, ARGUMENTS, case.inputs, got, expected, faults)
        raise Wrong((before + text).translate({{0x3C: "\\u2039", 0x3E: "\\u203a"}}))
    for companion in () if before else case.companions:
        ask(env, companion, f'"{{case.name}}" holds, but it counts only together with this one:\\n')

'''

_TEST = """
@test_case(name={label!r}, points={points!r}, hidden={hidden})
def test_{number}(env):
    ask(env, {case!r})

"""


def render(planned: PlannedExercise, *, hidden: bool) -> str:
    """Return the text of the test file.

    Parameters
    ----------
    planned : PlannedExercise
    hidden : bool
        Whether the hidden cases are in it: for the autograder, never for students.
    """
    exercise = planned.exercise
    shown = [i for i, p in enumerate(planned.cases) if hidden or p.case.public]
    checks: list[Check] = list(dict.fromkeys(c for i in shown for c in planned.cases[i].checks))
    cases = [case.case for case in planned.cases]
    rows = [_case(planned.cases[i], checks, tuple(cases[p].name for p in companions(cases, i))) for i in shown]
    points = split_points(exercise)
    tests = [
        _TEST.format(
            label=f"{exercise.name}: {cases[i].name}",
            points=points[i],
            hidden=not cases[i].public,
            number=number,
            case=cases[i].name,
        )
        for number, i in enumerate(shown, 1)
    ]
    names = {v.name for i in shown for v in planned.cases[i].arguments if isinstance(v, probes.Probe)}
    probed = [getattr(probes, name) for name in sorted(names)]
    records = ", ".join(f"Check({c.name!r}, {c.residual.__name__}, {c.against!r}, {c.options!r})" for c in checks)
    return "".join(
        (
            _HEAD.format(name=exercise.name),
            "\n",
            quote(
                [mark_error, mark_value, mark_random, explain, show, call, told, *probed, *(c.residual for c in checks)]
            ),
            "\n\n",
            _RUN.format(arguments=planned.names, checks=f"({records},)", cases="\n".join(rows)),
            *tests,
        )
    )


def _case(planned: PlannedCase, checks: list[Check], partners: tuple[str, ...]) -> str:
    case = planned.case
    numbers = [checks.index(c) for c in planned.checks]
    applied = ", ".join(f"CHECKS[{n}]" for n in numbers)
    readable = case.public
    # Where only properties are checked no answer of the reference leaves the house.
    expected = planned.expected if any(c.against == "expected" for c in planned.checks) else None
    return (
        f"    Case({case.name!r}, {case.why!r}, {case.kind!r}, {case.public},\n"
        f"         {literal(planned.inputs, readable=readable)},\n"
        f"         {literal(planned.arguments, readable=readable)},\n"
        f"         {literal(expected, readable=readable)},\n"
        f"         {literal(planned.form, readable=True)}, ({applied}{',' if numbers else ''}), {planned.draws}, {partners!r}),"
    )
