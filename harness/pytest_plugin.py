"""The pytest plugin: eval suites as tests. It does nothing where no `harness.toml` is found.

What it registers where there is one stands in `harness.testing`; importing this module costs next to nothing.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = pytest.StashKey[Path]()
_NAME = "approach-harness"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Iterator[None]:
    """Adds the options where a project is found; elsewhere they would only be in other plugins' way.

    They come after those of all plugins and conftest files, so that a name that is taken is seen and not taken.
    """
    yield
    root = _project_root(early_config)
    if root is not None:
        from harness.testing.options import add_options

        early_config.stash[_ROOT] = root
        add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the plugin's one object where a project is found."""
    root = config.stash.get(_ROOT, None)
    if root is None:
        return
    from harness.testing.plugin import HarnessPlugin

    if config.pluginmanager.has_plugin(_NAME):
        raise pytest.UsageError(
            f"another plugin is registered as {_NAME!r}. Disable one of the two: -p no:{_NAME} or -p no:harness."
        )
    config.pluginmanager.register(HarnessPlugin(config, root), _NAME)


def _project_root(config: pytest.Config) -> Path | None:
    """Folder of the `harness.toml` above where pytest was called, or above a path that it was given."""
    for start in _starts(config):
        for folder in (start, *start.parents):
            if (folder / "harness.toml").is_file():
                return folder
    return None


def _starts(config: pytest.Config) -> Iterator[Path]:
    here = config.invocation_params.dir
    yield here.resolve()
    for arg in config.invocation_params.args:
        # `--rootdir=PATH`, `-cPATH` aside, a path stands alone: `tasks/x/task.toml::rag`.
        text = str(arg).partition("::")[0]
        text = text.partition("=")[2] if text.startswith("-") else text
        path = here / text
        if text and path.exists():
            yield path.resolve()
