"""Seeds, names and reviews as text for the terminal. Each yields what to print, and the faults found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from grader.review.cases import CaseReview, Review
from grader.review.diagnosis import KINDS, Diagnosed, Figures, Named, figures
from grader.review.seeds import NARROW, Recurring, Seeded
from grader.text import number


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A part of what is printed: text for people, the faults in it, and the same as JSON values for programs."""

    text: str
    faults: tuple[str, ...] = ()
    data: tuple[dict[str, Any], ...] = ()


# Below or above these the names of misconceptions do more harm than good.
LEAST_NAMED, MOST_WRONGLY = 0.9, 0.01
SHOWN_SEEDS = 5
SHOWN_ALONE = 3


def of_seeds(tried: Iterable[Seeded]) -> Iterator[Told]:
    """Yield a line for each exercise, and its faults."""
    for one in tried:
        found = f"{len(one.faults)} faults" if one.faults else "no faults"
        yield Told(
            text=f"{one.topic}/{one.exercise}: {one.seeds} seeds, {found}; {margin_text(one)}",
            faults=tuple(f"{one.topic}/{recurring_text(fault, one.seeds)}" for fault in one.faults),
            data=(seeds_data(one),),
        )


def margin_text(seeded: Seeded) -> str:
    """Return the narrowest margin in words."""
    if not seeded.margins:
        return "no margins, for results are compared exactly"
    warning = "NARROW, " if seeded.margins[0].room < NARROW else ""
    return f"narrowest margin: {warning}{seeded.margins[0]}"


def recurring_text(fault: Recurring, of: int) -> str:
    """Return a fault with the seeds under which it holds."""
    shown = ", ".join(map(str, fault.seeds[:SHOWN_SEEDS]))
    more = ", ..." if len(fault.seeds) > SHOWN_SEEDS else ""
    return f"{fault.fault} (with {len(fault.seeds)} of {of} seeds: {shown}{more})"


def of_names(tried: Iterable[Diagnosed]) -> Iterator[Told]:
    """Yield a table for each topic with what was named wrongly, and the sum of all."""
    named: list[Named] = []
    for _, some in groupby(tried, key=lambda one: one.topic):
        topic = list(some)
        named += [n for one in topic for n in one.named]
        yield Told(text="\n".join([*diagnosis_table(topic), ""]), data=tuple(map(names_data, topic)))
    yield Told(text="\n".join(_by_kind(named)), faults=tuple(_missed_aims(figures(named))))


def diagnosis_table(topic: Sequence[Diagnosed]) -> Iterator[str]:
    """Yield the lines of the table of one topic, and below it everything that is named wrongly."""
    width = max(len(f"{one.topic}/{one.exercise}") for one in topic)
    yield _row("", width, ("run", "wrong", "rightly", "wrongly", "not named", "nameless", "named", "right"))
    for one in topic:
        yield _figures_row(f"{one.topic}/{one.exercise}", width, one.run, figures(one.named))
    for one in topic:
        for named in one.named:
            if named.outcome == "named wrongly":
                yield ""
                yield from named_lines(named, f"{one.topic}/{one.exercise}")


def named_lines(named: Named, where: str) -> Iterator[str]:
    """Yield what is said of one implementation, as a few lines."""
    truth = " or ".join(named.truth) or "none of the misconceptions"
    yield f"  {where}: {named.of.kind} {named.of.origin} is named {named.name or 'nothing'}, but behaves as {truth}"
    yield from (f"    {line}" for line in named.of.what.splitlines())


def _by_kind(named: Sequence[Named]) -> Iterator[str]:
    width = max(map(len, (*KINDS, "all wrong implementations")))
    yield _row("", width, ("", "wrong", "rightly", "wrongly", "not named", "nameless", "named", "right"))
    for kind in KINDS:
        yield _figures_row(kind, width, None, figures(n for n in named if n.of.kind == kind))
    yield _figures_row("all wrong implementations", width, None, figures(named))


def _figures_row(name: str, width: int, run: int | None, of: Figures) -> str:
    counts = (of.wrong, of.rightly, of.wrongly, of.missed, of.nameless)
    shares = (f"{of.recall:.1%}", f"{of.precision:.1%}")
    return _row(name, width, ("" if run is None else str(run), *map(str, counts), *shares))


def _row(name: str, width: int, cells: Sequence[str]) -> str:
    return "  ".join([f"{name:<{width}}", *(f"{cell:>9}" for cell in cells)]).rstrip()


