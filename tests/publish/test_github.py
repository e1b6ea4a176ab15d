import threading

import pytest

from harness.publish.github import fitted, publish


def test_the_summary_is_written_and_a_comment_added_then_updated_in_place(
    published, make_change, github, job, tmp_path
):
    github.add("a person's comment")
    first = publish(published(changes=[make_change("bot0")]), job(run=5))
    again = publish(published(changes=[make_change("bot1")]), job(run=6))
    assert first[-1] == "The comment was added."
    assert again[-1] == "The comment was updated."
    assert len(github.comments) == 2
    assert github.comments[2].startswith("<!-- approach-harness run=6.1 -->\n")
    assert "**bot1**" in github.comments[2]
    assert "## Blocked" in (tmp_path / "summary.md").read_text()
    assert github.tokens == {"Bearer secret-token"}


def test_the_comment_is_found_behind_a_hundred_others(published, make_change, github, job):
    for i in range(150):
        github.add(f"comment {i}")
    publish(published(changes=[make_change("bot0")]), job())
    publish(published(changes=[make_change("bot0")]), job())
    assert len(github.comments) == 151


def test_an_earlier_run_does_not_replace_what_a_later_one_wrote(published, make_change, github, job):
    publish(published(changes=[make_change("bot0")]), job(run=9))
    said = publish(published(changes=[make_change("bot1")]), job(run=8))
    assert "later run" in said[-1]
    assert "**bot0**" in github.comments[1]


def test_only_comments_of_the_tokens_own_login_are_replaced_or_removed(published, make_change, github, job):
    stranger = github.add("<!-- approach-harness run=999999999999.1 -->\nlooks fine", author="mallory")
    quoted = github.add("<!-- approach-harness run=1.1 -->\nwhat does this mean?", author="octocat")
    for run in (5, 6):
        publish(published(changes=[make_change("bot0")]), job(run=run))
    assert len(github.comments) == 3
    assert github.comments[stranger].endswith("looks fine")
    assert github.comments[quoted].endswith("what does this mean?")
    assert github.comments[3].startswith("<!-- approach-harness run=6.1 -->")


@pytest.mark.parametrize("told", [True, False])
def test_a_token_of_an_app_updates_its_own_comment_also_where_it_may_not_ask_who_it_is(
    published, make_change, github, job, told
):
    github.user, github.told = "our-app[bot]", told
    for run in (5, 6):
        publish(published(changes=[make_change("bot0")]), job(run=run))
    ((name, text),) = github.comments.items()
    assert text.startswith("<!-- approach-harness run=6.1 -->")
    assert github.authors[name] == "our-app[bot]"


@pytest.mark.parametrize(
    ("event", "environment", "why"),
    [
        ("{", {}, "does not say which pull request"),
        ('{"pull_request": [7]}', {}, "does not say which pull request"),
        ('{"pull_request": {"number": "x", "head": 3}}', {}, "does not say which pull request"),
        (None, {"GITHUB_RUN_ID": "abc"}, "are numbers, found 'abc' and '1'"),
    ],
)
def test_a_damaged_event_or_run_number_is_said_and_no_comment_made(
    published, make_change, github, job, tmp_path, event, environment, why
):
    given = job(**environment)
    if event is not None:
        (tmp_path / "event.json").write_text(event)
    assert why in publish(published(changes=[make_change("bot0")]), given)[-1]
    assert github.calls == []


def test_two_jobs_that_comment_at_once_leave_one_comment(published, make_change, github, job):
    barrier, seen = threading.Barrier(2), threading.local()

    def both_look_before_either_adds(method):
        if method == "POST" and not getattr(seen, "done", False):
            seen.done = True
            barrier.wait(timeout=10)

    github.before_answer = both_look_before_either_adds
    jobs = [
        threading.Thread(target=publish, args=(published(changes=[make_change(f"bot{i}")]), job(run=5)))
        for i in range(2)
    ]
    for one in jobs:
        one.start()
    for one in jobs:
        one.join()
    assert len(github.comments) == 1


def test_a_fork_gets_a_summary_and_no_call_is_made(published, make_change, github, job, tmp_path):
    said = publish(published(changes=[make_change("bot0")]), job(source="someone/r"))
    assert "someone/r, whose jobs may not comment" in said[-1]
    assert github.calls == []
    assert (tmp_path / "summary.md").read_text()


def test_no_token_says_what_the_step_needs(published, make_change, github, job):
    said = publish(published(changes=[make_change("bot0")]), job(GITHUB_TOKEN=""))
    assert "no token" in said[-1]
    assert github.calls == []


def test_a_token_that_may_not_comment_is_told_and_kept_secret(published, make_change, github, job):
    github.refuse = [403]
    said = publish(published(changes=[make_change("bot0")]), job())
    assert "403" in said[-1]
    assert "pull-requests: write" in said[-1]
    assert "secret-token" not in " ".join(said)


def test_a_server_error_is_tried_again(published, make_change, github, job, monkeypatch):
    monkeypatch.setattr("harness.publish.rest._PAUSE_S", 0.0)
    github.refuse = [502, 503]
    assert publish(published(changes=[make_change("bot0")]), job())[-1] == "The comment was added."


def test_a_github_that_cannot_be_reached_does_not_fail_the_job(published, make_change, job, monkeypatch):
    monkeypatch.setattr("harness.publish.rest._PAUSE_S", 0.0)
    said = publish(published(changes=[make_change("bot0")]), job(GITHUB_API_URL="http://127.0.0.1:9"))
    assert "cannot be reached" in said[-1]


def test_outside_of_a_job_it_says_why_nothing_happens(published):
    assert publish(published(), {}) == [
        "no summary: GITHUB_STEP_SUMMARY is not set.",
        "no comment: this job is not for a pull request.",
    ]


def test_a_comment_stays_under_githubs_limit_with_every_fold_closed(published, make_change):
    text = fitted(published(rows=9, changes=[make_change(f"bot{i}") for i in range(1200)]))
    assert len(text) <= 65_200
    assert text.count("<details>") == text.count("</details>")
    assert "Cut here" in text
