import re
import xml.etree.ElementTree as ET

pytest_plugins = ["pytester"]


def test_a_task_becomes_a_node_per_requirement_and_candidate_without_reading_data(run, project):
    (project.path / "tasks" / "colours" / "test.jsonl").unlink()
    result = run("--collect-only", "-q", "tasks/")
    result.stdout.fnmatch_lines(["tasks/colours/task.toml::good::accuracy >= 0.85"])
    assert result.ret == 0
    assert len([line for line in result.outlines if "::" in line]) == 4


def test_a_plain_pytest_runs_no_suite(run, project):
    project.makepyfile("def test_one(): pass")
    result = run()
    result.assert_outcomes(passed=1)


def test_met_passes_missed_fails_open_is_open_and_absent_is_skipped(run):
    result = run("--harness", "-v")
    result.stdout.fnmatch_lines(
        [
            "*::good::accuracy >= 0.85 PASSED*",
            "*::middling::accuracy >= 0.85 OPEN*",
            "*::bad::accuracy >= 0.85 FAILED*",
            "*::absent::accuracy >= 0.85 SKIPPED*",
        ]
    )
    result.stdout.fnmatch_lines(["*1 failed, 1 passed, 1 skipped, 1 open*"])
    assert result.ret == 1


def test_a_failure_shows_the_figure_its_interval_five_items_and_the_command_for_the_rest(run):
    result = run("tasks/", "-k", "bad")
    result.stdout.fnmatch_lines(
        [
            "bad on colours: accuracy 0.600 [[]0.531, 0.665[]] over 200 items, asked is >= 0.85: missed",
            "80 items are wrong, 5 of them:",
            "*expected*",
            "*got*",
            "All of them: harness wrong colours bad",
        ]
    )
    assert len([line for line in result.outlines if re.match(r"\s+input ", line)]) == 5


def test_what_is_open_fails_when_evidence_is_required(run):
    result = run("tasks/", "-k", "middling", "--require-evidence")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*cannot tell*"])


def test_what_cannot_run_fails_when_all_is_required_and_says_why(run):
    result = run("tasks/", "--candidates", "absent", "--require-all")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*absent cannot run here: there is no recording*absent.jsonl*"])


def test_candidates_are_chosen_by_option_keyword_and_mark(run):
    for args in (["--candidates", "good"], ["-k", "good"], ["-m", "harness(candidate='good')"]):
        run("tasks/", *args).assert_outcomes(passed=1, deselected=0 if "--candidates" in args else 3)


def test_an_unknown_candidate_is_refused_with_the_near_miss(run):
    result = run("tasks/", "--candidates", "goood")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*has no candidate 'goood'; did you mean 'good'?*"])


def test_only_the_last_failures_run_again(run, project):
    args = ["-p", "cacheprovider", "tasks/"]
    run(*args).assert_outcomes(passed=1, failed=1, skipped=1)
    run(*args, "--lf").assert_outcomes(failed=1)


def test_figures_are_properties_of_the_junit_report(run, project):
    run("tasks/", "--junitxml=report.xml", "-k", "good or middling")
    cases = ET.parse(project.path / "report.xml").getroot().iter("testcase")
    found = {p.get("name"): p.get("value") for case in cases for p in case.iter("property")}
    assert found["colours.good.accuracy.value"] == "0.99"
    assert found["colours.good.accuracy.state"] == "met"
    assert found["colours.middling.accuracy.state"] == "open"


def test_workers_share_one_run(run, project):
    result = run("-p", "xdist", "-n", "2", "tasks/", "-v")
    result.stdout.fnmatch_lines(["*1 failed, 1 passed, 1 skipped, 1 open*"])
    journals = list(project.path.glob("results/colours/records/*/records.jsonl"))
    assert len(journals) == 3
    assert all(len(j.read_text().splitlines()) == 200 for j in journals)


def test_a_second_session_asks_nothing_again(run, project):
    run("tasks/", "-k", "good")
    journal = next(project.path.glob("results/colours/records/good-*/records.jsonl"))
    before = journal.stat().st_mtime_ns
    run("tasks/", "-k", "good").assert_outcomes(passed=1, deselected=3)
    assert journal.stat().st_mtime_ns == before


def test_a_broken_candidate_fails_alone(run, project):
    with (project.path / "harness.toml").open("a") as file:
        file.write('[candidates.broken]\nadapter = "recorded"\nfiel = "x"\n')
    result = run("tasks/", "-v")
    result.stdout.fnmatch_lines(["*unknown key 'fiel'; did you mean 'file'?*", "*2 failed, 1 passed*"])


def test_a_task_file_that_is_not_toml_is_an_error_with_its_line(run, project):
    (project.path / "tasks" / "colours" / "task.toml").write_text("[task\n")
    result = run("tasks/")
    result.stdout.fnmatch_lines(["*task.toml: cannot be read as TOML*line 1*"])


def test_on_premise_and_latency_are_requirements_too(run, project):
    path = project.path / "tasks" / "colours" / "task.toml"
    path.write_text(path.read_text() + "on_premise = true\np95_latency_ms = { at_most = 500 }\n")
    result = run("tasks/", "--candidates", "good", "-v")
    result.stdout.fnmatch_lines(["*::good::on_premise PASSED*", "*::good::p95_latency_ms <= 500*"])


def test_a_candidate_that_is_no_table_is_a_clear_error(run, project):
    (project.path / "harness.toml").write_text('[candidates]\nrag = "x"\n')
    result = run("tasks/")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*[[]candidates.rag[]] must be a table, found 'x'*"])


def test_a_requirement_that_is_not_valid_is_a_test_that_says_so(run, project):
    path = project.path / "tasks" / "colours" / "task.toml"
    path.write_text(path.read_text().replace("accuracy = { at_least = 0.85 }", 'on_premise = "yes"'))
    result = run("tasks/", "--candidates", "good")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*on_premise*"])


def test_marks_choose_by_task_candidate_and_requirement(run):
    for mark in ("task='colours', candidate='good'", "candidate='good', requirement='accuracy'"):
        run("tasks/", "-m", f"harness({mark})").assert_outcomes(passed=1, deselected=3)
