"""What became of mutants, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from grader.mutants.trial import Found, Verdict


def as_text(found: Found) -> str:
    """Return a line for the exercise, and below it every survivor as a diff with the cases that came closest."""
    lines = [_summary(found)]
    for verdict in found.survived:
        lines += ["", *_survivor(verdict)]
    if found.survived:
        lines.append("")
    return "\n".join(lines)


def as_data(founds: Sequence[Found]) -> list[dict[str, Any]]:
    """Return the same as JSON values, with every mutant that was run."""
    return [
        {
            "topic": found.topic,
            "exercise": found.exercise,
            "generated": found.generated,
            "run": len(found.verdicts),
            **_counts(found),
            "faults": list(found.faults),
            "mutants": [_mutant(found, verdict) for verdict in found.verdicts],
        }
        for found in founds
    ]


def _counts(found: Found) -> dict[str, Any]:
    killed = [v for v in found.verdicts if v.killed_by]
    return {
        "killed": len(killed),
        "killed_by_one": sum(len(v.killed_by) == 1 for v in killed),
        "killed_without_a_result": sum(not v.wrong for v in killed),
        "equivalent": len(found.equivalent),
        "survived": len(found.survived),
        "cpu_seconds": round(sum(v.seconds for v in found.verdicts), 3),
    }


def _summary(found: Found) -> str:
    counts = _counts(found)
    one, killed = counts["killed_by_one"], counts["killed"]
    of_all = f" of {found.generated}" if len(found.verdicts) < found.generated else ""
    return (
        f"{found.topic}/{found.exercise}: {len(found.verdicts)}{of_all} mutants, {killed} killed "
        f"({killed - one} by several cases, {one} by one; {counts['killed_without_a_result']} of them only by an "
        f"exception, a time-out or a crash), {counts['equivalent']} equivalent, {counts['survived']} survived, "
        f"{counts['cpu_seconds']:.1f} s CPU"
    )


def _survivor(verdict: Verdict) -> Iterator[str]:
    trial = verdict.trial
    yield f"  {trial.solution}, {trial.file}:{trial.line}, {trial.mutant.operator}"
    yield from (f"    {line}" for line in trial.mutant.diff.splitlines())
    if verdict.public:
        yield f"    fails where nothing is earned: {_listed(verdict.public)}"
    if not verdict.differs:
        # How near cases come to failing is then what it is for the solution.
        yield "    every result is the same to the last bit"
        return
    yield f"    results differ in: {_listed(verdict.differs)}"
    near = [f"{n.ratio:.2g} of what is allowed in {n.case!r} ({n.check})" for n in verdict.nearest]
    if near:
        yield f"    closest: {'; '.join(near)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _mutant(found: Found, verdict: Verdict) -> dict[str, Any]:
    trial = verdict.trial
    state = "killed" if verdict.killed_by else "equivalent" if verdict in found.equivalent else "survived"
    return {
        "solution": trial.solution,
        "file": trial.file,
        "line": trial.line,
        "function": trial.mutant.function,
        "operator": trial.mutant.operator,
        "was": trial.mutant.was,
        "becomes": trial.mutant.becomes,
        "state": state,
        "killed_by": list(verdict.killed_by),
        "differs": list(verdict.differs),
        "closest": [{"case": n.case, "check": n.check, "ratio": min(n.ratio, 1e308)} for n in verdict.nearest],
    }
