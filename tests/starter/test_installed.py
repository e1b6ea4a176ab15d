"""The built wheel, in a project that lives outside of this repository: init, suites, a test of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TEXTS = {"sport": "match goal team win", "weather": "rain sun wind cloud"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with nothing but the installed wheel."""
    made = tmp_path_factory.mktemp("wheel")
    _call([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", made, ROOT], made)
    (wheel,) = made.glob("*.whl")
    target = made / "site"
    _call(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", target, wheel], made
    )
    return target


def _call(command, folder, site=None):
    environment = os.environ | {"PYTHONPATH": str(site or ""), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_project_is_started_run_and_tested_with_the_wheel_alone(site, tmp_path):
    rows = "".join(f"{_TEXTS[y]} number {i},{y}\n" for i in range(30) for y in _TEXTS)
    (tmp_path / "data.csv").write_text("text,label\n" + rows)
    where = _call([sys.executable, "-c", "import harness; print(harness.__file__)"], tmp_path, site)
    assert where.startswith(str(site))
    # What has no weights, so that the test does not depend on them.
    start = (
        "from pathlib import Path; from harness.starter import make; make._untrainable = lambda root: 'not here';"
        "make.make_project(Path('.'), Path('data.csv'))"
    )
    _call([sys.executable, "-c", start], tmp_path, site)
    run = "import sys; sys.argv = ['harness', 'run', '-c', 'majority,tfidf']; from harness.cli import main; main()"
    assert "tfidf" in _call([sys.executable, "-c", run], tmp_path, site)
    pytest_ = [sys.executable, "-m", "pytest", "--candidates", "majority,tfidf", "-p", "no:cacheprovider", "-q"]
    assert "1 passed" in _call([*pytest_, "tests/"], tmp_path, site)
    listed = _call([*pytest_, "--collect-only", "tasks/"], tmp_path, site)
    assert "tasks/data/task.toml::tfidf::accuracy >= 0.9" in listed
