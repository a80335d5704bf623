"""What transformers computes on random models of each family, option by option.

Of encoders the models classify, and there is no text.

usage: python truth.py OUT [PART ...]      only cases whose name contains a PART

Each case is a folder OUT/NAME as save_pretrained writes it (weights in float32, with a tokenizer of
words w0, w1, ...), OUT/NAME.json (token ids, labels, loss, greedy texts), OUT/NAME.truth.safetensors
(logits and the gradient of every parameter, float64) and OUT/NAME.exact.safetensors (the same of a model
whose norms and softmax do not round to float32 on the way, as transformers' do even in float64). Sequences are run one at a time with eager
attention, so each has the frequencies of its own length; the loss is the mean over all their labels.
Compare.java computes the same from the folders.
"""
import copy, json, os, sys
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification
from transformers.models.modernbert import modeling_modernbert

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

# Cosines and sines of float32 tables correctly rounded, not as the processor's vector library has them.
for name in ("cos", "sin"):
    original = getattr(torch.Tensor, name)
    setattr(torch.Tensor, name, lambda x, f=original: f(x.double()).to(x.dtype))

VOCAB = 96
LENGTHS = [5, 13, 1, 22, 40]
NEW = 26
BASE = dict(vocab_size=VOCAB, hidden_size=32, intermediate_size=40, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
FACTORS = dict(short_factor=[1.0, 1.1, 1.25, 1.5], long_factor=[1.0, 2.0, 3.5, 6.0])
SIX = dict(short_factor=[1.0, 1.02, 1.1, 1.25, 1.3, 1.5], long_factor=[1.0, 1.5, 2.0, 3.5, 5.0, 6.0])

ROPES = {
    "linear": dict(rope_type="linear", factor=4.0),
    "dynamic": dict(rope_type="dynamic", factor=3.0),
    "llama3": dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32),
    "yarn": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16),
    "yarn-betas": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, beta_fast=8.0, beta_slow=2.0),
    "yarn-whole": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, truncate=False),
    "yarn-attention": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, attention_factor=1.3),
    "yarn-mscale": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, mscale=0.7, mscale_all_dim=1.2),
    "yarn-mscale-alone": dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, mscale=0.7),
    "longrope": dict(rope_type="longrope", factor=4.0, original_max_position_embeddings=16, **FACTORS),
    "longrope-attention": dict(rope_type="longrope", original_max_position_embeddings=16, attention_factor=1.2, **FACTORS),
}


def rope(kind, theta=500.0, **more):
    return dict(copy.deepcopy(ROPES[kind]), rope_theta=theta, **more)


