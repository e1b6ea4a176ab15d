"""`harness list` and `harness doctor`."""

from harness.cli.console import output


def list_all() -> None:
    """List tasks, candidates and adapters; loads no model and no data. A broken task is named, and the exit code 2."""
    from rich.markup import escape
    from rich.table import Table

    from harness.errors import ConfigError
    from harness.project import find_project
    from harness.task import read_task_file

    project = find_project()
    tasks = Table("task", "kind", "description", title="Tasks", title_justify="left", header_style="bold")
    broken: list[str] = []
    for name in project.task_folders:
        own = "" if name in project.own_tasks else " (built in)"
        try:
            file = read_task_file(project.task_folders[name])
        except ConfigError as error:
            tasks.add_row(name + own, "?", "[red]broken, see below[/]")
            broken.append(str(error))
            continue
        text = file.task.description or file.task.instructions
        tasks.add_row(name + own, file.task.kind, escape(" ".join(text.split())[:90]))
    candidates = Table(
        "candidate", "adapter", "settings", title="Candidates", title_justify="left", header_style="bold"
    )
    for name, table in project.file.candidates.items():
        settings = ", ".join(f"{k} = {v!r}" for k, v in table.items() if k != "adapter")
        candidates.add_row(name, str(table.get("adapter", "?")), escape(settings[:90]))
    adapters = Table("adapter", "what it does", title="Adapters", title_justify="left", header_style="bold")
    for name in sorted(project.adapter_files):
        adapters.add_row(name, escape(project.describe_adapter(name)))
    for table_ in (tasks, candidates, adapters):
        output().print(table_)
    if broken:
        raise ConfigError("\n".join(broken))


def doctor() -> None:
    """Say which candidates can run here, and what each that cannot is missing."""
    from rich.markup import escape

    from harness.errors import HarnessError, UnavailableError
    from harness.project import find_project

    project = find_project()
    broken: HarnessError | None = None
    for name in project.file.candidates:
        try:
            project.candidate(name).check(project.root)
            output().print(f"[green]ready  [/] {name}")
        except UnavailableError as error:
            output().print(f"[yellow]missing[/] {name}: {escape(str(error))}", soft_wrap=True)
        except HarnessError as error:
            output().print(f"[red]broken [/] {name}: {escape(str(error))}", soft_wrap=True)
            broken = error
    if broken:
        raise SystemExit(2)
