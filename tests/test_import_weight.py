"""What loads when little is asked for. Held by sys.modules: a clock would tell another story each day."""

import subprocess
import sys

import pytest

HEAVY = {
    "anthropic", "datasets", "faiss", "openai", "pandas", "peft", "pyarrow", "ragas", "scipy", "sentence_transformers",
    "sklearn", "statsmodels", "torch", "transformers",
}  # fmt: skip


def loaded(code: str, *arguments: str) -> set[str]:
    """Top-level modules that are loaded in a new process after `code`."""
    script = f"import sys\n{code}\nprint('LOADED', *sorted(n.split('.')[0] for n in sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    lines = [line for line in ended.stdout.splitlines() if line.startswith("LOADED")]
    assert lines, ended.stderr
    return set(lines[-1].split()[1:])


def command(*arguments: str) -> set[str]:
    code = (
        f"sys.argv = ['harness', *{list(arguments)!r}]\nfrom harness.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    return loaded(code)


def test_importing_the_package_loads_next_to_nothing() -> None:
    found = loaded("import harness")
    assert not found & (HEAVY | {"numpy", "pydantic", "msgspec", "typer", "rich"})


def test_help_loads_no_heavy_library() -> None:
    assert not command("--help") & (HEAVY | {"numpy"})


@pytest.mark.parametrize("name", ["run", "leaderboard", "show", "list", "doctor"])
def test_help_of_a_command_loads_no_heavy_library(name: str) -> None:
    assert not command(name, "--help") & HEAVY


def test_listing_imports_no_adapter_dependency() -> None:
    assert not command("list") & HEAVY


def test_loading_every_adapter_imports_no_heavy_library() -> None:
    code = (
        "from harness.project import bundled, load_adapter_class\n"
        "for path in sorted((bundled() / 'adapters').glob('*.py')): load_adapter_class(path)"
    )
    assert not loaded(code) & HEAVY


def test_the_pytest_plugin_costs_a_foreign_project_nothing() -> None:
    assert not loaded("import harness.pytest_plugin") & (HEAVY | {"numpy", "pydantic", "msgspec", "typer", "rich"})


def test_a_run_loads_no_statistics_until_they_are_needed(tmp_path) -> None:
    task = tmp_path / "tasks" / "pets"
    task.mkdir(parents=True)
    (tmp_path / "harness.toml").write_text('[candidates.majority]\nadapter = "majority"\n')
    data = '[data]\ntrain = "t.csv"\ntest = "t.csv"\n'
    (task / "task.toml").write_text(f'[task]\nkind = "label"\ninstructions = "?"\n{data}')
    (task / "t.csv").write_text("text,target\nmeow,cat\nwoof,dog\n")
    code = f"from harness import open_project\nprint(open_project({str(tmp_path)!r}).run('pets'))"
    assert not loaded(code) & HEAVY
