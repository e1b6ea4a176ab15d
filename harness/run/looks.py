"""How often the test items were looked at: the settings that have been scored on them."""

from collections.abc import Collection

import msgspec

from harness.run.manifest import Manifest, read_manifest
from harness.run.store import Store


def settings_scored(store: Store, task: str, test_hash: str, *, not_of: Collection[str] = ()) -> int:
    """Different settings of which the store has records on these very test items.

    Seeds, learning curves and other training data make no other settings, an adapter that was edited does. New test
    items begin anew.

    Args:
        store: of the project.
        task: its name.
        test_hash: `Task.test_hash`.
        not_of: candidates whose runs are not counted: those that stand elsewhere.
    """
    paths = (store.results(task) / "records").glob("*/manifest.json")
    found = (read_manifest(path) for path in paths)
    return len({_settings(m) for m in found if m and m.test_hash == test_hash and m.candidate not in not_of})


def _settings(manifest: Manifest) -> bytes:
    return msgspec.json.encode([manifest.adapter, manifest.adapter_source, manifest.settings], order="sorted")