def _missed_aims(total: Figures) -> Iterator[str]:
    if total.recall < LEAST_NAMED:
        yield f"{total.recall:.1%} of what is a misconception is named rightly, expected at least {LEAST_NAMED:.0%}"
    if 1 - total.precision > MOST_WRONGLY:
        yield f"{1 - total.precision:.1%} of all names are wrong, expected at most {MOST_WRONGLY:.0%}"


def of_review(one: Review) -> Told:
    """Return the page of an exercise, and its faults."""
    faults = [f"{one.topic}/{recurring_text(fault, one.seeded.seeds)}" for fault in one.seeded.faults]
    faults += [f"{one.topic}/{one.exercise}: {fault}" for fault in one.found.faults]
    return Told(text="\n".join([*review_lines(one), ""]), faults=tuple(faults))


def review_lines(one: Review) -> Iterator[str]:
    """Yield the lines of one exercise."""
    yield f"{one.topic}/{one.exercise}"
    for fault in one.seeded.faults:
        yield f"  fault: {recurring_text(fault, one.seeded.seeds)}"
    for declared in one.found.faults:
        yield f"  fault: {declared}"
    yield f"  {one.seeded.seeds} seeds; {margin_text(one.seeded)}"
    width = max(len(case.name) for case in one.cases)
    yield ""
    heads = f"{'points':>7}  {'misconc.':>8}  {'mutants':>7}  {'alone':>5}  {'margin':>8}  {'ms':>7}"
    yield f"  {'case':<{width}}  {'kind':<9}  {heads}"
    for case in one.cases:
        yield f"  {case.name:<{width}}  {_case_row(case)}".rstrip()
    yield ""
    yield from (f"  only {case.name!r} catches {alone_text(case)}" for case in one.cases if case.alone)
    if one.redundant:
        yield f"  catch nothing alone: {_listed(one.redundant)}"
    if one.spare:
        yield f"  may go all at once, and everything is still caught: {_listed(one.spare)}"
    yield ""
    found = one.found
    run = f"{len(found.verdicts)} of {found.generated}" if len(found.verdicts) < found.generated else found.generated
    yield f"  {run} mutants: {len(found.survived)} survive, {len(found.equivalent)} are declared equivalent"
    for verdict in found.survived:
        yield f"    {verdict.trial.solution}, {verdict.trial.file}:{verdict.trial.line}"
        yield from (f"      {line}" for line in verdict.trial.mutant.diff.splitlines())
    yield ""
    yield from (f"  {line}" for line in diagnosis_table([one.diagnosed]))


def _case_row(case: CaseReview) -> str:
    kind = "public" if case.public else case.kind
    margin = f"{case.margin.room:.3g}" if case.margin else ""
    return (
        f"{kind:<9}  {number(case.points):>7}  {len(case.misconceptions):>8}  {case.mutants:>7}  "
        f"{len(case.alone):>5}  {margin:>8}  {1000 * case.seconds:>7.2f}"
    )


def alone_text(case: CaseReview) -> str:
    """Return in words what only this case catches."""
    names = [c.what for c in case.alone if not c.diff]
    mutants = sum(bool(c.diff) for c in case.alone)
    parts = [*names, *([f"{mutants} {'mutant' if mutants == 1 else 'mutants'}"] if mutants else [])]
    return ", ".join(parts)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def seeds_data(one: Seeded) -> dict[str, Any]:
    """Return what is known of an exercise under several seeds as JSON values."""
    return {
        "topic": one.topic,
        "exercise": one.exercise,
        "seeds": one.seeds,
        "faults": [{"where": f.fault.where, "what": f.fault.what, "seeds": list(f.seeds)} for f in one.faults],
        "margins": [
            {
                "solution": m.solution,
                "case": m.case,
                "check": m.check,
                "seed": m.seed,
                "residual": m.residual if math.isfinite(m.residual) else str(m.residual),
                "bound": m.bound,
            }
            for m in one.margins
        ],
    }


def names_data(one: Diagnosed) -> dict[str, Any]:
    """Return every wrong implementation of an exercise with its name as JSON values."""
    return {
        "topic": one.topic,
        "exercise": one.exercise,
        "generated": one.generated,
        "run": one.run,
        "wrong": [
            {
                "kind": n.of.kind,
                "origin": n.of.origin,
                "change": n.of.what,
                "name": n.name,
                "behaves_as": list(n.truth),
                "outcome": n.outcome,
                "failing": list(n.failing),
            }
            for n in one.named
        ],
    }
