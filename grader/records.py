"""The values that pass between the stages, all frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Protocol, get_args

from grader.errors import UsageError

# No limit is larger: the kernel takes 63 bits, and nobody waits for centuries.
MOST = 1 << 50

# What happened to one call, and, for an exercise, to the exercise as a whole.
State = Literal["passed", "failed", "missing", "raised", "timed out", "out of memory", "crashed", "unreadable"]
Outcome = Literal["returned", "missing", "raised", "timed out", "out of memory", "crashed", "unreadable"]
Status = Literal["graded", "rejected", "not graded"]
STATES: tuple[str, ...] = get_args(State)
STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What somebody handed in, read but not run.

    Attributes
    ----------
    name : str
        Path below the PATH given, with forward slashes; identifies the submission.
    student : str
        Who handed it in, as far as the file or folder name tells.
    sha256 : str
        Of the bytes handed in; "" where they could not be read.
    assignment : str
        The assignment that its metadata names; "" where it names none.
    cells : tuple of str
        Sources of the code cells, in order, magics and all. A script is one cell.
    reason : str
        Why it is rejected, in words a person can act on; "" where it is not.
    """

    name: str
    student: str
    sha256: str
    assignment: str = ""
    cells: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """The calls that one exercise asks of a submission, ready to be sent.

    Attributes
    ----------
    function : str
        Name of the student's function.
    calls : tuple of tuple
        Positional arguments of each call: numbers, strings, arrays, tuples or lists of them, probes and seeds.
    shown : bool
        Whether learners see what the calls return. Such questions are asked before all others, in processes that have
        not been told the inputs of those: what is shown cannot carry them out.
    most : int or None
        How much a result may hold, see `grader.bulk`; None leaves it to the wire. Results are compared and printed
        outside the walls, where nothing stops what takes too long.
    """

    function: str
    calls: tuple[tuple[Any, ...], ...]
    shown: bool = False
    most: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a submission claims of one call. Every field but `outcome` of a killed child is hearsay.

    Attributes
    ----------
    outcome : str
        "returned", or the state that the call ended in.
    value : object
        The result, plain data as the wire allows; None where there is none.
    modified : tuple of int
        Positions of the arguments that the call changed.
    error : str
        Name of the exception's class where one was raised.
    is_value_error : bool
        Whether that exception is a `ValueError`.
    text : str
        Message of the exception, its place in the student's code, or the limit that was hit.
    random : str
        How a generator that was handed over was misused, see `reference.probes.RANDOM`.
    logs : tuple
        What the probes among the arguments were asked, see `reference.probes.call`.
    """

    outcome: Outcome
    value: Any = None
    modified: tuple[int, ...] = ()
    error: str = ""
    is_value_error: bool = False
    text: str = ""
    random: str = ""
    logs: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """Everything that a run of one submission claims.

    Attributes
    ----------
    claims : tuple of tuple of Claim
        One tuple for each question, one claim for each of its calls.
    cell_errors : tuple of str
        For each cell, "" or the error that ended it.
    intact : mapping of str to int
        For functions that leaned on a name which a later cell changed: how many cells came before that cell.
    cpu_seconds : float
        Processor time that the run took inside the walls, as the kernel counted it.
    peak_bytes : int
        Largest resident memory of a process of the run.
    seconds : tuple of float
        Wall time that the calls of each question took.
    """

    claims: tuple[tuple[Claim, ...], ...]
    cell_errors: tuple[str, ...] = ()
    intact: Mapping[str, int] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    seconds: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one submission may use. Seconds are wall time unless they say otherwise.

    Attributes
    ----------
    cells_seconds : float
        For running all cells of the notebook.
    cell_seconds : float
        For one cell.
    call_seconds : float
        For one call, and for all calls of an exercise where they run in one go.
    exercise_seconds : float
        For one exercise with all repetitions after a time-out or crash.
    submission_seconds : float
        For everything.
    processor_seconds : float
        Processor time of a process, for what escapes the clock.
    memory_bytes : int
        Address space of a process beyond that of the server it was forked from.
    processes : int
        Processes and threads at one time.
    disk_bytes : int
        Size of the private working folder.
    """

    cells_seconds: float = 30.0
    cell_seconds: float = 10.0
    call_seconds: float = 3.0
    exercise_seconds: float = 10.0
    submission_seconds: float = 120.0
    processor_seconds: float = 120.0
    memory_bytes: int = 2 << 30
    processes: int = 16
    disk_bytes: int = 64 << 20

    def changed(self, settings: Iterable[str]) -> Limits:
        """Return other limits.

        Parameters
        ----------
        settings : iterable of str
            Each "name=value"; sizes may end in K, M or G.

        Raises
        ------
        UsageError
            Where there is no such limit, or its value is not a positive number.

        Examples
        --------
        >>> Limits().changed(["call_seconds=5", "disk_bytes=2M"]).disk_bytes
        2097152
        """
        types = {f.name: type(getattr(self, f.name)) for f in fields(self)}
        made = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            if name not in types:
                msg = f"--limit {setting}: there is no limit {name!r}; expected one of {', '.join(types)}"
                raise UsageError(msg)
            unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(value[-1:].upper(), 1)
            try:
                made[name] = types[name](float(value[:-1] if unit > 1 else value) * unit)
            except (ValueError, OverflowError):
                made[name] = 0
            if not 0 < made[name] < MOST:
                msg = f"--limit {setting}: expected a positive number"
                raise UsageError(msg)
        return replace(self, **made)

    def longer(self, times: int) -> Limits:
        """Return limits that leave so many times the time, and as much of all else.

        Examples
        --------
        >>> slow = Limits().longer(4)
        >>> slow.call_seconds, slow.submission_seconds, slow.processes == Limits().processes
        (12.0, 480.0, True)
        """
        return replace(self, **{f.name: times * getattr(self, f.name) for f in fields(self) if "_seconds" in f.name})


