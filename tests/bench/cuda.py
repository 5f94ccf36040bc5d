#!/usr/bin/env python3
"""Times the CUDA kernels beside PyTorch's in one process, and checks them against double precision.

    cuda.py libbench_cuda.so [--quick] [--json FILE]

Warm runs on random data, each timed with CUDA events after the second-level cache has been overwritten; the candidates of
a row take turns, and the medians of their times are compared. Causal work is counted once: 2 * batch * heads * L^2 * D
floating-point operations. Skipped blocks count as done, and the fraction visited is printed beside them.
"""

import argparse
import ctypes
import json
import math
import statistics
import sys

import torch

PRECISIONS = {torch.float32: 0, torch.bfloat16: 1, torch.float16: 2}
TOLERANCE = 2.0**-24
RUNS = 20


class Kernels:
    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        pointer, integer, number = ctypes.c_void_p, ctypes.c_int64, ctypes.c_float
        self.library.slopescopeFault.restype = ctypes.c_char_p
        self.library.slopescopeAttend.restype = integer
        self.library.slopescopeAttend.argtypes = (
            [ctypes.c_int] + [pointer] * 6 + [integer] * 4 + [number, pointer, number, pointer, pointer]
        )
        self.library.slopescopeMap.restype = integer
        self.library.slopescopeMap.argtypes = (
            [ctypes.c_int] + [pointer] * 4 + [integer] * 3 + [number, pointer, number, pointer, pointer]
        )

    def checked(self, result):
        if result < 0:
            raise RuntimeError(self.library.slopescopeFault().decode())
        return result

    def attend(self, q, k, v, slopes, tolerance=0.0):
        """Returns a function that runs the call, its output, its log-sum-exp and its counters."""
        batch, heads, length, size = q.shape
        out, lse = torch.empty_like(q), torch.empty(q.shape[:3], dtype=torch.float32, device=q.device)
        visited = torch.zeros(2, dtype=torch.int64, device=q.device)

        def call(workspace, count):
            return self.checked(
                self.library.slopescopeAttend(
                    PRECISIONS[q.dtype], q.data_ptr(), k.data_ptr(), v.data_ptr(), out.data_ptr(), lse.data_ptr(),
                    visited.data_ptr() if count else None, batch, heads, length, size, size**-0.5,
                    slopes.data_ptr() if slopes is not None else None, tolerance, workspace,
                    torch.cuda.current_stream().cuda_stream,
                )
            )

        workspace = torch.empty(max(call(None, False), 1), dtype=torch.uint8, device=q.device)
        call(workspace.data_ptr(), True)
        torch.cuda.synchronize()
        return lambda: call(workspace.data_ptr(), False), out, lse, visited.tolist()

    def map(self, q, k, slopes, pixels, tolerance=0.0):
        length, size = q.shape
        picture = torch.empty(pixels, pixels, device=q.device)
        visited = torch.zeros(2, dtype=torch.int64, device=q.device)

        def call(workspace, count):
            return self.checked(
                self.library.slopescopeMap(
                    PRECISIONS[q.dtype], q.data_ptr(), k.data_ptr(), picture.data_ptr(),
                    visited.data_ptr() if count else None, length, size, pixels, size**-0.5, slopes.data_ptr(), tolerance,
                    workspace, torch.cuda.current_stream().cuda_stream,
                )
            )

        workspace = torch.empty(max(call(None, False), 1), dtype=torch.uint8, device=q.device)
        call(workspace.data_ptr(), True)
        torch.cuda.synchronize()
        return lambda: call(workspace.data_ptr(), False), picture, visited.tolist()


def paper_slopes(heads):
    return torch.tensor([2.0 ** (-8 * (h + 1) / heads) for h in range(heads)], device="cuda")


def inputs(batch, heads, length, size, dtype):
    return [torch.randn(batch, heads, length, size, device="cuda").to(dtype) for _ in range(3)]


_flush = None


