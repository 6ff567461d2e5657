"""Figures of the pages, as SVG that reads in black and white: dark on white, told apart by form and hatching too."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from grader.records import Picture
from grader.report.statistics import Item

DARK, BLUE, PALE = "#1a1a1a", "#1f5fa8", "#c9d8ea"
# Text stays text; the same figure is the same file, in which nothing tells when it was made.
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "fullmarks",
    "font.family": "sans-serif",
    "font.size": 9,
}
_IDS = re.compile(r"""( id="|href="#|url\(#)""")
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


@functools.lru_cache(maxsize=1024)
def picture_svg(picture: Picture) -> str:
    """Return what a public case returned, drawn against what was expected.

    Wrong results are much alike, so each figure is drawn once for all who share it.

    Parameters
    ----------
    picture : Picture
    """
    got, expected = (np.array(values, dtype=float) for values in (picture.got, picture.expected))
    with mpl.rc_context(_SETTINGS):
        if got.ndim == 1:
            figure, (axes,) = _figure(1, 4.8, 2.2)
            _draw_vectors(axes, got, expected)
        else:
            figure, panels = _figure(3, 6.4, 2.2)
            _draw_matrices(figure, panels, got, expected)
        return _svg(figure)


def totals_svg(totals: Sequence[float], possible: float) -> str:
    """Return the distribution of totals as a histogram with at most twenty bars.

    Parameters
    ----------
    totals : sequence of float
    possible : float
        Full marks.
    """
    with mpl.rc_context(_SETTINGS):
        figure, (axes,) = _figure(1, 6.4, 2.4)
        top = max(possible, 1.0)
        edges = np.linspace(0, top, min(20, max(4, round(top))) + 1)
        axes.hist(totals, bins=edges.tolist(), color=PALE, edgecolor=DARK, linewidth=0.8)
        axes.set_xlabel("total marks")
        axes.set_ylabel("submissions")
        axes.set_xlim(0, top)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        return _svg(figure)


def items_svg(items: Sequence[Item]) -> str:
    """Return for each exercise the shares of submissions with full marks, some and none, as bars."""
    with mpl.rc_context(_SETTINGS):
        figure, (axes,) = _figure(1, 6.4, 1.2 + 0.28 * len(items))
        places = np.arange(len(items))
        full = np.array([item.share_full for item in items])
        none = np.array([item.share_none for item in items])
        parts = (("full marks", full, BLUE, ""), ("some", 1 - full - none, PALE, "///"), ("none", none, "white", ""))
        left = np.zeros(len(items))
        for label, width, colour, hatch in parts:
            axes.barh(
                places,
                100 * width,
                left=100 * left,
                color=colour,
                hatch=hatch,
                edgecolor=DARK,
                label=label,
                linewidth=0.8,
            )
            left = left + width
        axes.set_yticks(places, [item.name for item in items])
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("share of submissions, %")
        figure.legend(loc="outside upper right", ncols=3, frameon=False)
        return _svg(figure)


def _figure(panels: int, width: float, height: float) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasSVG(figure)
    return figure, list(np.atleast_1d(figure.subplots(1, panels)))


def _draw_vectors(axes: Axes, got: Any, expected: Any) -> None:
    places = np.arange(len(got))
    axes.plot(places, expected, "o-", color=BLUE, markerfacecolor="white", markersize=7, linewidth=1, label="expected")
    axes.plot(places, got, "x--", color=DARK, markersize=6, linewidth=1, label="yours")
    axes.set_xlabel("position")
    axes.legend(frameon=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_matrices(figure: Figure, panels: Sequence[Axes], got: Any, expected: Any) -> None:
    finite = np.concatenate([a[np.isfinite(a)] for a in (got, expected)]) if got.size else np.zeros(1)
    scale = {"vmin": float(finite.min(initial=0.0)), "vmax": float(finite.max(initial=0.0))}
    difference = got - expected
    largest = float(np.max(np.abs(difference[np.isfinite(difference)]), initial=0.0)) or 1.0
    drawn: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("expected", expected, {**scale, "cmap": "cividis"}),
        ("yours", got, {**scale, "cmap": "cividis"}),
        ("difference", difference, {"vmin": -largest, "vmax": largest, "cmap": "PuOr"}),
    )
    for axes, (title, values, how) in zip(panels, drawn, strict=True):
        image = axes.imshow(values, aspect="auto", interpolation="nearest", **how)
        axes.set_title(title)
        axes.set_xticks([])
        axes.set_yticks([])
        if title != "expected":
            figure.colorbar(image, ax=axes, shrink=0.9)


def with_ids(svg: str, prefix: str) -> str:
    """Return a figure whose ids begin with `prefix`: on a page with several they must differ.

    Examples
    --------
    >>> with_ids('<g id="axes_1"/><use xlink:href="#m1"/><g clip-path="url(#p2)"/>', "a-")
    '<g id="a-axes_1"/><use xlink:href="#a-m1"/><g clip-path="url(#a-p2)"/>'
    """
    return _IDS.sub(rf"\g<1>{prefix}", svg)


def _svg(figure: Figure) -> str:
    """Return the figure as an element of a page: what stands before the first tag is for files."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata=_NO_METADATA)
    text = file.getvalue()
    return text[text.index("<svg") :]
