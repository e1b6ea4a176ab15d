"""Bad input: one clear message with file, key or line, what was found and what to do; exit code 2; no traceback."""

# ruff: noqa: E501  (a table of inputs and messages reads best one per line)

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOY_OF_NUMBERS = """\
from harness.adapter import Adapter
from harness.types import Rung


class Numbers(Adapter):
    rung = Rung.BASELINE
    kinds = frozenset({"number"})

    async def load(self, task, folder, services):
        raise AssertionError
"""
ADAPTER = "from harness.adapter import Adapter\nfrom harness.types import Rung\n"
LOCAL = 'adapter = "prompting"\nmodel = "local/smollm2-135m-instruct"\n'


def refused(lab, *arguments: str, code: int = 2) -> str:
    """The message of a command that must end with `code`, without a traceback."""
    ended = lab.cli(*(arguments or ("run", "pets")))
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err + ended.out
    (message,) = [line for line in ended.err.splitlines() if line.startswith("error: ")] or [ended.err]
    return ended.err[ended.err.index(message) :]


def holds(message: str, *parts: str) -> None:
    for part in parts:
        assert part in message, message


def test_no_harness_toml_above(lab) -> None:
    (lab.root / "harness.toml").unlink()
    holds(refused(lab), f"there is no harness.toml in {lab.root} or above it", "Run `harness init`")


@pytest.mark.parametrize(
    ("toml", "parts"),
    [
        ('[candidates.x]\nadapter = "tfdif"', ["harness.toml: [candidates.x]: no adapter named 'tfdif'", "mean 'tfidf'"]),
        ('[candidates.x]\nadapter = "../tfidf"', ["no adapter named '../tfidf'"]),
        ('[candidates.x]\nadapter = "tfidf"\nngram = 2', ["[candidates.x]: unknown key 'ngram'; did you mean 'ngrams'?"]),
        ('[candidates.x]\nadapter = "tfidf"\nngrams = "two"', ["ngrams: found 'two'; expected a whole number"]),
        ('[candidates.x]\nadapter = "tfidf"\nngrams = 9', ["ngrams: found 9; expected less than or equal to 5"]),
        ('[candidates.x]\nadapter = "tfidf"\nC = nan', ["C: found nan; expected a finite number"]),
        ("[candidates.x]\nincumbent = true", ["[candidates.x]: the key 'adapter' is missing"]),
        ('[candidate.x]\nadapter = "tfidf"', ["unknown key 'candidate'; did you mean 'candidates'?"]),
        ("candidates = 3", ["candidates: found 3; expected a table"]),
        ("[candidates]\nx = 3", ["candidates.x: found 3; expected a table"]),
        ('[candidates."../x"]\nadapter = "tfidf"', ["candidates: a candidate's name is of letters", "found '../x'"]),
        ('[candidates."x\\n"]\nadapter = "tfidf"', ["a candidate's name is of letters"]),
        ('[candidates.x]\nadapter = "tfidf"\nrung = "traind"', ["rung: found 'traind'; expected 'baseline', 'prompting'"]),
        ('[candidates.x]\nadapter = "tfidf"\nseeds = []', ["seeds: different whole numbers from 0", "found []"]),
        ('[candidates.x]\nadapter = "tfidf"\nseeds = [1, 1]', ["found [1, 1]"]),
        ('[candidates.x]\nadapter = "tfidf"\nseeds = [-1]', ["found [-1]"]),
        ('[candidates.x]\nadapter = "tfidf"\nseeds = 3', ["seeds: found 3; expected a list"]),
        ('[candidates.x]\nadapter = "tfidf"\ntasks = ["pet"]', ["[candidates.x] tasks: no task named 'pet'", "mean 'pets'"]),
        (
            '[candidates.x]\nadapter = "tfidf"\nincumbent = true\n[candidates.y]\nadapter = "tfidf"\nincumbent = true',
            ["task 'pets' has several incumbents: x, y"],
        ),
        ('[candidates.x\nadapter = "tfidf"', ["harness.toml: not valid TOML", "at line 1"]),
        ('[candidates.x]\nadapter = "tfidf"\nadapter = "rules"', ["not valid TOML", "at line 3"]),
        ('[candidates.x]\nadapter = "tfidf"\n[candidates.x]\n', ["not valid TOML", "twice", "at line 3"]),
        ("", ["harness.toml has no candidate for task 'pets'. Add [candidates.NAME]"]),
        ('[candidates.x]\nadapter = "tfidf"\n[prices."a/b"]\ninpt = 1', ['[prices."a/b"]', "'inpt'; did you mean 'input'?"]),
        ('[candidates.x]\nadapter = "tfidf"\n[suites.s]\ntask = ["pets"]', ["the key 'suites.s.tasks' is missing", "mean 'tasks'?"]),
    ],
)  # fmt: skip
def test_a_harness_toml_that_does_not_say_something_valid(lab, toml: str, parts: list[str]) -> None:
    lab.write("harness.toml", toml + "\n")
    holds(refused(lab), *parts)
    assert not (lab.root / "results").exists()


