"""Master notebooks and what is said of faulty ones."""

from __future__ import annotations

import dataclasses

import pytest

from grader.errors import BuildError
from grader.master import source_notebook
from reference.catalogue import Topic, load_topic

FULL = load_topic("linear_algebra")
TOPIC = dataclasses.replace(FULL, exercises=FULL.exercises[:1])

GOOD = """\
# Title

```python exercise="matvec"
def matvec(A, x):
    return A @ x
```

<!-- #region written="why" points=4 -->
Why?
<!-- #endregion -->
<!-- #region answer="why" -->
Because.
<!-- #endregion -->

Draw it.

```python plot="picture" points=2
plt.plot([1, 2])
```
"""


def sources(text: str, topic: Topic = TOPIC) -> list[tuple[str, str]]:
    return [(c["cell_type"], c["source"]) for c in source_notebook(text, topic)["cells"]]


def test_an_exercise_becomes_a_question_with_the_docstring_of_the_reference() -> None:
    cells = sources(GOOD)
    assert ("raw", "# BEGIN QUESTION\nname: matvec") in cells
    (code,) = [s for k, s in cells if k == "code" and s.startswith("def matvec")]
    assert '"""Return A x' in code
    assert code.index("# BEGIN SOLUTION") < code.index("return A @ x") < code.index("# END SOLUTION")
    assert sum("# BEGIN TEST CONFIG" in s for _, s in cells) == len(TOPIC.exercises[0].cases)


def test_the_answer_to_a_written_question_stands_between_its_marks() -> None:
    cells = sources(GOOD)
    at = cells.index(("markdown", "Because."))
    assert cells[at - 1] == ("raw", "# BEGIN SOLUTION")
    assert cells[at + 1] == ("raw", "# END SOLUTION")
    assert cells[at - 2] == ("markdown", "Why?")


def test_the_text_above_a_plot_is_its_prompt() -> None:
    cells = sources(GOOD)
    at = cells.index(("markdown", "Draw it."))
    assert cells[at - 1] == ("raw", "# BEGIN QUESTION\nname: picture\nmanual: true\npoints: 2")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'exercise="matvec"',
            'exercise="matvek"',
            "exercise='matvek' is no exercise of linear_algebra; expected one of its ORDER",
        ),
        ('exercise="matvec"', "", "there is no cell with exercise='matvec'"),
        ("def matvec(A, x)", "def matvec(A, y)", "exercise='matvec' takes (A, y), expected (A, x)"),
        ("    return A @ x", "    return A @", "exercise='matvec' does not parse"),
        ("    return A @ x", "    return A @ x\nz = 1", "expected one function of that name in its cell"),
        ("    return A @ x", '    """Mine."""\n    return A @ x', "has a docstring; leave it out"),
        ('answer="why"', 'answer="how"', "written='why' has no region with answer='why'"),
        ('written="why" points=4', 'written="why"', "written='why' has no points"),
        ("Draw it.\n", "", "plot='picture' has no text right above it"),
        (
            "# Title",
            "# Title\n\n```python\nfor A in [1]:\n    pass\n```",
            "a given cell sets 'A', an argument of matvec",
        ),
    ],
)
def test_faults_are_named(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    with pytest.raises(BuildError) as error:
        source_notebook(GOOD.replace(old, new), TOPIC)
    assert fault in str(error.value)
    assert str(error.value).startswith("solutions/linear_algebra.md: ")


def test_all_faults_are_listed_at_once() -> None:
    text = GOOD.replace('answer="why"', 'answer="how"').replace("(A, x)", "(A, y)")
    with pytest.raises(BuildError) as error:
        source_notebook(text, TOPIC)
    assert len(str(error.value).splitlines()) == 3


CLASS = """
```python
class Mean:
    def fit(self, x):
        # BEGIN SOLUTION
        self.mean = sum(x) / len(x)
        # END SOLUTION
        return self

    def predict(self):
        # BEGIN SOLUTION
        return self.mean
        # END SOLUTION
```
"""


def test_solutions_in_other_cells_stay_here() -> None:
    cell = source_notebook(GOOD + CLASS, TOPIC)["cells"][-1]["source"]
    assert cell == (
        "class Mean:\n    def fit(self, x):\n        ...\n        return self\n\n    def predict(self):\n        ..."
    )
    with pytest.raises(BuildError, match="a cell has # BEGIN SOLUTION or # END SOLUTION without the other"):
        source_notebook(GOOD + CLASS.replace("        # END SOLUTION\n```", "```"), TOPIC)
