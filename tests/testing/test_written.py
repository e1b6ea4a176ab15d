import pytest

pytest_plugins = ["pytester"]


def test_a_figure_is_true_where_met_and_prints_its_interval_where_not(run, project):
    project.makepyfile("""
        def test_met(leaderboard):
            board = leaderboard("colours")
            assert board["good"].accuracy >= 0.90
            assert 0.90 <= board["good"].accuracy
            assert board["good"].accuracy.value == 0.99
            assert board["bad"].accuracy <= 0.70
            assert board["good"].failed == 0

        def test_open(leaderboard):
            assert leaderboard("colours")["middling"].accuracy >= 0.85

        def test_missed(leaderboard):
            assert leaderboard("colours")["bad"]["accuracy"] >= 0.85
    """)
    result = run("-v")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*assert <middling accuracy 0.880 [[]0.828, 0.918[]], 200 items> >= 0.85*",
            "*cannot tell: the one-sided 95 % lower bound is 0.835, asked is >= 0.85*",
            "*missed: the one-sided 95 % lower bound*",
        ]
    )


def test_a_figure_refuses_what_would_pass_by_accident(run, project):
    project.makepyfile("""
        import pytest

        def test_refused(leaderboard):
            board = leaderboard("colours")
            for wrong in (
                lambda: bool(board["good"].accuracy),
                lambda: board["good"].accuracy == 0.99,
                lambda: board["good"].accuracy > board["bad"].accuracy,
            ):
                with pytest.raises(TypeError):
                    wrong()
    """)
    run().assert_outcomes(passed=1)


def test_candidates_are_compared_on_the_same_items(run, project):
    project.makepyfile("""
        def test_paired(leaderboard):
            board = leaderboard("colours")
            difference = board.compare("good", "bad")
            assert round(difference.value, 3) == 0.39
            assert difference.better(margin=0.3) and not difference.better(margin=0.38)
            assert board.compare("bad", "good").worse(margin=0.03)
            assert not board.compare("good", "bad").worse(margin=0.03)
            assert board.compare("good", "middling").no_worse(margin=0.03)

        def test_shown(leaderboard):
            assert not leaderboard("colours").compare("bad", "good").worse(margin=0.03)
    """)
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*<bad - good in accuracy: -0.390 [[]-0.45*200 items>*"])


def test_a_candidate_that_cannot_run_skips_the_test_or_fails_it(run, project):
    project.makepyfile("""
        def test_absent(leaderboard):
            assert leaderboard("colours")["absent"].accuracy >= 0.1
    """)
    run("-rs").stdout.fnmatch_lines(["*SKIPPED*absent cannot run here: there is no recording*"])
    run("--require-all").assert_outcomes(failed=1)


def test_an_unknown_task_fails_with_the_near_miss_and_no_traceback(run, project):
    project.makepyfile("""
        def test_unknown(leaderboard):
            leaderboard("colour")
    """)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no task named 'colour'; did you mean 'colours'?*"])


def test_a_test_per_item_gets_the_item_and_what_came_of_it(run, project):
    project.makepyfile("""
        import pytest

        @pytest.mark.harness(task="colours", candidate="bad", samples=20)
        def test_item(harness_item):
            assert harness_item.answer == harness_item.target
            assert harness_item.right
    """)
    result = run("-v")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] + outcomes["failed"] == 20
    assert outcomes["failed"] > 2
    result.stdout.fnmatch_lines(["*::test_item[[]i*[]] *"])


def _flaky(project):
    adapters = project.mkdir("adapters")
    (adapters / "flaky.py").write_text('''
from harness.adapter import Adapter, Batched
from harness.types import Reply, Rung

class Flaky(Adapter):
    """Right under all seeds but seed 1."""
    rung = Rung.BASELINE
    async def build(self, task, folder, seed, services):
        (folder / "seed").write_text(str(seed))
        return await super().build(task, folder, seed, services)
    async def load(self, task, folder, services):
        return Guess((folder / "seed").read_text() == "1", task.kind.choices)

class Guess(Batched):
    def __init__(self, wrong, labels):
        self.wrong, self.labels = wrong, labels
    def answers(self, queries):
        return [Reply(answer=self.labels[(int(q.id[1:]) + self.wrong) % 2]) for q in queries]
''')
    with (project.path / "harness.toml").open("a") as file:
        file.write('[candidates.flaky]\nadapter = "flaky"\n')


