"""Writes the checkpoints beside this file. Made with Python 3.11, PyTorch 2.13.0 and NumPy; the tests do not run it."""

import argparse
import collections
import pathlib

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent


def tensors():
    base = torch.arange(24, dtype=torch.float32) / 8
    cube = base.view(2, 3, 4)
    values = collections.OrderedDict()
    values["cube"] = cube
    values["transposed"] = cube.transpose(0, 2)
    values["part"] = cube[1, :, 1:3]
    values["expanded"] = base[3:4].expand(5)
    values["channels_last"] = torch.arange(48.0).reshape(2, 3, 2, 4).contiguous(memory_format=torch.channels_last)
    values["parameter"] = torch.nn.Parameter(torch.tensor([1.5, -2.5]))
    values["scalar"] = torch.tensor(7.0)
    values["empty"] = torch.zeros(0, 4)
    for name in "float64 float16 bfloat16 int64 int32 int16 int8 uint8".split():
        values[name] = (torch.arange(6) + 1).to(getattr(torch, name)).reshape(2, 3)
    values["bool"] = torch.tensor([True, False, True])
    return values


def training():
    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    for i, value in enumerate(network.state_dict().values()):
        value.fill_(i)
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(4, 3)).sum().backward()
    optimizer.step()
    for i, value in enumerate(network.state_dict().values()):
        value.fill_(i)
    state = collections.OrderedDict(("module." + key, value) for key, value in network.state_dict().items())
    state._metadata = network.state_dict()._metadata
    return {"epoch": 3, "arch": "tiny", "best": 0.75, "state_dict": state, "optimizer": optimizer.state_dict()}


torch.manual_seed(0)
torch.save(tensors(), HERE / "zip.pth")
torch.save(tensors(), HERE / "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(tensors(), HERE / "protocol4.h5", pickle_protocol=4)
torch.save(training(), HERE / "training.pth.tar")
torch.save(training(), HERE / "training_legacy.pth.tar", _use_new_zipfile_serialization=False)
torch.save({"args": argparse.Namespace(lr=1), "state_dict": {"a": torch.ones(1)}}, HERE / "namespace.pth")
best = {"best_acc1": torch.tensor(61.5)}
torch.save(best | training(), HERE / "training_with_tensor.pth.tar")
torch.save(torch.nn.Linear(1, 1), HERE / "module.pth")
torch.jit.script(torch.nn.Linear(1, 1)).save(HERE / "script.pt")
torch.save({"a": torch.ones(2, dtype=torch.complex64)}, HERE / "complex.pth")

arrays = {
    "cube": (np.arange(24, dtype=np.float32) / 8).reshape(2, 3, 4),
    "Transformer/fortran": np.asfortranarray(np.arange(6, dtype=np.float64).reshape(2, 3)),
    "half": np.arange(6, dtype=np.float16),
    "count": np.array(7, dtype=np.int64),
    "flags": np.array([True, False, True]),
    "bfloat16": torch.arange(6, dtype=torch.bfloat16).view(torch.int16).numpy().view("V2"),
}
np.savez(HERE / "arrays.npz", **arrays)
np.savez_compressed(HERE / "compressed.npz", **arrays)
np.savez(HERE / "text.npz", words=np.array(["a", "b"]))
np.savez(HERE / "objects.npz", things=np.array([{}], dtype=object))
np.savez(HERE / "big_endian.npz", numbers=np.arange(3, dtype=">f4"))
