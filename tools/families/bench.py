"""One training-step benchmark of PEFT and transformers on random weights of any decoder that transformers knows. Prints one JSON object.

usage: python bench.py --config CONFIG.json --method lora|double-control [--batch 4] [--seq 256] [--rank 32] [--dtype bfloat16|float32]
                       [--steps 6] [--layers N] [--threads N]

Every token is a target. lora is PEFT's, on the linears that Statecraft takes by default (q, k, v, up, down, or the joined ones), dropout 0.
double-control is the paper's formula in plain PyTorch: x' = x + attn(norm x) + B A x; y = x' + mlp(norm x') + D C x'.
--layers takes the first N layers of the shape, as bench's config file does with num_hidden_layers.
"""
import argparse, json, resource, statistics, time
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True)
parser.add_argument("--method", required=True, choices=["lora", "double-control"])
for name, default in (("batch", 4), ("seq", 256), ("rank", 32), ("steps", 6), ("layers", 0), ("threads", 0)):
    parser.add_argument("--" + name, type=int, default=default)
parser.add_argument("--dtype", default="bfloat16")
asked = parser.parse_args()
if asked.threads:
    torch.set_num_threads(asked.threads)
torch.manual_seed(0)
options = json.load(open(asked.config))
for key in ("architectures", "torch_dtype", "dtype", "transformers_version"):
    options.pop(key, None)
if asked.layers:
    options["num_hidden_layers"] = asked.layers
    options.pop("layer_types", None)
config = AutoConfig.for_model(options.pop("model_type"), **options)
model = AutoModelForCausalLM.from_config(config, dtype=getattr(torch, asked.dtype))
model.config.use_cache = False
weights = sum(p.numel() * p.element_size() for p in model.parameters())


def control():
    pair = torch.nn.Sequential(torch.nn.Linear(config.hidden_size, asked.rank, bias=False), torch.nn.Linear(asked.rank, config.hidden_size, bias=False))
    torch.nn.init.zeros_(pair[1].weight)
    return pair.to(getattr(torch, asked.dtype))


def around(head, tail, pair, scale):
    """Adds control of what enters the module head to what leaves the module tail."""
    entered = []
    head.register_forward_pre_hook(lambda module, args: entered.append(args[0]))

    def leave(module, args, result):
        added = scale * pair(entered.pop())
        return (result[0] + added, *result[1:]) if isinstance(result, tuple) else result + added
    tail.register_forward_hook(leave)


if asked.method == "lora":
    joined = any(name.endswith("qkv_proj") for name, _ in model.named_modules())
    targets = ["qkv_proj", "gate_up_proj", "down_proj"] if joined else ["q_proj", "k_proj", "v_proj", "up_proj", "down_proj"]
    model = get_peft_model(model, LoraConfig(r=asked.rank, lora_alpha=2 * asked.rank, lora_dropout=0.0, task_type="CAUSAL_LM", target_modules=targets))
else:
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    scale = 1.0 / getattr(config, "residual_multiplier", 1.0)
    for layer in model.model.layers:
        layer.control_attn, layer.control_mlp = control(), control()
        sandwich = hasattr(layer, "pre_feedforward_layernorm")
        around(layer.input_layernorm, layer.post_attention_layernorm if sandwich else layer.self_attn, layer.control_attn, scale)
        around(layer.pre_feedforward_layernorm if sandwich else layer.post_attention_layernorm,
               layer.post_feedforward_layernorm if sandwich else layer.mlp, layer.control_mlp, scale)

model.train()
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-4)
ids, times = torch.randint(0, config.vocab_size, (asked.batch, asked.seq)), []
for _ in range(asked.steps):
    begin = time.perf_counter()
    model(input_ids=ids, labels=ids).loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    times.append(time.perf_counter() - begin)
print(json.dumps(dict(method=asked.method, dtype=asked.dtype, batch=asked.batch, seq=asked.seq, rank=asked.rank, layers=config.num_hidden_layers,
                      trainable_parameters=sum(p.numel() for p in trained), weight_bytes=weights, seconds_per_step=statistics.median(times[1:]),
                      peak_rss_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, torch=torch.__version__)))
