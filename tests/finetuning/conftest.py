"""A causal model of a few thousand weights, made on the spot, with a tokenizer of whole words."""

import pytest

WORDS = ["red", "blue", "green", "two", "three", "apples", "pears", "color", "count"]
MARKS = ["<pad>", "<unk>", "<user>", "<says>", "<end>"]
TEMPLATE = "{% for m in messages %}<user> {{ m.content }} {% endfor %}{% if add_generation_prompt %}<says> {% endif %}"


@pytest.fixture(scope="session")
def tiny_causal(tmp_path_factory):
    """A folder with an untrained causal model."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny") / "causal"
    vocabulary = {word: i for i, word in enumerate([*MARKS, *WORDS, *'{}":,0123456789 '])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    raw.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", unk_token="<unk>", eos_token="<end>", chat_template=TEMPLATE,
        additional_special_tokens=["<user>", "<says>"],
    )  # fmt: skip
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=256, eos_token_id=4, pad_token_id=0,
            initializer_range=0.15,
        )
    )  # fmt: skip
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