def cases():
    """name -> (model_type, options, old): old asks for a configuration as transformers 4 wrote it."""
    yield "llama.plain", "llama", {}
    yield "llama.mqa-biases-tied", "llama", dict(num_key_value_heads=1, attention_bias=True, mlp_bias=True, tie_word_embeddings=True)
    yield "llama.head-dim", "llama", dict(head_dim=12, num_key_value_heads=4)
    for kind in ROPES:
        yield f"llama.{kind}", "llama", dict(rope_parameters=rope(kind), max_position_embeddings=16 if kind == "dynamic" else 64)
    yield "llama.dynamic-within", "llama", dict(rope_parameters=rope("dynamic"), max_position_embeddings=64)
    for kind in ("linear", "dynamic", "llama3", "yarn", "yarn-mscale"):
        yield f"llama.old-{kind}", "llama", dict(rope_parameters=rope(kind), max_position_embeddings=16 if kind == "dynamic" else 64)
    yield "mistral.window-8", "mistral", dict(sliding_window=8)
    yield "mistral.window-64", "mistral", dict(sliding_window=64)
    yield "mistral.no-window-mqa-tied", "mistral", dict(sliding_window=None, num_key_value_heads=1, tie_word_embeddings=True)
    yield "mistral.head-dim-window", "mistral", dict(head_dim=16, sliding_window=1)
    yield "mistral.yarn-window", "mistral", dict(sliding_window=8, rope_parameters=rope("yarn"))
    yield "mistral.old", "mistral", dict(sliding_window=8)
    yield "qwen2.plain", "qwen2", {}
    yield "qwen2.tied-mha", "qwen2", dict(tie_word_embeddings=True, num_key_value_heads=4)
    yield "qwen2.window-unused", "qwen2", dict(use_sliding_window=False, sliding_window=8, max_window_layers=2)
    yield "qwen2.window-last-2", "qwen2", dict(use_sliding_window=True, sliding_window=8, max_window_layers=2)
    yield "qwen2.window-none", "qwen2", dict(use_sliding_window=True, sliding_window=8, max_window_layers=28)
    yield "qwen2.layer-types", "qwen2", dict(use_sliding_window=True, sliding_window=8, layer_types=["sliding_attention", "full_attention"] * 2)
    yield "qwen2.old-window", "qwen2", dict(use_sliding_window=True, sliding_window=8, max_window_layers=1)
    yield "qwen2.yarn", "qwen2", dict(rope_parameters=rope("yarn", 1e4))
    yield "qwen3.plain", "qwen3", dict(head_dim=16)
    yield "qwen3.bias-tied", "qwen3", dict(head_dim=8, attention_bias=True, tie_word_embeddings=True)
    yield "qwen3.head-dim-128", "qwen3", dict(num_key_value_heads=1)
    yield "qwen3.window-last-2", "qwen3", dict(head_dim=16, use_sliding_window=True, sliding_window=8, max_window_layers=2)
    yield "qwen3.yarn", "qwen3", dict(head_dim=16, rope_parameters=rope("yarn", 1e6))
    yield "qwen3.dynamic", "qwen3", dict(head_dim=16, rope_parameters=rope("dynamic"), max_position_embeddings=16)
    yield "qwen3.old", "qwen3", dict(head_dim=16, rope_parameters=rope("yarn", 1e6))
    yield "gemma.plain", "gemma", dict(head_dim=8)
    yield "gemma.mqa-head-dim-bias", "gemma", dict(head_dim=16, num_key_value_heads=1, attention_bias=True)
    yield "gemma.untied", "gemma", dict(head_dim=8, tie_word_embeddings=False)
    yield "gemma.old", "gemma", dict(head_dim=8)
    g2 = dict(head_dim=16, sliding_window=8, query_pre_attn_scalar=24)
    yield "gemma2.window-8", "gemma2", g2
    yield "gemma2.window-64-mqa", "gemma2", dict(g2, sliding_window=64, num_key_value_heads=1)
    yield "gemma2.caps-tight", "gemma2", dict(g2, attn_logit_softcapping=2.0, final_logit_softcapping=3.0)
    yield "gemma2.no-caps", "gemma2", dict(g2, attn_logit_softcapping=None, final_logit_softcapping=None)
    yield "gemma2.attention-cap", "gemma2", dict(g2, attn_logit_softcapping=2.0, final_logit_softcapping=None)
    yield "gemma2.bias-untied", "gemma2", dict(g2, attention_bias=True, tie_word_embeddings=False)
    yield "gemma2.layer-types", "gemma2", dict(g2, layer_types=["full_attention", "full_attention", "sliding_attention", "full_attention"])
    yield "gemma2.old", "gemma2", g2
    g3 = dict(num_hidden_layers=7, head_dim=16, sliding_window=8, query_pre_attn_scalar=24)
    yield "gemma3.pattern-6", "gemma3_text", g3
    yield "gemma3.pattern-3", "gemma3_text", dict(g3, sliding_window_pattern=3)
    yield "gemma3.layer-types", "gemma3_text", dict(g3, layer_types=["full_attention"] * 3 + ["sliding_attention"] * 4)
    yield "gemma3.linear-global", "gemma3_text", dict(g3, rope_parameters=dict(
        full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e6), sliding_attention=dict(rope_type="default", rope_theta=1e4)))
    yield "gemma3.thetas", "gemma3_text", dict(g3, rope_parameters=dict(
        full_attention=dict(rope_type="default", rope_theta=5e3), sliding_attention=dict(rope_type="linear", factor=2.0, rope_theta=200.0)))
    yield "gemma3.yarn-global", "gemma3_text", dict(g3, rope_parameters=dict(
        full_attention=rope("yarn", 1e6), sliding_attention=dict(rope_type="default", rope_theta=1e4)))
    yield "gemma3.dynamic-global", "gemma3_text", dict(g3, max_position_embeddings=16, rope_parameters=dict(
        full_attention=rope("dynamic", 1e4), sliding_attention=dict(rope_type="default", rope_theta=1e3)))
    yield "gemma3.final-cap-bias-mqa", "gemma3_text", dict(g3, final_logit_softcapping=3.0, attention_bias=True, num_key_value_heads=1)
    yield "gemma3.untied-window-64", "gemma3_text", dict(g3, tie_word_embeddings=False, sliding_window=64)
    yield "gemma3.old", "gemma3_text", dict(g3, rope_parameters=dict(
        full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e6), sliding_attention=dict(rope_type="default", rope_theta=1e4)))
    yield "gemma3.old-pattern", "gemma3_text", dict(g3, sliding_window_pattern=3)
    phi = dict(original_max_position_embeddings=16)
    yield "phi3.plain", "phi3", {}
    yield "phi3.mha-tied", "phi3", dict(num_key_value_heads=4, tie_word_embeddings=True)
    yield "phi3.window-8", "phi3", dict(sliding_window=8)
    yield "phi3.longrope", "phi3", dict(phi, rope_parameters=dict(rope_type="longrope", rope_theta=1e4, **FACTORS))
    yield "phi3.longrope-window", "phi3", dict(phi, sliding_window=12, rope_parameters=dict(rope_type="longrope", rope_theta=1e4, **FACTORS))
    yield "phi3.partial", "phi3", dict(hidden_size=64, rope_parameters=dict(rope_type="default", rope_theta=1e4, partial_rotary_factor=0.75))
    yield "phi3.partial-longrope-window", "phi3", dict(phi, hidden_size=64, sliding_window=12, tie_word_embeddings=True, rope_parameters=dict(
        rope_type="longrope", rope_theta=1e4, partial_rotary_factor=0.75, **SIX))
    yield "phi3.old-partial-longrope", "phi3", dict(phi, hidden_size=64, sliding_window=64, rope_parameters=dict(
        rope_type="longrope", rope_theta=1e4, partial_rotary_factor=0.75, **SIX))
    yield "phi3.old-su", "phi3", dict(phi, rope_parameters=dict(rope_type="longrope", rope_theta=1e4, **FACTORS))
    granite = dict(embedding_multiplier=12.0, attention_multiplier=0.0156, residual_multiplier=0.22, logits_scaling=8.0)
    yield "granite.plain", "granite", {}
    yield "granite.multipliers", "granite", granite
    yield "granite.biases-tied-mqa", "granite", dict(granite, attention_bias=True, mlp_bias=True, tie_word_embeddings=True, num_key_value_heads=1)
    yield "granite.linear", "granite", dict(granite, rope_parameters=rope("linear"))
    yield "granite.old", "granite", granite
    yield "smollm3.plain", "smollm3", {}
    yield "smollm3.no-rope-layers", "smollm3", dict(no_rope_layers=[0, 1, 1, 0])
    yield "smollm3.interval-2", "smollm3", dict(no_rope_layer_interval=2)
    yield "smollm3.biases-untied-mqa", "smollm3", dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=False, num_key_value_heads=1)
    yield "smollm3.window", "smollm3", dict(use_sliding_window=True, sliding_window=8)
    yield "smollm3.yarn", "smollm3", dict(rope_parameters=rope("yarn", 2e6))
    yield "smollm3.all-rope", "smollm3", dict(no_rope_layers=[1, 1, 1, 1])
    yield "smollm3.old", "smollm3", dict(no_rope_layers=[1, 1, 1, 0])