def test_a_harness_toml_in_another_encoding(lab) -> None:
    lab.write("harness.toml", lab.toml.encode() + "# Größe".encode("latin-1"))
    holds(refused(lab), "harness.toml: not UTF-8 at byte", "Save the file as UTF-8")


@pytest.mark.parametrize("content", ["\ufeff{}", "{}"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(lab, content: str, ends: str) -> None:
    text = content.format(lab.toml).replace("\n", ends)
    lab.write("harness.toml", text)
    lab.write("tasks/pets/task.toml", content.format(lab.task).replace("\n", ends))
    assert lab.cli("doctor").code == 0
    assert lab.open().project.task("pets").name == "pets"


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("target =", "targt =", ["task.toml: unknown key 'data.targt'; did you mean 'target'?"]),
        ("[requirement]", "[requirments]", ["unknown key 'requirments'; did you mean 'requirement'?"]),
        ('kind = "label"', 'kind = "lable"', ["[task] kind: no kind named 'lable'; did you mean 'label'?"]),
        ('kind = "label"\n', "", ["the key 'task.kind' is missing"]),
        ("train.jsonl", "trian.jsonl", ["[data] train: there is no file", "did you mean 'train.jsonl'?"]),
        ("accuracy =", "acuracy =", ["[requirement]: no figure named 'acuracy'; did you mean 'accuracy'?"]),
        ("accuracy =", "p95_latency =", ["[requirement]: no figure named 'p95_latency'; did you mean 'p95_latency_ms'?"]),
        ("at_least", "atleast", ["[requirement] accuracy: unknown key 'atleast'; did you mean 'at_least'?"]),
        ("at_least = 0.5", "at_least = 0.5, at_most = 1", ["[requirement] accuracy: exactly one of at_least and at_most"]),
        ("at_least = 0.5", "at_least = 90", ["[requirement] accuracy: found 90; it runs from 0 to 1"]),
        ("at_least = 0.5", "at_least = nan", ["accuracy: at_least: found nan; expected a finite number"]),
        ("{ at_least = 0.5 }", "0.5", ["accuracy must be a table like { at_least = 0.9 }, found 0.5"]),
        ("[requirement]", "[requirement]\nmargin = 3", ["margin: found 3, more than the whole range of accuracy"]),
        ("[requirement]", "[requirement]\nmargin = nan", ["margin must be a number of at least 0, found nan"]),
        ("[requirement]", '[requirement]\non_premise = "yes"', ["on_premise must be true or false, found 'yes'"]),
        ("[requirement]", '[metrics]\nprimary = "acuracy"\n[requirement]', ["[metrics]: no metric", "mean 'accuracy'?"]),
        ('["cat", "dog"]', '["cat"]', ["needs at least 2"]),
        ('["cat", "dog"]', "[]", ["task.labels: none may be empty", "found []"]),
        ('["cat", "dog"]', '["cat", " "]', ["task.labels: none may be empty"]),
        ('["cat", "dog"]', '["cat", "cat", "dog"]', ["[task] labels has 'cat' more than once"]),
        ('["cat", "dog"]', '["cat", 3]', ["task.labels.1: found 3; expected a text in quotes"]),
        ("target =", 'encoding = "utf9"\ntarget =', ["unknown encoding 'utf9'"]),
        ("target =", 'input = "txt"\ntarget =', ["test.jsonl:1: no input 'txt'; did you mean 'text'?"]),
        ("target =", "input = []\ntarget =", ["data: input names no column"]),
        ("target =", 'group = "sender"\ntarget =', ["no cell 'sender' (group)"]),
        ("[requirement]", '[keywords]\ncaat = ["meow"]\n[requirement]', ["[keywords]: label 'caat' is not declared; did you"]),
        ("[requirement]", "x = ", ["task.toml: not valid TOML", "line"]),
        ('"test.jsonl"', '"."', ["[data] test:", "is a folder; name a file in it"]),
        ('"test.jsonl"', '"hf:owner/name:test"', ["[data] test: the dataset hf:owner/name:test cannot be read", "Offline"]),
    ],
)  # fmt: skip
def test_a_task_toml_that_does_not_say_something_valid(lab, old: str, new: str, parts: list[str]) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace(old, new, 1))
    holds(refused(lab), *parts)