class Sandbox(Protocol):
    """Where submissions run. One method, so that everything around it tests with a fake."""

    isolation: str

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...], spent: float = 0.0) -> Transcript:
        """Run the cells, then the questions, and return what was claimed.

        Parameters
        ----------
        cells : tuple of str
        questions : tuple of Question
        spent : float
            Seconds of its time that the submission has had in runs before.

        Raises
        ------
        MachineError
            Where the machine or our own code failed; the submission's own failures are claims.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The outcome of one check on one case.

    Attributes
    ----------
    check : str
        Name of the check, or what went wrong before a check could be made.
    passed : bool
    residual, bound : float
        What was measured and what was allowed; NaN where nothing was measured.
    message : str
        What a learner may read; for hidden cases it tells nothing of inputs and outputs.
    """

    check: str
    passed: bool
    residual: float = float("nan")
    bound: float = float("nan")
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResult:
    """One case of one exercise of one submission, as results/*.json holds it."""

    name: str
    kind: str
    public: bool
    passed: bool
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExerciseResult:
    """One exercise of one submission, as results/*.json holds it."""

    name: str
    state: State
    marks: float
    possible: float
    misconception: Mapping[str, str] | None = None
    cases: tuple[CaseResult, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Numbers of a public case that are better drawn: what was returned beside what was expected.

    Attributes
    ----------
    case : str
    got, expected : tuple
        Nested tuples of floats, both of one shape; None stands for what is no finite number.
    """

    case: str
    got: tuple[Any, ...]
    expected: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """What a feedback page tells of an exercise beside its result.

    Attributes
    ----------
    exercise : str
    seconds : float
        Wall time that the calls took.
    counterexample : str
        The simplest input found on which the function is wrong, with what it returns; "" where none was found.
    pictures : tuple of Picture
    """

    exercise: str
    seconds: float = 0.0
    counterexample: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ManualResult:
    """What a person gave for one written answer or plot of one submission, as results/*.json holds it."""

    name: str
    marks: float
    possible: float
    comment: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of one submission, as results/*.json holds it, and the details that feedback shows beside it."""

    submission: str
    student: str
    sha256: str
    assignment: str
    status: Status
    reason: str = ""
    total: float = 0.0
    possible: float = 0.0
    isolation: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    exercises: tuple[ExerciseResult, ...] = ()
    details: tuple[Detail, ...] = ()
    cell_errors: tuple[tuple[int, str], ...] = ()
    manual: tuple[ManualResult, ...] = ()

    def brief(self) -> Result:
        """Return it without cases and details: all that tables and lists need, and a small part of its size."""
        exercises = tuple(replace(exercise, cases=()) for exercise in self.exercises)
        return replace(self, exercises=exercises, details=(), cell_errors=())
