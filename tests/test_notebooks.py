"""The notebooks as people run them: every cell in Jupyter, from top to bottom."""

from __future__ import annotations

import ast
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbclient
import nbformat
import pytest

from grader import content
from grader.build import write_files
from grader.master import solution_cells
from grader.verify import notebook_of
from reference.catalogue import load_topic, topic_names

pytestmark = pytest.mark.slow
TOPICS = [load_topic(name) for name in topic_names()]


@pytest.fixture(params=TOPICS, ids=lambda t: t.name)
def topic(request):
    return request.param


def run(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run all cells in `folder` as Jupyter does, going on after errors."""
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    return client.execute()


def errors(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield the source of each cell that ended with an error, and the error."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield cell.source, f"{output.ename}: {output.evalue}"


def calls(source: str) -> set[str]:
    """Return the names of the functions that a cell calls."""
    found = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {function.id for function in found if isinstance(function, ast.Name)}


def test_the_solution_runs_without_an_error(topic, tmp_path):
    cells = solution_cells((content.solutions() / f"{topic.name}.md").read_text(encoding="utf-8"))
    write_files(content.data_files(topic.name), tmp_path)
    done = run(nbformat.reads(notebook_of(cells, topic.name).decode(), as_version=4), tmp_path)
    assert list(errors(done)) == []
    complaints = [o.text for c in done.cells for o in c.outputs if o.output_type == "stream" and o.name == "stderr"]
    assert complaints == [], "a warning on a lesson's page is a distraction"
    figures = sum("image/png" in o.get("data", {}) for c in done.cells for o in c.outputs)
    assert figures >= 2


def test_in_the_starter_only_cells_fail_that_need_an_exercise(topic, tmp_path):
    folder = content.assignments() / topic.name
    write_files({str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}, tmp_path)
    path = tmp_path / f"{topic.name}.ipynb"
    done = run(nbformat.read(path, as_version=4), tmp_path)
    names = {exercise.name for exercise in topic.exercises}
    assert [(source, error) for source, error in errors(done) if not calls(source) & names] == []
    # The last cell has made what is handed in.
    (export,) = tmp_path.glob("*.zip")
    assert path.name in zipfile.ZipFile(export).namelist()


def test_the_starter_has_no_empty_or_technical_cells(topic):
    notebook = json.loads((content.assignments() / topic.name / f"{topic.name}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        assert cell["cell_type"] != "raw", source
        assert re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL).strip(), f"shows nothing: {source!r}"
        assert "ASSIGNMENT CONFIG" not in source


def test_formulas_are_closed(topic):
    """Every $ has a partner: an open one shows the rest of the paragraph as a formula."""
    notebook = json.loads((content.assignments() / topic.name / f"{topic.name}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for block in re.split(r"\n\s*\n", re.sub(r"`[^`]*`", "", "".join(cell["source"]))):
                text = block.replace("\\$", "")
                assert text.count("$$") % 2 == 0, block
                assert text.replace("$$", "").count("$") % 2 == 0, block
                assert text.count("{") == text.count("}"), block
