"""Which of several uploads of the same people counts. Nobody ever has two marks for one assignment.

Of uploads for the same assignment that could be read, the latest counts by default: the one of the latest time, and
where the layout tells no time, the one with the highest number. A script counts only where its student handed in no
notebook and no zip, for it is most often a helper that was handed in with the notebook. Uploads between which nothing
decides are all graded, and the one with most marks counts. An upload that cannot be read displaces none that can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.lms.layouts import Upload
from grader.records import Result

REASONS = {
    "latest": "a later upload counts",
    "first": "an earlier upload counts",
    "best": "a better upload counts",
}
_OTHER = "another file of the same student counts"
_HANDED_IN = (".ipynb", ".zip")
_GRADABLE = (*_HANDED_IN, ".py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An upload that could be read, and the assignment that it was read to be for."""

    upload: Upload
    assignment: str


def superseded(candidates: Iterable[Candidate], attempts: str) -> dict[str, str]:
    """Return the uploads that need no grading, and why each does not.

    Examples
    --------
    >>> from grader.lms.layouts import Identity
    >>> two = [Upload(submission=f"{i}.ipynb", layout="canvas", who=(Identity(id="7"),), serial=i) for i in (1, 2)]
    >>> superseded([Candidate(upload=u, assignment="a") for u in two], "latest")
    {'1.ipynb': 'a later upload counts: 2.ipynb'}
    """
    if attempts in ("best", "all"):
        return {}
    found: dict[str, str] = {}
    for group in _groups(candidates):
        ranks = _ranks(group, attempts)
        best = max(ranks.values())
        chosen = min(name for name, rank in ranks.items() if rank == best)
        found |= {name: _reason(name, chosen, attempts) for name, rank in ranks.items() if rank < best}
    return found


def settle(results: Sequence[Result], uploads: Mapping[str, Upload], attempts: str) -> tuple[Result, ...]:
    """Return the results with those rejected that do not count, in the same order; parameters as in `not_counting`."""
    lost = not_counting(results, uploads, attempts)
    return tuple(rejected(r, lost[r.submission]) if r.submission in lost else r for r in results)


def not_counting(results: Sequence[Result], uploads: Mapping[str, Upload], attempts: str) -> dict[str, str]:
    """Return the submissions that do not count, and why each does not.

    Parameters
    ----------
    results : sequence of Result
    uploads : mapping of str to Upload
        By submission; what is in no layout is left as it is.
    attempts : {"latest", "first", "best", "all"}
    """
    if attempts == "all":
        return {}
    by_name = {r.submission: r for r in results}
    candidates = [
        Candidate(upload=uploads[r.submission], assignment=r.assignment)
        for r in results
        if r.submission in uploads and r.status != "rejected"
    ]
    lost: dict[str, str] = {}
    kept: dict[str, str] = {}
    for group in _groups(candidates):
        *others, chosen = _in_order(group, by_name, attempts)
        key = group[0].upload.key
        kept[key] = min(chosen, kept.get(key, chosen))
        times = {c.upload.submission: (c.upload.when, c.upload.serial) for c in group}
        lost |= {n: _reason(n, chosen, attempts, tied=times[n] == times[chosen]) for n in others}
    for r in results:
        # A text, a link or a picture that was handed in with a notebook needs nobody's action.
        if r.status == "rejected" and r.submission in uploads and not r.submission.lower().endswith(_GRADABLE):
            other = kept.get(uploads[r.submission].key)
            lost |= {r.submission: f"{_OTHER}: {other}"} if other else {}
    return lost


def rejected(result: Result, reason: str) -> Result:
    """Return a result as it stands where another upload counts: without marks."""
    return replace(result, status="rejected", reason=reason, total=0.0, exercises=(), isolation="")


def does_not_count(reason: str) -> bool:
    """Return whether it is the reason that another upload counts."""
    return reason.startswith((_OTHER, *REASONS.values()))


def _groups(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.upload.key, candidate.assignment].append(candidate)
    return list(groups.values())


def _ranks(group: Sequence[Candidate], attempts: str) -> dict[str, tuple[bool, int]]:
    """Return the rank of each upload of one group, as far as its kind and its time decide; the highest counts."""
    times = sorted({(c.upload.when, c.upload.serial) for c in group}, reverse=attempts == "first")
    place = {time: i for i, time in enumerate(times)}
    return {
        c.upload.submission: (
            c.upload.submission.lower().endswith(_HANDED_IN),
            place[c.upload.when, c.upload.serial],
        )
        for c in group
    }


def _in_order(group: Sequence[Candidate], results: Mapping[str, Result], attempts: str) -> list[str]:
    """Return the submissions of one group; the last counts."""
    ranks = _ranks(group, attempts)

    def marks(name: str) -> tuple[bool, float]:
        return results[name].status == "graded", results[name].total

    def value(name: str) -> tuple[object, ...]:
        return (marks(name), ranks[name], name) if attempts == "best" else (ranks[name], marks(name), name)

    return sorted(ranks, key=value)


def _reason(name: str, chosen: str, attempts: str, *, tied: bool = False) -> str:
    script = chosen.lower().endswith(_HANDED_IN) and not name.lower().endswith(_HANDED_IN)
    told = REASONS["best"] if attempts == "best" else _OTHER if tied or script else REASONS[attempts]
    return f"{told}: {chosen}"
