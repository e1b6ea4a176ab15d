"""The adapters around scikit-learn: linear and boosting."""

import asyncio
import pickle

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from harness.adapter import TaskView
from harness.kinds.binary import Binary
from harness.kinds.label import Label
from harness.kinds.number import Number
from harness.metrics.threshold import f1_threshold
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.types import Item, Query

BOTH = ("linear", "boosting", "lightgbm")


def made(name, **settings):
    if name == "lightgbm":
        name, settings = "boosting", {"library": "lightgbm", **settings}
    return load_adapter_class(bundled() / "adapters" / f"{name}.py")(**settings)


def answered(adapter, kind, train, inputs, folder, validation=()):
    view = TaskView("t", kind, "?", train, validation)
    assert adapter.unfit(view) is None

    async def go():
        preparation = await adapter.build(view, folder, 0, None)
        predictor = await adapter.load(view, folder, None)
        return preparation, await predictor.predict([Query(str(i), value) for i, value in enumerate(inputs)])

    return asyncio.run(go())


def items(inputs, targets):
    return [Item(str(i), value, target) for i, (value, target) in enumerate(zip(inputs, targets, strict=True))]


def table(load):
    data = load()
    names = [str(name) for name in data.feature_names]
    return [dict(zip(names, row, strict=True)) for row in data.data.tolist()], data


def test_linear_on_a_table_of_numbers_is_scaled_logistic_regression(tmp_path):
    rows, data = table(load_breast_cancer)
    targets = ["yes" if t else "no" for t in data.target]
    _, replies = answered(made("linear"), Binary("yes", "no"), items(rows[:400], targets[:400]), rows[400:], tmp_path)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)).fit(data.data[:400], data.target[:400])
    expected = model.predict_proba(data.data[400:])[:, 1]
    assert [r.scores["yes"] for r in replies] == pytest.approx(expected, abs=1e-5)
    assert [r.answer for r in replies] == ["yes" if p >= 0.5 else "no" for p in expected]


def test_linear_for_a_number_is_scaled_ridge_regression(tmp_path):
    rows, data = table(load_diabetes)
    _, replies = answered(
        made("linear", C=0.5), Number(), items(rows[:300], data.target[:300].tolist()), rows[300:], tmp_path
    )
    model = make_pipeline(StandardScaler(), Ridge(alpha=2.0)).fit(data.data[:300], data.target[:300])
    assert [r.answer for r in replies] == pytest.approx(model.predict(data.data[300:]), abs=1e-6)


def test_boosting_on_a_table_of_numbers_is_histogram_gradient_boosting(tmp_path):
    rows, data = table(load_breast_cancer)
    targets = ["yes" if t else "no" for t in data.target]
    adapter = made("boosting", rounds=20)
    _, replies = answered(adapter, Binary("yes", "no"), items(rows[:400], targets[:400]), rows[400:], tmp_path)
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(data.data[:400], data.target[:400])
    assert [r.scores["yes"] for r in replies] == pytest.approx(model.predict_proba(data.data[400:])[:, 1], abs=1e-6)


def test_boosting_with_lightgbm_is_lightgbm(tmp_path):
    rows, data = table(load_breast_cancer)
    targets = ["yes" if t else "no" for t in data.target]
    adapter = made("lightgbm", rounds=20)
    _, replies = answered(adapter, Binary("yes", "no"), items(rows[:400], targets[:400]), rows[400:], tmp_path)
    model = LGBMClassifier(n_estimators=20, random_state=0, deterministic=True, force_row_wise=True, verbose=-1)
    model.fit(data.data[:400], data.target[:400])
    expected = model.booster_.predict(data.data[400:])
    assert [r.scores["yes"] for r in replies] == pytest.approx(expected, abs=1e-6)


def test_the_threshold_of_a_binary_task_is_chosen_on_validation(tmp_path):
    rng = np.random.default_rng(0)
    targets = ["yes" if r < 0.15 else "no" for r in rng.random(600)]
    rows = [{"x": float(rng.normal() + 1.5 * (t == "yes"))} for t in targets]
    train, validation = items(rows[:300], targets[:300]), items(rows[300:], targets[300:])
    preparation, replies = answered(made("linear"), Binary("yes", "no"), train, rows[:100], tmp_path, validation)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    column = np.array([[row["x"]] for row in rows])
    model.fit(column[:300], targets[:300])
    expected = f1_threshold(model.predict_proba(column[300:])[:, 1], [t == "yes" for t in targets[300:]])
    assert preparation.notes["threshold"] == pytest.approx(expected, abs=1e-4)
    assert expected < 0.45
    assert all((r.answer == "yes") == (r.scores["yes"] >= expected) for r in replies)


def mixed(rng, n):
    labels = [("a", "b", "c")[i % 3] for i in range(n)]
    rows = [
        {
            "size": None if rng.random() < 0.2 else float(rng.normal() + 3 * (label == "a")),
            "price": "" if rng.random() < 0.2 else str(rng.integers(100)),
            "city": {"a": "Bonn", "b": "Kiel", "c": "Jena"}[label] if rng.random() < 0.7 else "Ulm",
            "note": f"the customer asked about {'pumps' if label == 'b' else 'seals'} again on day {rng.integers(900)}",
        }
        for label in labels
    ]
    return rows, labels


@pytest.mark.parametrize("name", BOTH)
def test_a_table_may_mix_numbers_categories_and_texts_with_empty_and_unseen_cells(name, tmp_path):
    rng = np.random.default_rng(0)
    rows, labels = mixed(rng, 300)
    preparation, replies = answered(made(name), Label(("a", "b", "c")), items(rows, labels), rows[:60], tmp_path)
    assert preparation.notes["columns"] == {"category": 1, "number": 2, "text": 1}
    assert np.mean([r.answer == label for r, label in zip(replies, labels[:60], strict=True)]) > 0.8
    assert all(sum(r.scores.values()) == pytest.approx(1, abs=1e-5) for r in replies)
    strange = {"size": "much", "price": None, "city": "Oslo", "note": None}
    _, replies = answered(made(name), Label(("a", "b", "c")), items(rows, labels), [strange, {}], tmp_path)
    assert {r.answer for r in replies} <= {"a", "b", "c"}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("text", [True, False])
def test_a_single_text_and_an_image_are_read_too(name, text, tmp_path):
    rng = np.random.default_rng(0)
    targets = [("cat", "dog")[i % 2] for i in range(120)]
    if text:
        inputs = [f"{'meow purr' if t == 'cat' else 'woof bark'} {rng.integers(99)}" for t in targets]
    else:
        inputs = [(rng.random((4, 4)) + (t == "cat")).tolist() for t in targets]
    _, replies = answered(made(name), Label(("cat", "dog")), items(inputs, targets), inputs[:20], tmp_path)
    assert [r.answer for r in replies] == targets[:20]


@pytest.mark.parametrize("name", BOTH)
def test_one_target_only_is_nothing_to_learn_from(name):
    view = TaskView("t", Label(("a", "b")), "?", items(["x", "y"], ["a", "a"]))
    assert "2 different targets" in made(name).unfit(view)


def test_a_file_that_would_start_a_program_is_not_read(tmp_path):
    class Start:
        def __reduce__(self):
            return print, ("started",)

    (tmp_path / "model.pickle").write_bytes(pickle.dumps((Start(), 0, 0)))
    view = TaskView("t", Label(("a", "b")), "?", items(["x", "y"], ["a", "b"]))
    with pytest.raises(pickle.UnpicklingError, match="print is no part of a model"):
        asyncio.run(made("linear").load(view, tmp_path, None))
