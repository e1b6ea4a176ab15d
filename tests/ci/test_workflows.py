"""The action and the workflows hold GitHub's published schemas, and give no more than is needed."""

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from harness.starter import texts

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _yaml(text):
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text)))


def _schema(name):
    return json.loads((files("check_jsonschema") / "builtin_schemas" / "vendor" / name).read_text())


def _every():
    return [*((path.name, path.read_text()) for path in WORKFLOWS), ("init's", texts.workflow())]


def test_this_repository_has_a_quick_and_a_full_workflow():
    assert {"quick.yml", "full.yml"} <= {path.name for path in WORKFLOWS}


@pytest.mark.parametrize(("name", "text"), _every(), ids=lambda value: value[:12])
def test_workflows_are_valid(name, text):
    jsonschema.validate(_yaml(text), _schema("github-workflows.json"))


def test_the_action_is_valid():
    jsonschema.validate(_yaml((ROOT / "action.yml").read_text()), _schema("github-actions.json"))


@pytest.mark.parametrize(("name", "text"), _every(), ids=lambda value: value[:12])
def test_workflows_run_no_foreign_code_with_rights_and_ask_for_little(name, text):
    workflow = _yaml(text)
    assert "pull_request_target" not in text
    assert "workflow_run" not in text
    assert workflow["permissions"]["contents"] == "read"
    assert set(workflow["permissions"]) <= {"contents", "pull-requests"}


def test_nothing_that_a_person_can_name_is_pasted_into_a_script():
    texts_ = [(ROOT / "action.yml").read_text(), *(text for _, text in _every())]
    steps = [step for text in texts_ for step in _steps(_yaml(text))]
    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_only_the_step_that_runs_the_suite_sees_keys():
    steps = _steps(_yaml((ROOT / "action.yml").read_text()))
    seen = [step["name"] for step in steps if re.search("api-key", json.dumps(step))]
    assert seen == ["Run the suite"]


def test_every_harness_command_of_the_scripts_is_there():
    from typer.main import get_command

    from harness.cli.main import app

    commands = get_command(app).commands
    scripts = (ROOT / "action.yml").read_text() + texts.workflow()
    for command, flags in re.findall(r"^\s*(?:- run: |run: )?harness (\w+)(.*)$", scripts, flags=re.MULTILINE):
        known = {name for parameter in commands[command].params for name in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", flags)) <= known


def _steps(document):
    if "runs" in document:
        return document["runs"]["steps"]
    return [step for job in document["jobs"].values() for step in job["steps"]]
