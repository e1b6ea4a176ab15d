"""LoRA matrices on every linear layer of a model, and taking them into its weights (peft)."""

from typing import Any


def adapted(model: Any, method: str, rank: int) -> Any:
    """The model with frozen weights and LoRA matrices for method `lora`; as it is for `full`.

    Hu et al., LoRA: Low-rank adaptation of large language models, 2022; alpha is twice the rank.
    """
    if method == "full":
        return model
    from harness.models.quiet import quiet_transformers

    with quiet_transformers():
        from peft import LoraConfig, get_peft_model

        config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules="all-linear", bias="none")
        return get_peft_model(model, config, autocast_adapter_dtype=False)


def merged(model: Any, method: str) -> Any:
    """The plain model, its weights with the LoRA matrices added: as quick to ask as before."""
    return model if method == "full" else model.merge_and_unload()
