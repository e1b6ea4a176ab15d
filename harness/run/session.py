"""Runs of several candidates over a task, in one process that shares models, cache and limits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

from harness.errors import HarnessError, RunError, UnavailableError
from harness.models.patience import BuildEndedError, made
from harness.models.services import Services
from harness.project import Candidate
from harness.run.one import OneRun, Shared, run_key
from harness.run.options import Outcome
from harness.run.store import locked
from harness.run.together import run_together


class Session(Shared):
    """Every run of some candidates over a task."""

    @cached_property
    def ended(self) -> list[Outcome]:
        """The runs that came to their end, in the order in which they did; those that broke are not among them."""
        return []

    async def run(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Every candidate with each of its seeds; those that call APIs overlap, local ones take turns.

        Raises:
            HarnessError: something is wrong with a candidate. Where that shows before it is asked (in a recording),
                nothing is asked of any; else the others have come to their end before.
        """
        plan = [(c, s, self._unable(c, s)) for c in candidates for s in self._seeds(c)]
        options = self.options
        return await run_together(
            lambda services: [self._one(c, s, unable, services) for c, s, unable in plan],
            self.root,
            cache=options.cache,
            answers=not options.fresh,
            budget=options.budget,
            max_concurrency=options.max_concurrency,
        )

    def _seeds(self, candidate: Candidate) -> tuple[int, ...]:
        return candidate.seeds if self.options.seed is None else (self.options.seed,)

    def _unable(self, candidate: Candidate, seed: int) -> str | None:
        """Why a candidate cannot run here; raises where it cannot run anywhere."""
        with self._blamed(candidate):
            try:
                if reason := candidate.adapter.unfit(self.task.view(seed)):
                    return reason
                candidate.check(self.root)
            except UnavailableError as error:
                return str(error)
            candidate.adapter.check_items(self.root, self.task.test_ids, self.task.primary, seed)
            return None

    async def _one(self, candidate: Candidate, seed: int, unable: str | None, services: Services) -> Outcome:
        rule = self.options.rule(candidate.name, seed)
        try:
            if unable:
                return Outcome(candidate.name, seed, skipped=unable)
            with self._blamed(candidate):
                key = run_key(self.task, candidate, self.root, seed)
                folder = self.store.run(self.task.name, candidate.name, seed, key)
                with locked(folder, f"{candidate.name} on {self.task.name}", self.options.wait_for_lock_s):
                    run = OneRun(self, candidate, seed, key, folder, services.under(seed), rule)
                    self.ended.append(await run.go())
                    return self.ended[-1]
        except UnavailableError as error:
            return Outcome(candidate.name, seed, skipped=str(error))
        except BuildEndedError as ended:
            self.report(candidate.name, "not built", 0, 0, 0)
            return Outcome(candidate.name, seed, calls=made(ended.calls), stopped=str(ended))
        finally:
            rule.end()

    @contextmanager
    def _blamed(self, candidate: Candidate) -> Iterator[None]:
        """Says whose fault an error is."""
        try:
            yield
        except (UnavailableError, BuildEndedError):
            raise
        except HarnessError:
            self.report(candidate.name, "broken", 0, 0, 0)
            raise
        except Exception as error:
            self.report(candidate.name, "broken", 0, 0, 0)
            raise RunError(
                f"candidate {candidate.name} (adapter {candidate.adapter_name}) on task {self.task.name}: "
                f"{type(error).__name__}: {error}. Run with --debug for the traceback."
            ) from error
