"""Trying mutants: each is a submission of one cell, marked as any other, and held against what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.errors import BuildError
from grader.judge import judge
from grader.mutants.mutate import Mutant, mutants
from grader.mutants.program import Program
from grader.plan import PlannedExercise
from grader.records import Claim, Finding, Question, Sandbox
from grader.sandbox.inside import wire
from reference.spec import Exercise

CLOSEST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A mutant of a program, ready to be run.

    Attributes
    ----------
    solution : str
        Whose mutant it is: the reference, an alternative, or "notebook".
    file : str
    line : int
        Where the change stands in that file.
    mutant : Mutant
    cell : str
        The whole program.
    """

    solution: str
    file: str
    line: int
    mutant: Mutant
    cell: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """How near a case came to failing: `ratio` is residual over bound, 1 is the edge."""

    case: str
    check: str
    ratio: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of a mutant.

    Attributes
    ----------
    trial : Trial
    killed_by : tuple of str
        The hidden cases that fail.
    wrong : bool
        Whether one of them fails by what was returned, not only by an exception, a time-out or a crash.
    public : tuple of str
        The public cases that fail; they earn nothing.
    differs : tuple of str
        The cases whose result is not that of the solution to the last bit.
    nearest : tuple of Near
        The cases that came closest to failing.
    seconds : float
        Processor time behind the walls.
    """

    trial: Trial
    killed_by: tuple[str, ...]
    wrong: bool
    public: tuple[str, ...]
    differs: tuple[str, ...]
    nearest: tuple[Near, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The mutants of one exercise.

    Attributes
    ----------
    topic, exercise : str
    generated : int
        How many mutants there are.
    verdicts : tuple of Verdict
        Of those that were run: all of them, or a sample.
    equivalent : tuple of Verdict
        Survivors that are declared equivalent.
    survived : tuple of Verdict
        Those that are not.
    faults : tuple of str
        Declarations that are wrong.
    """

    topic: str
    exercise: str
    generated: int
    verdicts: tuple[Verdict, ...]
    equivalent: tuple[Verdict, ...]
    survived: tuple[Verdict, ...]
    faults: tuple[str, ...]


def trials(programs: Sequence[Program]) -> Iterator[tuple[Program, tuple[Trial, ...]]]:
    """Yield the programs of one exercise, each with the mutants of everything in it that is the solution's own.

    What several solutions share is mutated in the first that uses it, the reference before all others.

    Raises
    ------
    UsageError
        Where the mutation library is not installed.
    """
    done: set[tuple[str, int]] = set()
    for program in programs:
        made = []
        for position, piece in enumerate(program.pieces):
            if not piece.own or (program.file, piece.line) in done:
                continue
            done.add((program.file, piece.line))
            made += [
                Trial(
                    solution=program.solution,
                    file=program.file,
                    line=piece.line + mutant.line - 1,
                    mutant=mutant,
                    cell=program.mutated(position, mutant),
                )
                for mutant in mutants(piece.name, piece.source)
            ]
        yield program, tuple(sorted(made, key=lambda trial: trial.line))


def run_trials(
    planned: PlannedExercise, program: Program, chosen: Sequence[Trial], sandbox: Sandbox
) -> Iterator[Verdict]:
    """Yield what becomes of the mutants of a program, in their order.

    Raises
    ------
    BuildError
        Where the program itself fails a case: its mutants would tell nothing.
    MachineError
        Where the sandbox fails.
    """
    question = Question(function=program.function, calls=planned.question.calls)
    right = sandbox.run((program.source,), (question,))
    failing = [
        f"{planned.cases[i].case.name!r}: {next(f.message for f in found if not f.passed)}"
        for i, found in enumerate(judge(planned, right.claims[0]))
        if not all(f.passed for f in found)
    ]
    if failing:
        msg = f"{program.file}: {program.solution} of {planned.exercise.name} fails before it is mutated: {'; '.join(failing)}"
        raise BuildError(msg)
    for trial in chosen:
        transcript = sandbox.run((trial.cell,), (question,))
        yield _verdict(planned, trial, transcript.claims[0], right.claims[0], transcript.cpu_seconds)


def held_against(exercise: Exercise, topic: str, generated: Sequence[Trial], verdicts: Sequence[Verdict]) -> Found:
    """Return what was found, with the survivors that are declared equivalent told from those that are not."""
    faults = []
    alive = [v for v in verdicts if not v.killed_by]
    run = {_change(v.trial) for v in verdicts}
    declared = {(e.function, e.was, e.becomes) for e in exercise.equivalents}
    for key in sorted(declared):
        what = f"the mutant of {key[0]} that is declared equivalent, {key[1]!r} to {key[2]!r},"
        if key not in {_change(t) for t in generated}:
            faults.append(f"{what} is not made; take the declaration away, or write the lines as the diff shows them")
        elif key in run and key not in {_change(v.trial) for v in alive}:
            killers = next(v.killed_by for v in verdicts if _change(v.trial) == key)
            faults.append(f"{what} is killed by {', '.join(map(repr, killers))}; take the declaration away")
    return Found(
        topic=topic,
        exercise=exercise.name,
        generated=len(generated),
        verdicts=tuple(verdicts),
        equivalent=tuple(v for v in alive if _change(v.trial) in declared),
        survived=tuple(v for v in alive if _change(v.trial) not in declared),
        faults=tuple(faults),
    )


def _change(trial: Trial) -> tuple[str, str, str]:
    return trial.solution, trial.mutant.was, trial.mutant.becomes


def _verdict(
    planned: PlannedExercise, trial: Trial, claims: Sequence[Claim], right: Sequence[Claim], seconds: float
) -> Verdict:
    findings = judge(planned, claims)
    failing = [i for i, found in enumerate(findings) if not all(f.passed for f in found)]
    hidden = [i for i in failing if not planned.cases[i].case.public]
    names = [p.case.name for p in planned.cases]
    near = [
        Near(case=names[i], check=finding.check, ratio=_ratio(finding))
        for i, found in enumerate(findings)
        if not planned.cases[i].case.public
        for finding in found
        if finding.bound == finding.bound  # not NaN: something was measured
    ]
    return Verdict(
        trial=trial,
        killed_by=tuple(names[i] for i in hidden),
        wrong=any(claims[i].outcome == "returned" for i in hidden),
        public=tuple(names[i] for i in failing if i not in hidden),
        differs=tuple(n for n, ours, theirs in zip(names, right, claims, strict=True) if _told(ours) != _told(theirs)),
        nearest=tuple(sorted(near, key=lambda n: -n.ratio)[:CLOSEST]),
        seconds=seconds,
    )


def _ratio(finding: Finding) -> float:
    return finding.residual / finding.bound if finding.bound else 0.0 if not finding.residual else float("inf")


def _told(claim: Claim) -> tuple[object, ...]:
    return claim.outcome, claim.is_value_error, wire.encode(claim.value), claim.modified
