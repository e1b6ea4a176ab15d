"""What the files of a first project say."""

import json

from harness.starter.data import SEED, TEST_SHARE, Examples

IGNORED = (".harness/", "results/**/records/", "results/**/*.lock")

_HARNESS = """\
# Approaches to compare, lightest first. `harness list` shows the adapters, `harness doctor` what is missing here.

[candidates.majority]
adapter = "majority"

[candidates.tfidf]
adapter = "tfidf"

[candidates.knn]
adapter = "knn"
embedder = "minilm"
k = {k}

{trained}
# Add what prompting can do with a model that you would deploy:
#
# [candidates.zero-shot]
# adapter = "prompting"
# model = "openai/gpt-5-mini"

[suites.quick]
tasks = ["{name}"]

[suites.full]
tasks = ["{name}"]
"""
_TRAINED = """\
[candidates.finetuned]
adapter = "finetuned"
"""
_TASK = """\
[task]
version = "1"
kind = "label"
instructions = "Which {target} does this text belong to?"
labels = [
{labels}
]

[data]
train = "train.jsonl"
test = "test.jsonl"
input = {input}
target = {target_name}

[metrics]
primary = "accuracy"
also = ["macro_f1"]

# What good enough means. Decide it before you look at the figures.
[requirement]
accuracy = {{ at_least = 0.90 }}
margin = 0.03

# How the answers will be used; drives the economics. Uncomment and state what you know.
# [use]
# calls_per_month = 10_000
# error_cost_usd = 1.0
"""
_TEST = '''\
"""What must hold of {name}. Run it with: pytest tests/test_{module}.py (the requirements: pytest tasks/)."""


def test_learning_from_the_examples_beats_the_most_frequent_answer(leaderboard):
    board = leaderboard("{name}")
    assert board.compare("tfidf", "majority").better()
'''
_CARD = """\
# {name}

Where the data comes from: `{source}`. Write here who labelled it, when, how, and what it cannot show.

- {n} examples of {labels} labels, column `{input}` to column `{target}`
- split by seed {seed}: {train} to learn from, {test} to test on ({share:.0%} of each label)
- left out: {empty} rows with an empty cell, {repeated} whose input stands there already ({contradicted} of those with \
another label)
- fewest examples: {fewest}
"""
_WORKFLOW = """\
name: harness
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
  pull-requests: write
jobs:
  quick:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - uses: actions/cache@v4
        with:
          path: |
            .harness
            results/**/records
            ~/.cache/huggingface
          key: harness-${{{{ github.run_id }}}}
          restore-keys: harness-
      - run: pip install "approach-harness[rag,train]"
      # 1 says that items failed: they are on the leaderboard and in the gate. Anything worse leaves nothing to show.
      - run: harness run --suite quick || [ $? -eq 1 ]
      - run: harness gate --baseline "origin/$BASE" --inconclusive pass
        if: github.event_name == 'pull_request'
        env:
          BASE: ${{{{ github.base_ref }}}}
      - run: harness publish --format github
        if: ${{{{ !cancelled() }}}}
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
      - uses: actions/upload-artifact@v4
        if: ${{{{ !cancelled() }}}}
        with:
          name: harness-quick-records
          path: |
            results
            .harness/gate.json
          include-hidden-files: true
          if-no-files-found: ignore
          retention-days: 14
"""


def harness_toml(name: str, examples: Examples, unavailable: str | None) -> str:
    """`harness.toml`; a fine-tuned candidate that cannot run here is commented out with the reason."""
    trained = _TRAINED
    if unavailable is not None:
        reason = " ".join(unavailable.split())
        trained = "".join(f"# {line}\n" for line in (reason, *_TRAINED.splitlines()))
    return _HARNESS.format(name=name, k=min(10, len(examples.train)), trained=trained)


def task_toml(examples: Examples) -> str:
    """`task.toml`."""
    labels = "\n".join(f"    {_quoted(label)}," for label in examples.labels)
    return _TASK.format(
        target=examples.target.replace('"', "'").replace("\\", ""),
        labels=labels,
        input=_quoted(examples.input),
        target_name=_quoted(examples.target),
    )


def test_file(name: str) -> str:
    """A test of the project's own."""
    return _TEST.format(name=name, module=name.replace("-", "_"))


def data_card(name: str, source: str, examples: Examples) -> str:
    """A stub of a data card, with what is known."""
    every = [item.target for item in (*examples.train, *examples.test)]
    fewest = min(examples.labels, key=every.count)
    return _CARD.format(
        name=name,
        source=source,
        n=len(every),
        labels=len(examples.labels),
        input=examples.input,
        target=examples.target,
        seed=SEED,
        train=len(examples.train),
        test=len(examples.test),
        share=TEST_SHARE,
        empty=examples.empty,
        repeated=examples.repeated,
        contradicted=examples.contradicted,
        fewest=f"{every.count(fewest)} of {fewest!r}",
    )


def workflow() -> str:
    """The workflow: the quick suite on every pull request."""
    return _WORKFLOW.format()


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
