#!/usr/bin/env python3
"""Writes tests/data/archives: checkpoints as torch.save makes them, and pickles that want to run something.

Usage: python archives_fixtures.py      (with torch 2.11; the tests know the values from the formulas below)
"""
import collections
import os
import pathlib
import pickle
import zipfile

import torch

FOLDER = pathlib.Path(__file__).parent / "archives"


def ramp(*shape, dtype=torch.float32):
    """0, 0.25, 0.5, ...: exact in every type."""
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count, dtype=torch.float32) / 4).reshape(shape).to(dtype)


def state():
    table = ramp(6, 4)
    shared = ramp(10)
    tensors = collections.OrderedDict()
    tensors["float32"] = ramp(3, 5)
    tensors["float16"] = ramp(3, 5, dtype=torch.float16)
    tensors["bfloat16"] = ramp(3, 5, dtype=torch.bfloat16)
    tensors["float64"] = ramp(2, 2, dtype=torch.float64)
    tensors["transposed"] = table.t()
    tensors["rows"] = table[2:4]
    tensors["columns"] = table[:, 1:3]
    tensors["shared.whole"] = shared
    tensors["shared.tail"] = shared[7:]
    tensors["parameter"] = torch.nn.Parameter(ramp(2, 3))
    tensors["scalar"] = torch.tensor(-1.5)
    tensors["empty"] = torch.zeros(0, 4)
    tensors["steps"] = torch.tensor([7], dtype=torch.int64)
    return tensors


class Runs:
    """Unpickled by Python, this would run a command."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def write_archive(name, pickled):
    with zipfile.ZipFile(FOLDER / name, "w", zipfile.ZIP_STORED) as archive:
        for entry, data in (("archive/data.pkl", pickled), ("archive/version", b"3\n")):
            archive.writestr(zipfile.ZipInfo(entry), data)


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.save(state(), FOLDER / "zip.bin")
    torch.save(dict(state()), FOLDER / "plain_dict.bin")
    torch.save(state(), FOLDER / "protocol4.bin", pickle_protocol=4)
    torch.save(state(), FOLDER / "old.bin", _use_new_zipfile_serialization=False)
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.LayerNorm(3))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(ramp(*parameter.shape))
    torch.save(module.state_dict(), FOLDER / "module.bin")  # with the _metadata that modules add
    torch.save(ramp(2), FOLDER / "no_dictionary.bin")

    write_archive("system.bin", pickle.dumps({"weight": Runs(os.system, "true")}, protocol=2))
    write_archive("eval.bin", pickle.dumps({"weight": Runs(eval, "1")}, protocol=4))
    write_archive("getattr.bin", pickle.dumps({"weight": Runs(getattr, "text", "upper")}, protocol=2))


if __name__ == "__main__":
    main()
