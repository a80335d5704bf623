"""Writes the adapters in this folder: python write_adapters.py ../fixtures .

Made once with torch 2.13, transformers 5.18 and peft 0.21. Every adapter is PEFT's own save_pretrained of a
tiny model of the reference vectors with random adapter weights (B too), beside the logits that PEFT computes in float32
on the inputs of `ids` and `pixels` below.
"""

import os
import sys

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    AutoModelForImageClassification,
    AutoModelForSequenceClassification,
)

CAUSAL, TEXT, IMAGE = AutoModelForCausalLM, AutoModelForSequenceClassification, AutoModelForImageClassification
ADAPTERS = {
    "llama-lora": (CAUSAL, "llama-tiny", dict(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])),
    "llama-dora": (CAUSAL, "llama-tiny", dict(task_type="CAUSAL_LM", target_modules=["k_proj", "o_proj"], use_dora=True)),
    "llama-some-layers": (
        CAUSAL,
        "llama-tied",
        dict(
            task_type="CAUSAL_LM",
            target_modules=["mlp.up_proj"],
            layers_to_transform=[0, 2],
            layers_pattern="layers",
            use_rslora=True,
            lora_alpha=3,
        ),
    ),
    "llama-full-names": (
        CAUSAL,
        "llama-tiny",
        dict(task_type="CAUSAL_LM", target_modules=["model.layers.1.self_attn.q_proj", "model.layers.1.mlp.gate_proj"]),
    ),
    "roberta-lora": (TEXT, "roberta-tiny", dict(task_type="SEQ_CLS", target_modules=["query", "dense"])),
    "bert-dora": (TEXT, "bert-tiny", dict(task_type="SEQ_CLS", target_modules=["key", "intermediate.dense"], use_dora=True)),
    "bert-no-head": (TEXT, "bert-tiny", dict(target_modules=["value"])),
    "vit-lora": (IMAGE, "vit-tiny", dict(target_modules=["q_proj", "fc2"], modules_to_save=["classifier"])),
    "bert-bias-lora-only": (TEXT, "bert-tiny", dict(task_type="SEQ_CLS", target_modules=["query", "output.dense"], bias="lora_only")),
    "bert-bias-all": (TEXT, "bert-tiny", dict(task_type="SEQ_CLS", target_modules=["query", "value"], bias="all")),
    "bert-lora-bias": (TEXT, "bert-tiny", dict(task_type="SEQ_CLS", target_modules=["query", "value"], lora_bias=True)),
    "roberta-dora-bias": (
        TEXT,
        "roberta-tiny",
        dict(task_type="SEQ_CLS", target_modules=["query"], use_dora=True, bias="lora_only"),
    ),
    "vit-bias-all": (
        IMAGE,
        "vit-tiny",
        dict(target_modules=["q_proj", "fc2"], modules_to_save=["classifier"], lora_bias=True, bias="all"),
    ),
    "llama-two-tables": (
        CAUSAL,
        "llama-tied",
        dict(task_type="CAUSAL_LM", target_modules=["q_proj"], modules_to_save=["embed_tokens", "lm_head"]),
    ),
    "llama-own-embedding": (
        CAUSAL,
        "llama-tied",
        dict(task_type="CAUSAL_LM", target_modules=["q_proj"], modules_to_save=["embed_tokens"]),
    ),
    "llama-tied-tables": (
        CAUSAL,
        "llama-tied",
        dict(task_type="CAUSAL_LM", target_modules=["q_proj"], modules_to_save=["embed_tokens"], ensure_weight_tying=True),
    ),
    "llama-tokens": (
        CAUSAL,
        "llama-tied",
        dict(task_type="CAUSAL_LM", target_modules=["q_proj"], trainable_token_indices=[10, 3, 17]),
    ),
    "llama-tokens-apart": (
        CAUSAL,
        "llama-tied",
        dict(
            task_type="CAUSAL_LM",
            target_modules=["q_proj"],
            trainable_token_indices={"embed_tokens": [3, 10], "lm_head": [10, 4, 5]},
        ),
    ),
    "llama-tokens-untied": (
        CAUSAL,
        "llama-tiny",
        dict(
            task_type="CAUSAL_LM",
            target_modules=["q_proj"],
            trainable_token_indices={"embed_tokens": [3, 10], "lm_head": [10, 4, 5]},
        ),
    ),
    "llama-pissa": (
        CAUSAL,
        "llama-tiny",
        dict(
            task_type="CAUSAL_LM",
            target_modules=["q_proj", "down_proj"],
            layers_to_transform=[1],
            init_lora_weights="pissa",
            use_rslora=True,
        ),
    ),
    "bert-olora": (
        TEXT,
        "bert-tiny",
        dict(task_type="SEQ_CLS", target_modules=["key"], init_lora_weights="olora", use_dora=True),
    ),
    "roberta-bias-all": (TEXT, "roberta-tiny", dict(task_type="SEQ_CLS", target_modules=["query"], bias="all")),
    "distilbert-lora": (TEXT, "distilbert-tiny", dict(task_type="SEQ_CLS", target_modules=["q_lin", "lin2"])),
    "xlm-roberta-dora": (TEXT, "xlm-roberta-tiny", dict(task_type="SEQ_CLS", target_modules=["query", "dense"], use_dora=True)),
    "modernbert-lora": (TEXT, "modernbert-tiny", dict(task_type="SEQ_CLS", target_modules=["Wqkv", "attn.Wo", "Wi"])),
}


def ids(sequences=2, length=7):
    return torch.tensor([[3 + (s * 31 + t * 7) % 80 for t in range(length)] for s in range(sequences)])


def pixels(config, images=2):
    shape = (images, config.num_channels, config.image_size, config.image_size)
    count = images * config.num_channels * config.image_size**2
    return torch.tensor([((i * 37) % 101) / 50 - 1 for i in range(count)], dtype=torch.float32).view(shape)


def randomize(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            noise = torch.randn(parameter.shape, generator=generator) * 0.1
            # A magnitude stays near the norm it starts as.
            keep = "magnitude" in name
            parameter.data = parameter.data * (1 + noise) if keep else noise


def logits(model):
    model.eval()
    with torch.no_grad():
        if model.config.model_type == "vit":
            return model(pixel_values=pixels(model.config)).logits
        return model(input_ids=ids()).logits


def main(fixtures, out):
    for seed, (name, (auto, base, settings)) in enumerate(ADAPTERS.items()):
        model = auto.from_pretrained(os.path.join(fixtures, base), dtype=torch.float32)
        settings = {"r": 3, "lora_alpha": 5, "lora_dropout": 0.05, **settings}
        tuned = get_peft_model(model, LoraConfig(**settings))
        randomize(tuned, seed)
        config = tuned.peft_config["default"]
        config.base_model_name_or_path = base
        tuned.save_pretrained(os.path.join(out, name))
        os.remove(os.path.join(out, name, "README.md"))
        save_file({"logits": logits(tuned).contiguous()}, os.path.join(out, name, "expected.safetensors"))


if __name__ == "__main__":
    main(*sys.argv[1:])