def milliseconds(candidates, runs=RUNS):
    """Median time of each candidate, taking turns, with a cold second-level cache."""
    global _flush
    if _flush is None:
        _flush = torch.empty(256 << 20, dtype=torch.uint8, device="cuda")
    times = {name: [] for name in candidates}
    for turn in range(runs + 3):
        for name, run in candidates.items():
            _flush.fill_(turn)
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            run()
            end.record()
            end.synchronize()
            if turn >= 3:
                times[name].append(begin.elapsed_time(end))
    return {name: statistics.median(values) for name, values in times.items()}


def exact_rows(q, k, v, slopes, rows):
    """Attention of some rows of batch 0 in double: [heads, rows, size] and its log-sum-exp."""
    keys = torch.arange(k.shape[2], device=q.device)
    scores = torch.einsum("hrd,hkd->hrk", q[0][:, rows].double(), k[0].double()) * q.shape[3] ** -0.5
    distance = rows[:, None] - keys[None, :]
    if slopes is not None:
        scores = scores - slopes.double()[:, None, None] * distance
    scores = scores.masked_fill(distance < 0, -math.inf)
    return torch.softmax(scores, -1) @ v[0].double(), torch.logsumexp(scores, -1)


def naive_rows(q, k, v, slopes, rows):
    """The same by the formula in the inputs' precision, sums and softmax in float32."""
    keys = torch.arange(k.shape[2], device=q.device)
    scores = torch.einsum("hrd,hkd->hrk", q[0][:, rows].float(), k[0].float()) * q.shape[3] ** -0.5
    distance = rows[:, None] - keys[None, :]
    if slopes is not None:
        scores = scores - slopes[:, None, None] * distance
    weights = torch.softmax(scores.masked_fill(distance < 0, -math.inf), -1).to(q.dtype)
    return (weights.float() @ v[0].float()).to(q.dtype)


def flex_attention(slopes, q, k, v):
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention as flex

    compiled = torch.compile(flex)
    mask = create_block_mask(lambda b, h, i, j: i >= j, None, None, q.shape[2], k.shape[2], device="cuda", _compile=True)
    score = (lambda s, b, h, i, j: s - slopes[h] * (i - j)) if slopes is not None else None
    return lambda: compiled(q, k, v, score_mod=score, block_mask=mask)


class Report:
    def __init__(self):
        self.rows, self.failed = [], False

    def add(self, what, ours, unit, target="", met=None, **more):
        self.rows.append({"what": what, "ours": ours, "unit": unit, "target": target, "met": met, **more})
        note = "" if met is None else ("  ok" if met else "  MISSED")
        extra = "  ".join(f"{key} {value}" for key, value in more.items())
        print(f"{what:<58} {ours:>10.4g} {unit:<10} {target:<12}{note}  {extra}", flush=True)


def check(report, kernels, dtype, size, length=2048):
    torch.manual_seed(1)
    q, k, v = inputs(1, 4, length, size, dtype)
    slopes = paper_slopes(4)
    rows = torch.randint(0, length, (96,), device="cuda").sort().values
    exact, lse = exact_rows(q, k, v, slopes, rows)
    limit = 2 * (naive_rows(q, k, v, slopes, rows).double() - exact).abs().max().item() + 1e-6
    for tolerance in (0.0, TOLERANCE):
        _, out, sums, _ = kernels.attend(q, k, v, slopes, tolerance)
        error = (out[0][:, rows].double() - exact).abs().max().item()
        error = error if math.isfinite(error) else math.inf
        met = error <= limit and (sums[0][:, rows] - lse).abs().max().item() < 1e-4
        report.failed |= not met
        name = f"error, {str(dtype)[6:]} D={size} tolerance {tolerance:.1g}"
        report.add(name, error, "", f"<= {limit:.2g}", met)