LINE = '{"id": "x", "text": "hello", "label": "cat"}'


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ("{bad", ["test.jsonl:13: not valid JSON"]),
        ('{"id": "x", "text": "hello"}', ["test.jsonl:13: no target 'label'. There are: id, text."]),
        (LINE.replace("cat", "caat"), ["test.jsonl:13: label 'caat' is not declared; did you mean 'cat'?"]),
        (LINE.replace('"x"', '"test3"'), ["test.jsonl:13: the id 'test3' stands already at", "test.jsonl:4"]),
        (LINE.replace("hello", "Größe").encode("latin-1"), ["test.jsonl:13: not utf-8 (byte 0xf6)", '= "latin-1"']),
        (LINE.replace("hello", "\\ud800"), ["test.jsonl:13: not valid JSON"]),
        (LINE.replace('"hello"', "NaN"), ["test.jsonl:13: not valid JSON", "NaN and Infinity are no JSON"]),
    ],
)
def test_a_line_of_the_data_that_cannot_be_used(lab, more: str | bytes, parts: list[str]) -> None:
    lab.test(lab.rows(0, 12, "test"), more)
    holds(refused(lab), *parts)


def test_another_encoding_is_accepted_where_it_is_named(lab) -> None:
    lab.test(lab.rows(0, 12, "test"), LINE.replace("hello", "Größe").encode("latin-1"))
    lab.write("tasks/pets/task.toml", lab.task.replace("target =", 'encoding = "latin-1"\ntarget ='))
    assert lab.open().project.task("pets").test[-1].input == "Größe"


def test_an_empty_data_file(lab) -> None:
    lab.test([])
    holds(refused(lab), "task.toml: [data] test:", "test.jsonl holds no rows")


def test_a_task_folder_without_a_task_toml(lab) -> None:
    lab.write("tasks/empty/notes.txt", "x")
    holds(refused(lab, "run", "empty"), "tasks/empty: the folder holds no task.toml")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run", "pet"], ["no task named 'pet'; did you mean 'pets'?"]),
        (["run", "pets", "-c", "tfdif"], ["harness.toml: no candidate named 'tfdif'; did you mean 'tfidf'?"]),
        (["run", "pets", "-c", ","], ["--candidates names none, found ','"]),
        (["run", "pets", "--limit", "0"], ["--limit"]),
        (["run", "pets", "--limt", "3"], ["--limt", "--limit"]),
        (["rnu"], ["No such command 'rnu'", "run"]),
        (["leaderboard", "pets"], ["there are no records of task 'pets' yet. Run: harness run pets"]),
        (["leaderboard"], ["there are no records of task 'pets' yet"]),
        (["show", "pets", "tfidf", "test99"], ["task pets: no item named 'test99'; did you mean 'test9'?"]),
        (["show", "pets", "tfdif", "test1"], ["no candidate named 'tfdif'; did you mean 'tfidf'?"]),
        (["show", "pest", "tfidf", "test1"], ["no task named 'pest'; did you mean 'pets'?"]),
    ],
)
def test_a_command_that_names_what_is_not_there(lab, arguments: list[str], parts: list[str]) -> None:
    ended = lab.cli(*arguments)
    assert ended.code == 2
    holds(ended.err, *parts)
    assert "Traceback" not in ended.err


def test_a_candidate_whose_adapter_cannot_do_the_kind(lab) -> None:
    lab.write("adapters/numbers.py", TOY_OF_NUMBERS)
    lab.write("harness.toml", lab.toml + '[candidates.n]\nadapter = "numbers"\n')
    why = "its answers are of kind number, the task's of label"
    holds(refused(lab, "run", "pets", "-c", "n,tfidf"), f"harness.toml: [candidates.n]: cannot do task 'pets': {why}.")
    # Where all candidates are meant, it is skipped, and the leaderboard says why.
    assert lab.cli("run", "pets").code == 0
    assert f"- n: {why}" in (lab.root / "results/pets/leaderboard.md").read_text()


