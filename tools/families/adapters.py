"""The logits of what Adapters.java trained, computed by PEFT and transformers, beside ours.

usage: python adapters.py CASES OUT NAME ...
"""
import json, os, sys
import torch
import transformers
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
for name in ("cos", "sin"):  # correctly rounded, as in truth.py
    original = getattr(torch.Tensor, name)
    setattr(torch.Tensor, name, lambda x, f=original: f(x.double()).to(x.dtype))

cases, out, names = sys.argv[1], sys.argv[2], sys.argv[3:]
prompts = [[int(word[1:]) for word in line.split()] for line in open(os.path.join(out, "prompts.txt"))]


def base(folder):
    return AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).double().eval()


@torch.no_grad()
def logits(model):
    return torch.cat([model(input_ids=torch.tensor([ids]), use_cache=False).logits[0] for ids in prompts])


def lora(name):
    return PeftModel.from_pretrained(base(os.path.join(cases, name)), os.path.join(out, name + ".lora.export")).double().eval()


def add(head, tail, a, b, scale):
    """What enters the module head, through A and B, is added to what leaves the module tail."""
    entered = []
    head.register_forward_pre_hook(lambda module, args, kwargs: entered.append(args[0] if args else kwargs["hidden_states"]), with_kwargs=True)

    def leave(module, args, result):
        added = scale * (entered.pop() @ a.T @ b.T)
        return (result[0] + added, *result[1:]) if isinstance(result, tuple) else result + added
    tail.register_forward_hook(leave)


def control(name):
    """DoubleControl by its formula, from the export in our own format."""
    folder = os.path.join(out, name + ".double-control.export")
    config = json.load(open(os.path.join(folder, "adapter_config.json")))
    tensors = {key: value.double() for key, value in load_file(os.path.join(folder, "adapter_model.safetensors")).items()}
    model = base(os.path.join(cases, name))
    scale = 1.0 / getattr(model.config, "residual_multiplier", 1.0)  # what the block's own output is multiplied by
    for i, layer in enumerate(model.model.layers):
        sandwich = hasattr(layer, "pre_feedforward_layernorm")
        ends = {"_attn": (layer.input_layernorm, layer.post_attention_layernorm if sandwich else layer.self_attn),
                "": (layer.pre_feedforward_layernorm, layer.post_feedforward_layernorm) if sandwich else (layer.post_attention_layernorm, layer.mlp)}
        for end, (head, tail) in ends.items():
            prefix = f"base_model.model.model.layers.{i}.lora_"
            add(head, tail, tensors.pop(f"{prefix}A{end}.weight"), tensors.pop(f"{prefix}B{end}.weight"), scale)
    assert not tensors, tensors.keys()
    return model


def stateft(name):
    """DoubleControl by the edges between modules of the stateft export."""
    folder = os.path.join(out, name + ".double-control.stateft")
    config = json.load(open(os.path.join(folder, "adapter_config.json")))
    tensors = {key: value.double() for key, value in load_file(os.path.join(folder, "adapter_model.safetensors")).items()}
    model = base(os.path.join(cases, name))
    for key in [key for key in tensors if key.endswith("lora_A.weight")]:
        edge = key[key.index("stateft_lora_v2_") + len("stateft_lora_v2_"):-len(".lora_A.weight")]
        head, tail = (end.replace("-", ".") for end in edge.split("-TO-"))
        strip = lambda end: end[len("base_model.model."):] if end.startswith("base_model.model.") else end
        b = tensors[key.replace("lora_A", "lora_B")]
        add(model.get_submodule(strip(head)), model.get_submodule(strip(tail)), tensors[key], b, config["lora_alpha"] / config["r"])
    return model


def apart(told, found):
    return (told - found).abs().max().item() / found.abs().max().item()


print("| model | LoRA, PEFT | merged, transformers | DoubleControl, formula | by edges of modules | changed by LoRA | by DoubleControl |\n|---|---|---|---|---|---|---|")
for name in names:
    ours = {}
    for method in ("lora", "double-control"):
        path = os.path.join(out, f"{name}.{method}.logits")
        ours[method] = torch.tensor([[float(x) for x in line.split()] for line in open(path)], dtype=torch.float64) if os.path.exists(path) else None
    plain, cells = logits(base(os.path.join(cases, name))), []
    for method, make in (("lora", lora), ("lora", lambda n: base(os.path.join(out, n + ".lora.merged"))),
                         ("double-control", control), ("double-control", stateft)):
        try:
            cells.append(f"{apart(ours[method], logits(make(name))):.0e}")
        except Exception as error:
            cells.append(f"{type(error).__name__}: {str(error)[:80]}")
    cells += [f"{apart(ours[m], plain):.2f}" if ours[m] is not None else "" for m in ("lora", "double-control")]
    print("| " + " | ".join([name, *cells]) + " |", flush=True)
