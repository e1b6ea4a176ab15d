import subprocess
import sys

pytest_plugins = ["pytester"]

_HEAVY = ("numpy", "scipy", "sklearn", "torch", "transformers", "pydantic", "openai", "anthropic", "harness.project")


def test_nothing_is_registered_or_imported_where_there_is_no_project(pytester):
    pytester.makepyfile("""
        import sys

        def test_untouched(pytestconfig):
            assert not pytestconfig.pluginmanager.has_plugin("approach-harness")
            assert "harness.testing" not in sys.modules
            assert pytestconfig.getoption("harness_candidates", None) is None
    """)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_collecting_imports_nothing_heavy(project):
    code = (
        "import sys, pytest\n"
        "pytest.main(['-p', 'harness.pytest_plugin',"
        " '--collect-only', '-q', 'tasks/'])\n"
        f"print('LOADED', [m for m in {_HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project.path, capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout


def test_a_project_is_found_above_a_path_that_is_given(run, project):
    inner = project.mkdir("inner")
    result = project.run(
        sys.executable, "-m", "pytest", "-p", "harness.pytest_plugin", "--collect-only", "-q", "--rootdir", inner,
        project.path / "tasks" / "colours",
    )  # fmt: skip
    result.stdout.fnmatch_lines(["*task.toml::good::accuracy >= 0.85"])


def test_an_option_that_another_plugin_has_goes_by_another_name(run, project):
    project.makepyfile(
        other="""
        def pytest_addoption(parser):
            parser.addoption("--candidates", help="theirs")
    """
    )
    project.syspathinsert()
    result = run("-p", "other", "--harness-candidates", "good", "tasks/", "--collect-only", "-q")
    assert len([line for line in result.outlines if "::" in line]) == 1


def test_another_plugin_of_the_same_name_is_refused(run, project):
    project.makepyfile(
        other="""
        def pytest_configure(config):
            pass
        def pytest_addoption(parser, pluginmanager):
            pluginmanager.register(object(), "approach-harness")
    """
    )
    project.syspathinsert()
    result = run("-p", "other")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*another plugin is registered as 'approach-harness'*"])


def test_an_option_whose_both_names_are_taken_is_a_clear_error(run, project):
    project.makeconftest("""
        def pytest_addoption(parser):
            parser.addoption("--candidates", help="theirs")
            parser.addoption("--harness-candidates", help="theirs too")
    """)
    result = run("tasks/")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*has both --candidates and --harness-candidates*"])
