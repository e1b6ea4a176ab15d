"""How often the test items were looked at: the settings that have been scored on them."""

from collections.abc import Collection, Sequence

import msgspec

from harness.project import Candidate
from harness.run.manifest import Manifest, read_manifest
from harness.run.store import Store


def settings_scored(store: Store, task: str, test_hash: str, *, not_of: Collection[str] = ()) -> int:
    """Different settings that were scored on these very test items.

    Seeds, learning curves and other training data make no other settings, an adapter that was edited does. New test
    items begin anew. Where records were deleted, it is the count that the manifests that are left hold of them.

    Args:
        store: of the project.
        task: its name.
        test_hash: `Task.test_hash`.
        not_of: candidates whose runs are not counted: those that stand elsewhere.
    """
    found = _manifests(store, task, test_hash)
    elsewhere = {_settings(m) for m in found if m.candidate in not_of}
    here = {_settings(m) for m in found if m.candidate not in not_of}
    return max(len(here), _counted(found) - len(elsewhere - here))


def scored_with(store: Store, task: str, test_hash: str, candidate: Candidate) -> int:
    """Different settings that will have been scored on these test items once this candidate is, for its manifest."""
    found = _manifests(store, task, test_hash)
    before = {_settings(m) for m in found}
    own = _encoded(candidate.adapter_name, candidate.source, candidate.settings)
    return max(len(before | {own}), _counted(found) + (own not in before))


def _manifests(store: Store, task: str, test_hash: str) -> list[Manifest]:
    """Those beside the records, which may have been deleted, and those that were committed, one of each candidate."""
    folder = store.results(task)
    paths = [*(folder / "records").glob("*/manifest.json"), *(folder / "manifests").glob("*.json")]
    return [found for path in paths if (found := read_manifest(path)) and found.test_hash == test_hash]


def _counted(found: Sequence[Manifest]) -> int:
    return max((manifest.settings_scored for manifest in found), default=0)


def _settings(manifest: Manifest) -> bytes:
    return _encoded(manifest.adapter, manifest.adapter_source, manifest.settings)


def _encoded(*settings: object) -> bytes:
    return msgspec.json.encode(settings, order="sorted")
