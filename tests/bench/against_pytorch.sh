#!/bin/bash
# Our attention, its gradients, forward and training step against PyTorch 2.11 and transformers' MPT, taking turns so that both
# meet the same machine:
#
#     tests/bench/against_pytorch.sh [BUILD]      BUILD holds tests/bench_models; default: build/release
#
# PyTorch comes from PyPI into an environment that is thrown away afterwards; PYTHON=.../bin/python uses one that has torch
# and transformers already. About two minutes once both are there.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
[ -x "$build/tests/bench_models" ] || { echo "Build it first: cmake --build $build --target bench_models" >&2; exit 2; }

if [ -z "${PYTHON:-}" ]; then
    environment=$(mktemp -d)
    trap 'rm -rf "$environment"' EXIT
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet 'torch==2.11.*' transformers
    PYTHON=$environment/bin/python
fi

"$PYTHON" - "$build/tests/bench_models" "$root/resources/models/alibi" <<'EOF'
import os, subprocess, sys, time
import torch
import torch.nn.functional as F

threads = len(os.sched_getaffinity(0))
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
ours = subprocess.Popen([sys.argv[1], "serve", sys.argv[2]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(line):
    time.sleep(0.01)  # PyTorch's idle threads keep a core busy for a while
    ours.stdin.write(line + "\n")
    ours.stdin.flush()
    return tuple(float(number) for number in ours.stdout.readline().split())


def timed(work, flush):
    torch.set_flush_denormal(flush)
    begin = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin[0], time.process_time() - begin[1]


def race(title, theirs, our_lines, rounds):
    """Every setting of every contender takes its turn in each round; the least time of each counts."""
    best = {}
    for turn in range(rounds + 1):  # the first warms up
        found = {(name, flush): timed(work, flush) for name, work in theirs.items() for flush in (False, True)}
        found |= {(name, None): ask(line) for name, line in our_lines.items()}
        if turn:
            for key, seconds in found.items():
                best[key[0]] = tuple(map(min, best.get(key[0], seconds), seconds))
    print(title)
    names = list(our_lines)
    for clock, what in enumerate(("wall", "processor")):  # a busy machine disturbs the second less
        print(f"  {'ms by the ' + what:32}{'':>10}" + "".join(f"{'against ' + name:>22}" for name in names))
        for name, seconds in best.items():
            ratios = "" if name in our_lines else "".join(f"{seconds[clock] / best[n][clock]:21.2f}x" for n in names)
            print(f"  {name:32}{seconds[clock] * 1e3:10.2f}{ratios}")
    sys.stdout.flush()


def attention(length, rounds):
    torch.manual_seed(1)
    q, k, v = (torch.randn(1, 8, length, 64) for _ in range(3))
    slopes = 2.0 ** -torch.arange(1.0, 9)
    position = torch.arange(float(length))
    distance = position[:, None] - position[None, :]
    mask = (-slopes[:, None, None] * distance).masked_fill(distance < 0, float("-inf"))[None]
    race(f"attention, L={length} H=8 D=64 float32, ALiBi",
         {"SDPA with a float mask": lambda: F.scaled_dot_product_attention(q, k, v, attn_mask=mask),
          "SDPA causal, without bias": lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True),
          "QK^T + bias, softmax, PV": lambda: torch.softmax(q @ k.transpose(-1, -2) / 8 + mask, -1) @ v},
         {"dense": f"attend {length} 0", "skipping": f"attend {length} {2.0 ** -24}"}, rounds)


def forward(length, rounds):
    from transformers import MptConfig, MptForCausalLM
    torch.manual_seed(1)
    model = MptForCausalLM(MptConfig(d_model=256, n_heads=8, n_layers=4, vocab_size=2048, max_seq_len=length)).eval()
    ids = torch.randint(0, 2048, (1, length))
    race(f"forward and loss, 4 layers, width 256, 8 heads, ALiBi, vocabulary 2048, L={length}",
         {"transformers' MPT": lambda: model(ids, labels=ids, use_cache=False).loss.item()},
         {"ours": f"forward {length}"}, rounds)


def gradients(length, rounds):
    torch.manual_seed(1)
    q, k, v = (torch.randn(1, 8, length, 64, requires_grad=True) for _ in range(3))
    slopes = 2.0 ** -torch.arange(1.0, 9)
    position = torch.arange(float(length))
    distance = position[:, None] - position[None, :]
    mask = (-slopes[:, None, None] * distance).masked_fill(distance < 0, float("-inf"))[None]
    dout = torch.randn(1, 8, length, 64)

    def step(**how):
        with torch.enable_grad():
            torch.autograd.grad(F.scaled_dot_product_attention(q, k, v, **how), (q, k, v), dout)

    race(f"attention and its gradients, L={length} H=8 D=64 float32, ALiBi; ours with the slopes', theirs without",
         {"SDPA with a float mask": lambda: step(attn_mask=mask),
          "SDPA causal, without bias": lambda: step(is_causal=True)},
         {"dense": f"gradient {length} 0", "skipping": f"gradient {length} {2.0 ** -24}"}, rounds)


class Layer(torch.nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(width) for _ in range(2))
        self.qkv, self.output = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.up, self.down = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x, mask):
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norms[0](x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.norms[1](x)), approximate="tanh"))


class Training:
    """A step of the bundled shape, the same parts as ours: loss, gradients, clipping, AdamW."""

    def __init__(self, length, batch, width=256, heads=8, layers=4, vocabulary=2048):
        torch.manual_seed(1)
        self.embedding = torch.nn.Embedding(vocabulary, width)
        torch.nn.init.normal_(self.embedding.weight, std=width ** -0.5)
        self.layers = torch.nn.ModuleList(Layer(width, heads) for _ in range(layers))
        self.norm = torch.nn.LayerNorm(width)
        self.model = torch.nn.ModuleList([self.embedding, self.layers, self.norm])
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=0.1, fused=True)
        self.ids = torch.randint(0, vocabulary, (batch, length + 1))
        position = torch.arange(float(length))
        distance = position[:, None] - position[None, :]
        slopes = 2.0 ** (-8.0 / heads * torch.arange(1.0, heads + 1))
        self.mask = (-slopes[:, None, None] * distance).masked_fill(distance < 0, float("-inf"))[None]

    def step(self):
        with torch.enable_grad():
            self.optimiser.zero_grad(set_to_none=True)
            x = self.embedding(self.ids[:, :-1]) * self.embedding.embedding_dim ** 0.5
            for layer in self.layers:
                x = layer(x, self.mask)
            logits = self.norm(x) @ self.embedding.weight.T
            F.cross_entropy(logits.flatten(0, 1), self.ids[:, 1:].flatten()).backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()


def training(length, batch, rounds):
    theirs = Training(length, batch)
    race(f"training step, 4 layers, width 256, 8 heads, ALiBi, vocabulary 2048, {batch} x {length} tokens, float32",
         {"PyTorch, SDPA with a float mask": theirs.step}, {"ours": f"step {length} {batch}"}, rounds)


print(f"PyTorch {torch.__version__}, {threads} threads, {torch.backends.cpu.get_cpu_capability()}, load {os.getloadavg()[0]:.1f};"
      " each at its better setting of flushing denormals")
attention(2048, 7)
attention(4096, 3)
gradients(2048, 7)
gradients(8192, 1)
training(256, 8, 5)
training(2048, 1, 3)
training(8192, 1, 1)
forward(2048, 5)
forward(4096, 2)
ours.stdin.close()
ours.wait()
EOF
