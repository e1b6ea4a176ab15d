"""The judges of a task: which makes which judgements, what keeps them from working, and what their key is."""

from pathlib import Path
from typing import Any

from harness.errors import RunError
from harness.judge.judge import Judge
from harness.judge.ragas_judge import RagasJudge, load_ragas, version
from harness.judge.rubric import RubricJudge, rubric_key
from harness.judge.similarity import SimilarityJudge
from harness.metrics.judged import GRADE, NEED_EMBEDDER, SIMILARITY, VERDICT
from harness.models.caller import Caller
from harness.models.services import Services, check_embedder, check_model
from harness.run.store import RunFolder
from harness.task import Task
from harness.task.judging import Judging
from harness.types import content_hash

_BY_RUBRIC = (VERDICT, GRADE)


def judging_of(task: Task) -> Judging:
    """The task's judge.

    Raises:
        RunError: it has none.
    """
    if task.judge is None:
        raise RunError(f'{task.folder / "task.toml"} names no judge: add [judge] with model = "provider/model".')
    return task.judge


def check_judge(task: Task, sources: list[str], root: Path) -> None:
    """Says what keeps the judge from working here: a key, weights, ragas.

    Raises:
        UnavailableError: something that this machine lacks.
    """
    judging = judging_of(task)
    if set(sources) - {SIMILARITY}:
        check_model(judging.table.model, root, judging.endpoint)
    if set(sources) - {*_BY_RUBRIC, SIMILARITY}:
        load_ragas()
    if set(sources) & NEED_EMBEDDER:
        check_embedder(judging.table.embedder, root, judging.embedder_endpoint)


def make_judge(task: Task, source: str, services: Services) -> Judge:
    """What makes the judgements of a source."""
    judging = judging_of(task)
    wanted = source in NEED_EMBEDDER
    embedder = services.embedder(judging.table.embedder, judging.embedder_endpoint) if wanted else None
    if source == SIMILARITY and embedder:
        return SimilarityJudge(embedder)
    caller = _caller(judging, services)
    if source in _BY_RUBRIC:
        return RubricJudge(source, task.instructions, judging.rubric, judging.table, caller)
    return RagasJudge(source, judging.table, caller, embedder)


def judge_key(task: Task, source: str, root: Path) -> str:
    """Changes with whatever could change a judgement; what is judged is keyed item by item."""
    judging, services = judging_of(task), Services(root)
    table = judging.table
    if source == SIMILARITY:
        return content_hash(source, services.embedder(table.embedder, judging.embedder_endpoint).key())
    parts: list[Any] = [source, _caller(judging, services).model.key(), table.temperature, table.max_tokens]
    parts.append(table.repeats)
    if source in _BY_RUBRIC:
        return content_hash(*parts, rubric_key(source, task.instructions, judging.rubric))
    if source in NEED_EMBEDDER:
        parts.append(services.embedder(table.embedder, judging.embedder_endpoint).key())
    return content_hash(*parts, version())


def judge_leaves_machine(task: Task, root: Path) -> bool:
    """Whether the judge is shown the answers on another machine."""
    return _caller(judging_of(task), Services(root)).model.leaves_machine


def judgements_folder(run: Path, source: str, key: str) -> RunFolder:
    """Where the judgements of a run are kept: beside its records."""
    return RunFolder(run / "judgements" / f"{source}-{key}")


def _caller(judging: Judging, services: Services) -> Caller:
    table = judging.table
    return services.model(
        table.model,
        judging.endpoint,
        structured=table.structured,
        requests_per_minute=table.requests_per_minute,
        tokens_per_minute=table.tokens_per_minute,
    )
