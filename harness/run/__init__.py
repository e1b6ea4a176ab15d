"""Running candidates over tasks: the only step that calls a model."""
