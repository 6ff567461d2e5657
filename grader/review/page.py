"""The author's page: one HTML file for several exercises."""

from __future__ import annotations

from collections.abc import Sequence

from grader.html import render
from grader.review.cases import Review
from grader.review.diagnosis import KINDS, figures
from grader.review.seeds import NARROW
from grader.review.text import alone_text, margin_text, recurring_text
from grader.text import number


def review_page(reviews: Sequence[Review]) -> str:
    """Return the page of exercises as HTML.

    Examples
    --------
    >>> "No exercise" in review_page(())
    True
    """
    return render("review.html", exercises=[_exercise(one) for one in reviews], number=number)


def _exercise(one: Review) -> dict[str, object]:
    margin = margin_text(one.seeded)
    return {
        "review": one,
        "name": f"{one.topic}/{one.exercise}",
        "id": f"{one.topic}-{one.exercise}",
        "faults": [*(recurring_text(f, one.seeded.seeds) for f in one.seeded.faults), *one.found.faults],
        "margin": margin[:1].upper() + margin[1:],
        "narrow": NARROW,
        "cases": [{"case": case, "alone": alone_text(case)} for case in one.cases],
        "seconds": sum(case.seconds for case in one.cases),
        "mutants": len(one.found.verdicts),
        "kinds": [(kind, figures(n for n in one.diagnosed.named if n.of.kind == kind)) for kind in KINDS],
        "misnamed": [n for n in one.diagnosed.named if n.outcome in ("named wrongly", "not named")],
    }