@pytest.mark.parametrize("settings", ['adapter = "knn"\n', 'adapter = "rag"\nmodel = "local/smollm2-135m-instruct"\n'])
def test_k_larger_than_what_can_be_retrieved(lab, settings: str) -> None:
    lab.write("harness.toml", f"[candidates.x]\n{settings}k = 50\n")
    holds(
        refused(lab, "run", "pets", "-c", "x"), "[candidates.x]", "k = 50 is more than the 20 training items; lower k"
    )


@pytest.mark.parametrize(
    ("model", "parts"),
    [
        ("local/no-such/model", ["x cannot run: the weights of 'local/no-such/model' are not on this machine"]),
        ("local/smollm2-135m-instruc", ["[candidates.x]", "did you mean 'smollm2-135m-instruct'?"]),
        ("gpt-5", ["[candidates.x]: model 'gpt-5' names no provider", "openai/gpt-5"]),
        ("opnai/gpt-5", ["[candidates.x]", "no provider named 'opnai'; did you mean 'openai'?"]),
        ("openai/gpt-5-mini", ["x cannot run: the environment variable OPENAI_API_KEY is not set."]),
    ],
)
def test_a_model_that_is_not_to_be_had(lab, model: str, parts: list[str]) -> None:
    lab.write("harness.toml", f'[candidates.x]\nadapter = "prompting"\nmodel = "{model}"\n')
    holds(refused(lab), *parts)


def test_what_cannot_run_is_skipped_beside_what_can_unless_all_are_required(lab) -> None:
    lab.write("harness.toml", lab.toml + '[candidates.x]\nadapter = "prompting"\nmodel = "openai/gpt-5-mini"\n')
    ended = lab.cli("run", "pets")
    assert ended.code == 0
    assert "not run: x: the environment variable OPENAI_API_KEY is not set." in ended.out
    holds(
        refused(lab, "run", "pets", "--require-all"),
        "x cannot run: the environment variable OPENAI_API_KEY is not set.",
    )


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "sk-very-secret-123456"',
        'api_key_env = "sk-very-secret-123456"',
        'base_url = "https://me:sk-very-secret-123456@example.org/v1"',
        'base_url = "https://example.org/v1?key=sk-very-secret-123456"',
    ],
)
def test_a_key_that_was_written_into_the_file_is_refused_and_not_repeated(lab, line: str) -> None:
    lab.write("harness.toml", f'[candidates.x]\nadapter = "prompting"\nmodel = "openai/gpt-5-mini"\n{line}\n')
    for arguments in (["run", "pets"], ["doctor"]):
        ended = lab.cli(*arguments)
        assert ended.code == 2
        assert "candidates.x" in ended.err + ended.out
        assert "very-secret" not in ended.err + ended.out
    assert not (lab.root / "results").exists()


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("raise RuntimeError('boom')", ["adapters/mine.py: raises on import: RuntimeError: boom", "--debug"]),
        ("def f(:", ["adapters/mine.py: raises on import: SyntaxError"]),
        ("import no_such_module", ["raises on import: ModuleNotFoundError: No module named 'no_such_module'"]),
        ("raise SystemExit(3)", ["raises on import: SystemExit: 3"]),
        ("x = 1", ["adapters/mine.py: a file in adapters/ defines exactly one subclass of Adapter; found none"]),
        (ADAPTER + "class A(Adapter): pass\nclass B(Adapter): pass", ["exactly one subclass of Adapter; found A, B"]),
        (ADAPTER + "class A(Adapter):\n    async def load(self, *_): pass", ["A does not say how far up the ladder"]),
        (ADAPTER + "class A(Adapter):\n    rung = Rung.RAG", ["A has no load()"]),
    ],
)
def test_an_adapter_file_that_is_none(lab, source: str, parts: list[str]) -> None:
    lab.write("adapters/mine.py", source)
    lab.write("harness.toml", '[candidates.x]\nadapter = "mine"\n')
    holds(refused(lab), *parts)


@pytest.mark.parametrize("arguments", [["--debug", "run", "pets"], ["run", "pets", "--debug"]])
def test_debug_shows_the_traceback_and_the_message(lab, arguments: list[str]) -> None:
    lab.write("adapters/mine.py", "raise RuntimeError('boom')")
    lab.write("harness.toml", '[candidates.x]\nadapter = "mine"\n')
    ended = lab.cli(*arguments)
    assert ended.code == 2
    holds(ended.err, "Traceback", "RuntimeError: boom", "adapters/mine.py", "error: ")


