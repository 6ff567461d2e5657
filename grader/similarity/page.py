"""The page of suspicious pairs: a table of them, and the two sources of each side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from grader.html import render
from grader.similarity.compare import Pair, Source, Span

MOST_PAIRS = 100  # with their sources; more would be a page that no browser likes
LONGEST = 200_000  # characters of one source


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of a source; `number` is 0 where it is not shared, `name` and `other` are where its links lead."""

    text: str
    number: int = 0
    name: str = ""
    other: str = ""


def similarity_page(
    topic: str, pairs: Sequence[Pair], submissions: int, threshold: float, left_out: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the page of a cohort as HTML.

    Parameters
    ----------
    topic : str
    pairs : sequence of Pair
        Most alike first.
    submissions : int
        How many were compared.
    threshold : float
        The least share of a pair, from 0 to 1.
    left_out : sequence of tuple of str
        What was not compared: submission and reason.

    Examples
    --------
    >>> "No two submissions" in similarity_page("optimisation", (), 30, 0.3)
    True
    """
    shown = [
        {
            "pair": pair,
            "sides": [
                _side(pair.first, pair.spans[0], pair.spans[1], f"p{n}a", f"p{n}b"),
                _side(pair.second, pair.spans[1], pair.spans[0], f"p{n}b", f"p{n}a"),
            ],
        }
        for n, pair in enumerate(pairs[:MOST_PAIRS], 1)
    ]
    return render(
        "similar.html",
        topic=topic,
        pairs=shown,
        more=len(pairs) - len(shown),
        submissions=submissions,
        threshold=threshold,
        left_out=left_out,
    )


def _side(source: Source, spans: Sequence[Span], others: Sequence[Span], here: str, there: str) -> dict[str, object]:
    # A part that overlaps another there goes by the other's number: then the whole side is the place to look.
    places = {span.number: there for span in spans} | {span.number: f"{there}-{span.number}" for span in others}
    cells, left, named = [], LONGEST, set[int]()
    for number, cell in enumerate(source.cells):
        if left <= 0:
            break
        inside = [span for span in spans if span.cell == number]
        cells.append(list(_pieces(cell[:left], inside, here, places, named)))
        left -= len(cell)
    # What is not shared is folded away: people come to see what is.
    numbered = enumerate(cells, 1)
    groups = [(shared, list(group)) for shared, group in groupby(numbered, lambda one: any(p.number for p in one[1]))]
    return {"name": source.name, "id": here, "groups": groups, "cut": sum(map(len, source.cells)) > LONGEST}


def _pieces(cell: str, spans: Sequence[Span], here: str, places: Mapping[int, str], named: set[int]) -> Iterator[Piece]:
    """Yield a cell in pieces; the first with a number in a source has the name that the other side leads to."""
    at = 0
    for span in spans:
        if span.start > at:
            yield Piece(text=cell[at : span.start])
        first = span.number not in named
        named.add(span.number)
        yield Piece(
            text=cell[span.start : span.end],
            number=span.number,
            name=f"{here}-{span.number}" if first else "",
            other=places[span.number],
        )
        at = span.end
    if at < len(cell):
        yield Piece(text=cell[at:])