ENCODER = dict(vocab_size=VOCAB, hidden_size=32, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=64,
               pad_token_id=0, num_labels=3)
DISTIL = dict(vocab_size=VOCAB, dim=32, hidden_dim=40, n_layers=3, n_heads=4, max_position_embeddings=64, pad_token_id=0, num_labels=3)
ROBERTA = dict(ENCODER, pad_token_id=1, type_vocab_size=1)
MODERN = dict(ENCODER, num_hidden_layers=4, local_attention=16, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2)


def encoders():
    """As cases, of models that classify."""
    yield "bert.plain", "bert", ENCODER
    yield "bert.relu-eps", "bert", dict(ENCODER, hidden_act="relu", layer_norm_eps=1e-5)
    yield "roberta.plain", "roberta", ROBERTA
    yield "xlm-roberta.plain", "xlm-roberta", ROBERTA
    yield "xlm-roberta.types", "xlm-roberta", dict(ROBERTA, type_vocab_size=2)
    yield "camembert.plain", "camembert", ROBERTA
    yield "data2vec-text.plain", "data2vec-text", ROBERTA
    yield "distilbert.plain", "distilbert", DISTIL
    yield "distilbert.sinusoidal", "distilbert", dict(DISTIL, sinusoidal_pos_embds=True)
    yield "distilbert.relu", "distilbert", dict(DISTIL, activation="relu")
    yield "modernbert.plain", "modernbert", MODERN
    yield "modernbert.window-6-every-2", "modernbert", dict(MODERN, local_attention=6, global_attn_every_n_layers=2)
    yield "modernbert.window-64", "modernbert", dict(MODERN, local_attention=64)
    yield "modernbert.biases", "modernbert", dict(MODERN, attention_bias=True, mlp_bias=True, norm_bias=True, classifier_bias=True)
    yield "modernbert.mean", "modernbert", dict(MODERN, classifier_pooling="mean")
    yield "modernbert.every-1", "modernbert", dict(MODERN, global_attn_every_n_layers=1)