def test_a_flaky_model_may_fail_as_often_as_the_mark_allows(run, project):
    _flaky(project)
    project.makepyfile("""
        import pytest

        @pytest.mark.harness(task="colours", candidate="flaky", samples=3, repeats=5, must_pass=4)
        def test_lenient(harness_item):
            assert harness_item.right

        @pytest.mark.harness(task="colours", candidate="flaky", samples=3, repeats=5)
        def test_strict(harness_item):
            assert harness_item.right
    """)
    result = run()
    result.assert_outcomes(passed=3, failed=3)
    result.stdout.fnmatch_lines(["*4 of 5 repeats passed, 5 must*"])
    assert not (project.path / "results").exists(), "repeats are no seeds of the candidate on a leaderboard"


def test_what_fails_in_a_repeat_counts_as_one_failure_however_it_fails(run, project):
    _flaky(project)
    project.makepyfile("""
        import pytest

        lenient = pytest.mark.harness(task="colours", candidate="flaky", samples=2, repeats=5, must_pass=4)

        @lenient
        def test_fail(harness_item):
            if not harness_item.right:
                pytest.fail("wrong")

        @lenient
        def test_raises(harness_item):
            with pytest.raises(ZeroDivisionError):
                1 / (0 if harness_item.right else 1)
    """)
    run().assert_outcomes(passed=4)


def test_an_async_test_with_repeats_fails_instead_of_passing_unawaited(run, project):
    _flaky(project)
    project.makepyfile("""
        import pytest

        @pytest.mark.harness(task="colours", candidate="flaky", samples=1, repeats=3)
        async def test_item(harness_item):
            assert False
    """)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*an async one is not repeated*"])


_NUMBERS = "samples and repeats are whole numbers from 1, must_pass is 1 to repeats; found"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("samples=0", _NUMBERS),
        ("samples='3'", _NUMBERS),
        ("repeats=2.5", _NUMBERS),
        ("repeats=True", _NUMBERS),
        ("repeats=3, must_pass=4", _NUMBERS),
        ("sample=3", "unknown argument 'sample'; did you mean 'samples'[?]"),
    ],
)
def test_a_marker_with_an_impossible_or_unknown_argument_is_refused_and_not_skipped(run, project, arguments, message):
    project.makepyfile(f"""
        import pytest

        @pytest.mark.harness(task="colours", candidate="good", {arguments})
        def test_item(harness_item):
            pass
    """)
    result = run()
    result.stdout.fnmatch_lines([f"*{message}*"])
    assert result.ret != 0


def test_a_single_candidate_may_be_named_without_a_list(run, project):
    project.makepyfile("""
        def test_one(leaderboard):
            assert leaderboard("colours", candidates="good")["good"].accuracy >= 0.9
    """)
    run().assert_outcomes(passed=1)


def test_the_verdict_is_of_the_candidates_that_were_asked_for(run, project):
    project.makepyfile("""
        def test_choice(verdict):
            assert verdict("colours").choice != "good"
    """)
    run()  # so that there are records of all
    run("--candidates", "bad,middling").assert_outcomes(passed=1)


def test_figures_that_a_test_looked_at_are_in_its_junit_report(run, project):
    project.makepyfile("""
        def test_met(leaderboard):
            assert leaderboard("colours")["good"].accuracy >= 0.90
    """)
    run("--junitxml=report.xml")
    assert 'name="colours.good.accuracy" value="&lt;good accuracy 0.990' in (project.path / "report.xml").read_text()


def test_a_board_works_inside_a_running_event_loop(run, project):
    project.makepyfile("""
        import asyncio

        def test_loop(leaderboard):
            async def inside():
                return leaderboard("colours")["good"].accuracy >= 0.9
            assert asyncio.run(inside())
    """)
    run().assert_outcomes(passed=1)


def test_the_verdict_can_be_held_to(run, project):
    path = project.path / "harness.toml"
    path.write_text(path.read_text().replace('file = "good.jsonl"', 'file = "good.jsonl"\nrung = "rag"'))
    project.makepyfile("""
        def test_choice(verdict):
            found = verdict("colours")
            assert found.choice == "good"
            assert found.answer == "undecided"
    """)
    result = run("--junitxml=report.xml")
    result.assert_outcomes(passed=1)
    assert 'name="colours.verdict" value="undecided: good"' in (project.path / "report.xml").read_text()
