"""A job's summary and one comment on its pull request, updated in place."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import UnavailableError
from harness.publish.comment import comment
from harness.publish.rest import Comments
from harness.publish.source import Published

_MARKER = "<!-- approach-harness "
_RUN = re.compile(re.escape(_MARKER) + r"run=(\d+)\.(\d+)")
_LONGEST = 65_000
"""Characters; GitHub refuses a comment of more than 65,536."""
_LONGEST_SUMMARY = 1_000_000
"""Bytes; GitHub refuses a summary of more than 1 MiB."""


def publish(published: Published, environment: Mapping[str, str]) -> list[str]:
    """Writes the summary and the comment, and says what it did.

    A pull request of a fork has a token that may not comment: it gets the summary. So does a job without a token.

    Args:
        published: what there is.
        environment: of the job; see GitHub's documentation of default environment variables.
    """
    said = [_summarise(published, environment)]
    where = _where(environment)
    if isinstance(where, str):
        return [*said, where]
    try:
        return [*said, upsert(where.comments, fitted(published), where.run)]
    except UnavailableError as error:
        return [*said, f"no comment: {error} The job needs `permissions: pull-requests: write`."]


@dataclass(frozen=True)
class _Where:
    comments: Comments
    run: tuple[int, int]


def _summarise(published: Published, environment: Mapping[str, str]) -> str:
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        return "no summary: GITHUB_STEP_SUMMARY is not set."
    text = comment(published)
    if len(text.encode()) > _LONGEST_SUMMARY:
        text = comment(published, tables=False)
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text[:_LONGEST_SUMMARY])
    return "The job's summary was written."


def _where(environment: Mapping[str, str]) -> _Where | str:
    """Where to comment, or why not."""
    if not environment.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return "no comment: this job is not for a pull request."
    request = _table(_event(environment), "pull_request")
    number, repository = request.get("number"), environment.get("GITHUB_REPOSITORY", "")
    if not isinstance(number, int) or not repository:
        return "no comment: GITHUB_EVENT_PATH or GITHUB_REPOSITORY does not say which pull request."
    source = _table(_table(request, "head"), "repo").get("full_name")
    if source != repository:
        return f"no comment: the pull request comes from {source or 'a fork'}, whose jobs may not comment."
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN")
    if not token:
        return "no comment: no token. Give the step `env: GITHUB_TOKEN: ${{ github.token }}`."
    api = environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    given = [environment.get(name) or "0" for name in ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT")]
    if not all(number.isdecimal() for number in given):
        return f"no comment: GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT are numbers, found {' and '.join(map(repr, given))}."
    return _Where(Comments(api, repository, number, token), (int(given[0]), int(given[1])))


def _event(environment: Mapping[str, str]) -> dict[str, Any]:
    try:
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def _table(whole: Mapping[str, Any], key: str) -> dict[str, Any]:
    part = whole.get(key)
    return part if isinstance(part, dict) else {}


def fitted(published: Published) -> str:
    """The comment, without its tables where it would be too long, and cut where it still is."""
    for tables in (True, False):
        text = comment(published, tables=tables)
        if len(text) <= _LONGEST:
            return text
    end = text.rfind("\n- ", 0, _LONGEST)
    opened = text.count("<details>", 0, end) - text.count("</details>", 0, end)
    return text[:end] + "\n" + "\n</details>" * opened + "\n\nCut here: the job's summary has it all.\n"


def upsert(comments: Comments, text: str, run: tuple[int, int]) -> str:
    """Replaces the comment of an earlier run, or adds one.

    Two jobs that both find none both add one: each looks again, and all but the oldest are removed. A job does not
    replace what a later run has written.

    Args:
        comments: of the pull request.
        text: Markdown.
        run: number and attempt of the workflow's run.
    """
    body = f"{_MARKER}run={run[0]}.{run[1]} -->\n{text}"
    me = comments.me()
    marked = _marked(comments, me)
    if not marked:
        mine = comments.create(body)
        # An app's token cannot ask who it is: the new comment tells, and an earlier one of the app is then found.
        marked = _marked(comments, mine.author or me) or {mine.id: run}
        if min(marked) == mine.id:
            _remove_others(comments, marked)
            return "The comment was added."
    first = min(marked)
    _remove_others(comments, marked)
    if marked[first] > run:
        return "no comment: a later run has commented already."
    comments.update(first, body)
    return "The comment was updated."


def _marked(comments: Comments, me: str) -> dict[int, tuple[int, int]]:
    """Our comments by id, with the run that wrote each. Anybody can write the marker; only ours are ours to replace."""
    found = {c.id: _RUN.match(c.body) for c in comments.all() if c.author == me and c.body.startswith(_MARKER)}
    return {name: (int(m[1]), int(m[2])) if m else (0, 0) for name, m in found.items()}


def _remove_others(comments: Comments, marked: Mapping[int, tuple[int, int]]) -> None:
    for name in marked:
        if name != min(marked):
            comments.delete(name)