def randomize(model, generator, from_one):
    """Values that make every parameter matter, each exact in float32."""
    for name, parameter in model.named_parameters():
        with torch.no_grad():
            if "norm" in name.lower() and name.endswith("weight"):
                parameter.uniform_(-0.4, 0.4, generator=generator)
                if not from_one:
                    parameter.add_(1)
            elif name.endswith("bias"):
                parameter.normal_(0, 0.3, generator=generator)
            elif "embed" in name:
                parameter.normal_(0, 0.6, generator=generator)
            else:
                parameter.normal_(0, 1.2 * parameter.shape[1] ** -0.5, generator=generator)


def old_config(folder, name):
    """Rewrites config.json with the keys of transformers 4."""
    path = os.path.join(folder, "config.json")
    config = json.load(open(path))
    kind = config["model_type"]
    rope = config.pop("rope_parameters")
    pattern = config.pop("_sliding_window_pattern", None)
    if kind in ("gemma2", "gemma3_text", "qwen2", "qwen3", "smollm3"):
        config.pop("layer_types", None)
    if kind == "gemma3_text":
        config["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = rope["full_attention"]
        config["sliding_window_pattern"] = pattern or 6
    config["rope_theta"] = rope.pop("rope_theta")
    partial = rope.pop("partial_rotary_factor", None)
    if kind == "phi3" and partial is not None:
        config["partial_rotary_factor"] = partial
    if rope.get("rope_type", "default") == "default":
        config["rope_scaling"] = None
    else:
        if kind == "phi3":
            rope["type"] = "su" if "su" in name else rope["rope_type"]
            del rope["rope_type"]
            if "su" not in name:  # transformers 5 cannot open su without it
                rope.pop("original_max_position_embeddings", None)
            rope.pop("factor", None)
        config["rope_scaling"] = rope
    config["torch_dtype"] = config.pop("dtype", "float32")
    json.dump(config, open(path, "w"), indent=1)


def tokenizer(folder):
    words = {"<unk>": 0, "<s>": 1, "</s>": 2}
    for i in range(3, VOCAB):
        words[f"w{i}"] = i
    made = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.add_special_tokens(["<unk>", "<s>", "</s>"])
    made.save(os.path.join(folder, "tokenizer.json"))
    json.dump(dict(tokenizer_class="PreTrainedTokenizerFast", bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<unk>"),
              open(os.path.join(folder, "tokenizer_config.json"), "w"))


def fresh(model):
    """Forgets the frequencies of a longer text, which transformers keeps for shorter ones that follow."""
    model(input_ids=torch.tensor([[3]]), use_cache=False)


def greedy(model, prompt, cache):
    with torch.no_grad():
        fresh(model)
        return model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), do_sample=False,
                              max_new_tokens=NEW, use_cache=cache, eos_token_id=None, pad_token_id=0)[0].tolist()


def double(model):
    """In float64, with the factor of Gemma's embeddings that from_pretrained(dtype=torch.float64) makes."""
    model = model.double()
    for module in model.modules():
        if hasattr(module, "scalar_embed_scale"):
            module.embed_scale = torch.tensor(module.scalar_embed_scale, dtype=torch.float64)
    return model


def exact(model, from_one):
    """Takes the roundings to float32 out of norms and softmax, whose last bits depend on the order of sums."""
    def forward(norm, x):
        eps = getattr(norm, "variance_epsilon", None) or norm.eps
        weight = norm.weight + 1 if from_one else norm.weight
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight
    for module in model.modules():
        if type(module).__name__.endswith("RMSNorm"):
            module.forward = forward.__get__(module)


def softmax(x, dim, dtype=None, original=torch.nn.functional.softmax):
    return original(x, dim=dim, dtype=dtype if rounded else None)


