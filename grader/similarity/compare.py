"""Which pairs of a cohort share code that hardly anybody else has.

Theory of operation
-------------------
A source is cut into fingerprints: all runs of `RUN` tokens, names normalised, without what the assignment gives. Two
sources that are copies share most of them, in whatever order their functions stand. But short exercises have obvious
solutions, which many write on their own. So a fingerprint weighs the less, the more students have it: 1 where it is two
of them, nothing where it is more than a tenth of the cohort, or where the course's own solutions have it. A pair's
share is the weight of what both have, of the weight of what the one with less has.

An index from fingerprints to students finds all pairs that share anything of weight. Fingerprints of no weight, which
are those that many have, are never paired: time grows with the cohort, not with its square.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from grader.similarity.tokens import Token, tokens

RUN = 10  # tokens; a line of ordinary code has about as many
MOST_TOKENS = 50_000  # of one submission; a long notebook has 5,000
# Weight that two must share before their share means anything: some six lines that nobody else has.
LEAST_EVIDENCE = 60.0
THRESHOLD = 0.3

_FEW, _MANY = 5, 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The code of one submission.

    Attributes
    ----------
    name, student : str
        Two submissions of one student are not compared.
    cells : tuple of str
    """

    name: str
    student: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a cell that a pair shares; those with one number belong together."""

    cell: int
    start: int
    end: int
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two submissions that are alike.

    Attributes
    ----------
    first, second : Source
    share : float
        From 0 to 1: how much of the unusual code of the one that has less is in the other.
    evidence : float
        The weight of what they share: about the number of tokens that nobody else has in this order.
    spans : tuple of tuple of Span
        Where it stands, in the first and in the second.
    """

    first: Source
    second: Source
    share: float
    evidence: float
    spans: tuple[tuple[Span, ...], tuple[Span, ...]]


Prints = Mapping[int, tuple[tuple[int, int, int], ...]]  # of each fingerprint, the cells and characters where it stands


def compare(
    sources: Sequence[Source], given: Iterable[str], known: Iterable[str], threshold: float = THRESHOLD
) -> tuple[Pair, ...]:
    """Return the pairs that share at least `threshold` of their unusual code, most alike first.

    Parameters
    ----------
    sources : sequence of Source
        A cohort.
    given : iterable of str
        What everybody was handed out. Lines of it count as nobody's.
    known : iterable of str
        Solutions that the course has itself: they are obvious, and sharing them tells nothing.
    threshold : float
        From 0 to 1.
    """
    lines = frozenset(line.strip() for text in given for line in text.splitlines())
    prints = [fingerprints(source.cells, lines) for source in sources]
    obvious = fingerprints(tuple(known), frozenset())
    whose: dict[int, list[int]] = defaultdict(list)
    for number, made in enumerate(prints):
        for fingerprint in made:
            if fingerprint not in obvious:
                whose[fingerprint].append(number)
    weights = _weights(whose, sources)
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for fingerprint, numbers in whose.items():
        if len(numbers) > 1 and (weight := weights[fingerprint]):
            for pair in combinations(numbers, 2):
                shared[pair] += weight
    wholes = [sum(weights.get(f, 0.0) for f in made) for made in prints]
    found = []
    for (i, j), evidence in shared.items():
        share = evidence / min(wholes[i], wholes[j])
        if evidence >= LEAST_EVIDENCE and share >= threshold and sources[i].student != sources[j].student:
            # Sums in another order differ in their last digits, and pairs that share as much would change places.
            first, second = sorted((sources[i].name, sources[j].name))
            found.append((-round(share, 9), -round(evidence, 9), first, second, i, j))
    return tuple(
        Pair(
            first=sources[i],
            second=sources[j],
            share=-share,
            evidence=-evidence,
            spans=_spans(prints[i], prints[j], frozenset(f for f in prints[i] if weights.get(f))),
        )
        for share, evidence, _, _, i, j in sorted(found)
    )