def time_attention(report, kernels, batch, heads, length, size, dtype, goal_dense=None, goal_skipping=None):
    torch.manual_seed(2)
    q, k, v = inputs(batch, heads, length, size, dtype)
    slopes = paper_slopes(heads)
    dense, _, _, _ = kernels.attend(q, k, v, slopes)
    skipping, _, _, visited = kernels.attend(q, k, v, slopes, TOLERANCE)
    candidates = {"ours": dense, "skipping": skipping}
    candidates["causal"] = lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    try:
        flex = flex_attention(slopes, q, k, v)
        flex()
        candidates["flex"] = flex
    except Exception as fault:  # a PyTorch without a compiler
        print(f"FlexAttention does not run: {str(fault).splitlines()[0]}")
    mask_bytes = heads * length * length * 2
    if dtype != torch.float32 and mask_bytes * 3 < torch.cuda.mem_get_info()[0]:
        keys = torch.arange(length, device="cuda")
        mask = torch.empty(1, heads, length, length, dtype=dtype, device="cuda")
        for h in range(heads):
            distance = (keys[:, None] - keys[None, :]).float()
            mask[0, h] = (-slopes[h] * distance).masked_fill(distance < 0, -math.inf).to(dtype)
        candidates["mask"] = lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    times = milliseconds(candidates, RUNS if length <= 32768 else 7)
    work = 2.0 * batch * heads * length * length * size
    name = f"attend {str(dtype)[6:]} D={size} H={heads} B={batch} L={length}"
    rate = {key: work / (value * 1e9) for key, value in times.items()}
    others = {f"{key}_ms": round(value, 4) for key, value in times.items()}
    report.add(name + " dense", rate["ours"], "TFLOP/s", f">= {goal_dense}" if goal_dense else "",
               rate["ours"] >= goal_dense if goal_dense else None, **others)
    if "flex" in times:
        report.add(name + " dense / Flex", times["flex"] / times["ours"], "x", ">= 1" if goal_dense else "",
                   times["flex"] >= times["ours"] if goal_dense else None)
        ratio = times["flex"] / times["skipping"]
        report.add(name + " skipping / Flex", ratio, "x", f">= {goal_skipping}" if goal_skipping else "",
                   ratio >= goal_skipping if goal_skipping else None, visited=f"{visited[0] / visited[1]:.4f}")
    if "mask" in times:
        ratio = times["mask"] / times["skipping"]
        report.add(name + " skipping / SDPA with mask", ratio, "x", ">= 4" if length == 16384 else "",
                   ratio >= 4 if length == 16384 else None, dense_ratio=round(times["mask"] / times["ours"], 2))


def time_map(report, kernels, length, dtype, goal=None, size=64):
    torch.manual_seed(3)
    q, k = [torch.randn(length, size, device="cuda").to(dtype) for _ in range(2)]
    for slope in (2.0**-8, 2.0**-4):
        slopes = torch.tensor([slope], device="cuda")
        exact, picture, _ = kernels.map(q, k, slopes, 1024)
        skipping, near, visited = kernels.map(q, k, slopes, 1024, TOLERANCE)
        worst = (picture - near).nan_to_num().abs().max().item()
        times = milliseconds({"exact": exact, "skipping": skipping}, 10)
        report.add(f"map 1024^2 {str(dtype)[6:]} L={length} slope {slope:.4g}", times["exact"], "ms",
                   f"<= {goal}" if goal else "", times["exact"] <= goal if goal else None,
                   skipping_ms=round(times["skipping"], 4), visited=f"{visited[0] / visited[1]:.4f}", differ=f"{worst:.1g}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("--quick", action="store_true", help="short texts only")
    parser.add_argument("--json")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("cuda.py: PyTorch finds no GPU.")
    kernels, report = Kernels(options.library), Report()
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}")
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        for size in (32, 64, 128, 256):
            check(report, kernels, dtype, size)
    time_attention(report, kernels, 4, 8, 2048, 64, torch.bfloat16)
    time_attention(report, kernels, 1, 8, 2048, 64, torch.float32)
    if not options.quick:
        time_attention(report, kernels, 4, 8, 16384, 64, torch.bfloat16, goal_dense=250)
        time_attention(report, kernels, 1, 8, 32768, 64, torch.bfloat16, goal_skipping=3.5)
        time_attention(report, kernels, 1, 8, 131072, 64, torch.bfloat16, goal_skipping=12)
        time_attention(report, kernels, 1, 8, 16384, 128, torch.bfloat16)
        time_map(report, kernels, 32768, torch.bfloat16, 1.5)
        time_map(report, kernels, 131072, torch.bfloat16, 10)
        time_map(report, kernels, 32768, torch.float32)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"device": torch.cuda.get_device_name(), "torch": torch.__version__, "rows": report.rows}, file, indent=1)
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