def turn(q, k, cos, sin, unsqueeze_dim=1, original=modeling_modernbert.apply_rotary_pos_emb):
    """ModernBERT rounds queries and keys to float32 too."""
    if rounded:
        return original(q, k, cos, sin, unsqueeze_dim)
    cos, sin = cos.unsqueeze(unsqueeze_dim), sin.unsqueeze(unsqueeze_dim)
    return tuple(x * cos + modeling_modernbert.rotate_half(x) * sin for x in (q, k))


torch.nn.functional.softmax = softmax
modeling_modernbert.apply_rotary_pos_emb = turn
rounded = True


def results(model, sequences, labels):
    """Logits, the gradients of all parameters, and the loss."""
    count = sum(t != -100 for row in labels for t in row)
    logits, loss = [], 0
    model.zero_grad()
    for ids, wanted in zip(sequences, labels):
        fresh(model)
        scores = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
        logits.append(scores.detach())
        if len(ids) > 1:
            loss = loss + torch.nn.functional.cross_entropy(scores[:-1], torch.tensor(wanted[1:]), reduction="sum", ignore_index=-100) / count
    loss.backward()
    found = {"logits": torch.cat(logits)}
    for name, parameter in model.named_parameters():
        found["grad." + name] = parameter.grad.clone().contiguous()
    assert all(t.dtype == torch.float64 for t in found.values()), "a float64 truth"
    return found, loss.item()


def case(out, name, kind, options, seed):
    folder = os.path.join(out, name.replace(".", "-"))
    generator = torch.Generator().manual_seed(seed)
    options = dict(BASE, **options)
    config = AutoConfig.for_model(kind, **options)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    randomize(model, generator, kind.startswith("gemma"))
    model.tie_weights()
    model.save_pretrained(folder)
    tokenizer(folder)
    if ".old" in name:
        old_config(folder, name)
    model = double(AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32)).eval()
    sequences = [torch.randint(3, VOCAB, (n,), generator=generator).tolist() for n in LENGTHS]
    labels = [[-100 if i == 0 or (i * 7 + j) % 5 == 0 else t for i, t in enumerate(s)] for j, s in enumerate(sequences)]
    truth, loss = results(model, sequences, labels)
    save_file(truth, folder + ".truth.safetensors")
    prompt = sequences[3][:10]
    json.dump(dict(family=kind, name=name, sequences=sequences, labels=labels, loss=loss, prompt=prompt,
                   greedy_uncached=greedy(model, prompt, False), greedy_cached=greedy(model, prompt, True)), open(folder + ".json", "w"))
    global rounded
    rounded = False
    exact(model, kind.startswith("gemma"))
    save_file(results(model, sequences, labels)[0], folder + ".exact.safetensors")
    rounded = True



def encoder(out, name, kind, options, seed):
    folder = os.path.join(out, name.replace(".", "-"))
    generator = torch.Generator().manual_seed(seed)
    config = AutoConfig.for_model(kind, **options)
    model = AutoModelForSequenceClassification.from_config(config, attn_implementation="eager").float()
    randomize(model, generator, False)
    model.save_pretrained(folder)
    tokenizer(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).double().eval()
    sequences = [torch.randint(3, VOCAB, (n,), generator=generator).tolist() for n in LENGTHS]
    classes = [i % 3 for i in range(len(sequences))]

    def results():
        model.zero_grad()
        logits = torch.cat([model(input_ids=torch.tensor([ids])).logits for ids in sequences])
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(classes))
        loss.backward()
        found = {"logits": logits.detach()}
        for parameter_name, parameter in model.named_parameters():
            if parameter.grad is not None:
                found["grad." + parameter_name] = parameter.grad.clone().contiguous()
        return found, loss.item()
    global rounded
    found, loss = results()
    save_file(found, folder + ".truth.safetensors")
    rounded = False
    save_file(results()[0], folder + ".exact.safetensors")
    rounded = True
    json.dump(dict(family=kind, name=name, sequences=sequences, classes=classes, loss=loss), open(folder + ".json", "w"))


def main():
    out, parts = sys.argv[1], sys.argv[2:]
    os.makedirs(out, exist_ok=True)
    made = [(case, *told) for told in cases()] + [(encoder, *told) for told in encoders()]
    for seed, (make, name, kind, options) in enumerate(made):
        if not parts or any(part in name for part in parts):
            try:
                make(out, name, kind, options, seed)
                print(name, flush=True)
            except Exception as error:
                print("FAILED", name, type(error).__name__, str(error)[:300].replace("\n", " "), flush=True)


main()
