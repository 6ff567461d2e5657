"""Built assignments: the same to the byte, nothing hidden in them, and messages that teach."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from otter.test_files import ExceptionTestFile

from grader import content
from grader.build import build_topic, differences, write_files
from grader.listing import course_page
from grader.plan import plan_topic
from grader.score import split_points
from grader.testfile import render
from reference.catalogue import load_topic, topic_names

TOPICS = [load_topic(name) for name in topic_names()]
PLANS = {topic.name: plan_topic(topic, 3) for topic in TOPICS}
EXERCISES = [(name, planned) for name, plan in PLANS.items() for planned in plan.exercises]


def build(topic):
    master = (content.solutions() / f"{topic.name}.md").read_text(encoding="utf-8")
    config = json.loads(content.otter_config().read_text(encoding="utf-8"))
    return build_topic(topic, PLANS[topic.name], master, config, content.data_files(topic.name))


@pytest.fixture(scope="module", params=TOPICS, ids=lambda t: t.name)
def built(request):
    return request.param, build(request.param)


def test_the_committed_assignment_is_what_is_built(built):
    topic, made = built
    assert differences(made.student, content.assignments() / topic.name) == ()


def test_two_builds_are_the_same_to_the_byte(built):
    topic, made = built
    assert build(topic) == made


def test_data_goes_to_students_and_to_otter():
    topic, data = TOPICS[0], {"data/prices.csv": b"1,2\n"}
    master = (content.solutions() / f"{topic.name}.md").read_text(encoding="utf-8")
    made = build_topic(topic, PLANS[topic.name], master, {}, data)
    assert made.student["data/prices.csv"] == b"1,2\n"
    with zipfile.ZipFile(io.BytesIO(made.autograder)) as archive:
        assert archive.read("files/data/prices.csv") == b"1,2\n"


def test_files_of_data_have_names_of_their_own():
    """A run over several topics shows every submission the data of all of them."""
    names = [path for topic in TOPICS for path in content.data_files(topic.name)]
    assert len(names) == len(set(names))


def test_the_page_of_the_course_is_what_the_catalogue_says():
    assert content.exercise_page().read_text(encoding="utf-8") == course_page(TOPICS)


def test_stale_missing_and_foreign_files_are_named(built, tmp_path):
    _, made = built
    write_files(made.student, tmp_path)
    assert differences(made.student, tmp_path) == ()
    first, second, *_ = sorted(made.student)
    (tmp_path / first).write_text("changed", encoding="utf-8")
    (tmp_path / second).unlink()
    (tmp_path / "tests" / "foreign.py").write_text("", encoding="utf-8")
    found = [f"{first} is stale", f"{second} is missing", "tests/foreign.py is not built from anything; delete it"]
    assert differences(made.student, tmp_path) == tuple(sorted(found))
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_files(made.student, tmp_path)
    assert not (tmp_path / "tests" / "foreign.py").exists()
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_students_get_no_solution_and_no_hidden_case(built):
    topic, made = built
    text = b"".join(made.student.values()).decode()
    notebook = json.loads(made.student[f"{topic.name}.ipynb"])
    for exercise in topic.exercises:
        (source,) = [
            "".join(c["source"])
            for c in notebook["cells"]
            if c["cell_type"] == "code" and "".join(c["source"]).startswith(f"def {exercise.name}(")
        ]
        assert source.rstrip().endswith('"""\n    ...')
        for case in exercise.cases:
            if not case.public:
                own = made.student[f"tests/{exercise.name}.py"].decode()
                assert f"Case({case.name!r}," not in own
    assert "BEGIN SOLUTION" not in text
    assert "BEGIN TESTS" not in text


def test_the_autograder_holds_all_cases_and_no_solution(built):
    topic, made = built
    with zipfile.ZipFile(io.BytesIO(made.autograder)) as archive:
        for exercise in topic.exercises:
            text = archive.read(f"tests/{exercise.name}.py").decode()
            assert all(repr(case.name) in text for case in exercise.cases)
            assert f"def {exercise.name}(" not in text
        config = json.loads(archive.read("otter_config.json"))
    assert config["assignment_name"] == topic.name
    assert config["show_hidden"] is False


def run(text: str, namespace: dict) -> ExceptionTestFile:
    file = ExceptionTestFile.from_string(text)
    file.run(namespace)
    return file


@pytest.mark.parametrize(
    ("topic", "planned"), EXERCISES, ids=lambda v: getattr(getattr(v, "exercise", None), "name", "")
)
def test_test_files_give_reference_and_alternatives_full_marks(topic, planned):
    text = render(planned, hidden=True)
    for solution in (planned.exercise.solution, *planned.exercise.alternatives):
        results = run(text, {planned.exercise.name: solution}).test_case_results
        assert all(r.passed for r in results), solution.__name__
        assert sum(r.test_case.points for r in results) == planned.exercise.points


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("topic", "planned"), EXERCISES, ids=lambda v: getattr(getattr(v, "exercise", None), "name", "")
)
def test_test_files_and_our_marks_agree_on_every_misconception(topic, planned):
    from grader.grade import mark_exercise, run_trusted

    text = render(planned, hidden=True)
    for wrong in planned.exercise.misconceptions:
        ours = mark_exercise(planned, run_trusted(wrong.solution, planned.question), lambda _: ())
        results = run(text, {planned.exercise.name: wrong.solution}).test_case_results
        theirs = [r.passed for r in results]
        assert theirs == [c.passed for c in ours.cases], wrong.name
        points = split_points(planned.exercise)
        assert ours.marks == sum(p for p, ok in zip(points, theirs, strict=True) if ok)


def matvec_with_a_bug(A, x):
    return np.asarray(A)[5]


FAILURES: dict[str, tuple[str, Callable | None]] = {
    "matvec-not-defined": ("matvec", None),
    "matvec-none": ("matvec", lambda A, x: None),
    "matvec-transposed": ("matvec", lambda A, x: np.asarray(A).T @ np.asarray(x).T),
    "matvec-column": ("matvec", lambda A, x: (np.asarray(A) @ np.asarray(x)).reshape(-1, 1)),
    "matvec-raises": ("matvec", matvec_with_a_bug),
    "gram-schmidt-not-normalised": ("gram_schmidt", lambda A: np.asarray(A, float)[:, :1]),
    "power-iteration-swapped": ("power_iteration", lambda A, v0, n_iter=1000: (np.asarray(v0), 1.0)),
    "gram-schmidt-changes-input": ("gram_schmidt", lambda A: A.__imul__(0.5)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_public_check_teaches(name: str, golden: Callable[[str, str], None]) -> None:
    exercise, function = FAILURES[name]
    (planned,) = [p for _, p in EXERCISES if p.exercise.name == exercise]
    file = run(render(planned, hidden=False), {} if function is None else {exercise: function})
    failed = [r.message for r in file.test_case_results if not r.passed]
    assert failed
    assert not any("<" in message.split("Wrong:")[1] for message in failed), "Otter shows messages as HTML"
    # Where a line stands in a file is not what the message says.
    text = re.sub(r"([Ll]ine) \d+ (in test|of)", r"\1 N \2", "\n\n".join(failed))
    golden(f"{name}.txt", text + "\n")


def test_golden_messages_are_all_used() -> None:
    files = {p.stem for p in (Path(__file__).parent / "golden").glob("*.txt")}
    assert set(FAILURES) <= files