@pytest.mark.parametrize(("verb", "others"), [("async def build", 12), ("async def load", 12), ("def unfit", 0)])
def test_an_adapter_that_raises_ends_its_own_run_or_all_before_anything_is_asked(lab, verb: str, others: int) -> None:
    load = "" if "load" in verb else "    async def load(self, *_):\n        pass\n\n"
    raises = f"    {verb}(self, *_):\n        raise KeyError('oh')\n"
    lab.toy()
    lab.write("adapters/mine.py", f"{ADAPTER}\n\nclass Mine(Adapter):\n    rung = Rung.RAG\n\n{load}{raises}")
    lab.write("harness.toml", '[candidates.x]\nadapter = "mine"\n[candidates.toy]\nadapter = "toy"\n')
    holds(refused(lab), "candidate x (adapter mine) on task pets: KeyError: 'oh'. Run with --debug for the traceback.")
    assert len(lab.asked()) == others
    assert "Traceback" in lab.cli("run", "pets", "--debug").err


def test_a_candidate_that_breaks_leaves_the_others_their_leaderboard(lab) -> None:
    raises = (
        "    async def build(self, *_):\n        raise KeyError('oh')\n\n    async def load(self, *_):\n        pass\n"
    )
    lab.toy()
    lab.write("adapters/mine.py", f"{ADAPTER}\n\nclass Mine(Adapter):\n    rung = Rung.RAG\n\n{raises}")
    lab.write("harness.toml", '[candidates.x]\nadapter = "mine"\n[candidates.toy]\nadapter = "toy"\n')
    ended = lab.cli("run", "pets")
    assert ended.code == 2
    assert "12 test items" in ended.out
    assert (lab.root / "results/pets/leaderboard.md").is_file()
    assert ended.err.rstrip().endswith("Run with --debug for the traceback.")


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ('{ file = "none.txt" }', ["[candidates.x] system: cannot read", "none.txt: No such file"]),
        ('{ file = "../../x.txt" }', ["[candidates.x] system: '../../x.txt' leaves the project's folder"]),
        ('{ file = "tasks" }', ["system: cannot read", "Is a directory"]),
        ('{ file = "latin.txt" }', ["system:", "latin.txt is not UTF-8 at byte 2"]),
    ],
)
def test_a_setting_whose_file_cannot_be_read(lab, value: str, parts: list[str]) -> None:
    lab.write("latin.txt", "Größe".encode("latin-1"))
    lab.write("harness.toml", f"[candidates.x]\n{LOCAL}system = {value}\n")
    holds(refused(lab), *parts)


def test_a_folder_of_results_that_cannot_be_made(lab) -> None:
    lab.write("results", "a file")
    holds(refused(lab), "results")


def test_a_damaged_journal(lab) -> None:
    lab.toy()
    lab.run()
    (journal,) = lab.root.glob("results/pets/records/*/records.jsonl")
    journal.write_bytes(b"rubbish\n" + journal.read_bytes())
    holds(refused(lab), "records.jsonl: it is not as the run of toy left it", "--fresh")
    (journal.parent / "manifest.json").unlink()  # of a run that was killed there is none
    holds(refused(lab), "records.jsonl:1: the journal is damaged", "Move the file away")


def test_a_damaged_response_cache(lab) -> None:
    lab.write(".harness/responses.sqlite", "rubbish" * 1000)
    holds(refused(lab), "responses.sqlite", "--no-cache")


def test_a_new_process_ends_the_same_way(lab) -> None:
    lab.write("harness.toml", '[candidates.x]\nadapter = "tfdif"\n')
    ended = subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; main()", "run"],
        cwd=lab.root, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"error: {lab.root}/harness.toml: [candidates.x]: no adapter named 'tfdif'; did you mean 'tfidf'? "
        f"{ended.stderr.partition('? ')[2]}"
    )


def test_a_huge_line_is_read(lab) -> None:
    lab.test(lab.rows(0, 12, "test"), json.dumps({"id": "x", "text": "meow " * 400_000, "label": "cat"}))
    assert lab.cli("run", "pets", "-c", "majority").code == 0


def test_a_misspelt_second_task_is_named_before_the_first_is_run(lab) -> None:
    lab.toy()
    ended = lab.cli("run", "pets", "petz")
    assert ended.code == 2
    assert "petz" in ended.err
    assert lab.asked() == []


def test_whether_to_retry_is_yes_or_no(lab) -> None:
    lab.toy()
    assert lab.cli("run", "pets", "-c", "toy", "--retry-failed", "no").code == 0
    ended = lab.cli("run", "pets", "--retry-failed", "perhaps")
    assert (ended.code, "--retry-failed is yes or no, found 'perhaps'" in ended.err) == (2, True)