def fingerprints(cells: Sequence[str], given: frozenset[str]) -> Prints:
    r"""Return the fingerprints of code and where each stands: cell, first and last character.

    Parameters
    ----------
    cells : sequence of str
    given : frozenset of str
        Lines, without the space around them, whose tokens are left out.

    Examples
    --------
    >>> one = fingerprints(("total = 0\nfor x in xs:\n    total += x * x",), frozenset())
    >>> other = fingerprints(("s=0  # sum\nfor item in data:\n  s += item*item",), frozenset())
    >>> one.keys() == other.keys()
    True
    """
    found: dict[int, list[tuple[int, int, int]]] = {}
    left = MOST_TOKENS
    for number, cell in enumerate(cells):
        for run in _runs(cell, given):
            texts = tuple(token.text for token in run[:left])
            left -= len(texts)
            for i in range(len(texts) - RUN + 1):
                place = (number, run[i].start, run[i + RUN - 1].end)
                found.setdefault(hash(texts[i : i + RUN]), []).append(place)
            if left <= 0:
                break
    return {fingerprint: tuple(places) for fingerprint, places in found.items()}


def _runs(cell: str, given: frozenset[str]) -> Iterator[list[Token]]:
    """Yield the tokens between lines that were given."""
    run: list[Token] = []
    lines = cell.splitlines(keepends=True)
    number, end = 0, len(lines[0]) if lines else 0
    for token in tokens(cell):
        while token.start >= end and number < len(lines) - 1:
            number += 1
            end += len(lines[number])
        if lines[number].strip() not in given:
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _weights(whose: Mapping[int, Sequence[int]], sources: Sequence[Source]) -> dict[int, float]:
    """Return what each fingerprint weighs, by how many students have it; 1 where it is one or two."""
    students = len({source.student for source in sources})
    most = min(max(_FEW, students // 10), _MANY)
    scale = math.log((most + 1) / 2)
    weights = {}
    for fingerprint, numbers in whose.items():
        having = len({sources[n].student for n in numbers}) if len(numbers) <= 2 * _MANY else most + 1
        weights[fingerprint] = 0.0 if having > most else 1 - math.log(max(having, 2) / 2) / scale
    return weights


def _spans(one: Prints, other: Prints, heavy: frozenset[int]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return what two share as parts of the first and of the second; what belongs together has one number."""
    shared = [f for f in one if f in other and f in heavy]
    places = sorted((place, f) for f in shared for place in one[f])
    first = [
        Span(cell, start, end, number)
        for number, (cell, start, end, _) in enumerate(_joined((place, 0) for place, _ in places), 1)
    ]
    numbers: dict[int, int] = {}
    at = 0
    for (cell, start, _), fingerprint in places:
        while (first[at].cell, first[at].end) <= (cell, start):
            at += 1
        numbers.setdefault(fingerprint, first[at].number)
    # What stands twice in the first has the number of where it stands first.
    again: dict[int, int] = {}
    at = 0
    for (cell, start, _), fingerprint in places:
        while (first[at].cell, first[at].end) <= (cell, start):
            at += 1
        again[at] = min(again.get(at, numbers[fingerprint]), numbers[fingerprint])
    second = _joined(sorted((place, numbers[f]) for f in shared for place in other[f]))
    return tuple(replace(span, number=again[i]) for i, span in enumerate(first)), tuple(Span(*s) for s in second)


def _joined(places: Iterable[tuple[tuple[int, int, int], int]]) -> list[tuple[int, int, int, int]]:
    """Return places that overlap as one, with the number of the first of them."""
    made: list[tuple[int, int, int, int]] = []
    for (cell, start, end), number in places:
        if made and made[-1][0] == cell and start < made[-1][2]:
            made[-1] = (cell, made[-1][1], max(end, made[-1][2]), made[-1][3])
        else:
            made.append((cell, start, end, number))
    return made
