"""Compares networks with PyTorch's, timm's and with ones written here after the authors' publications.

  python benchmarks/peers/parity.py [--csv FILE] [--keep DIR] [NAME ...]

Each peer gets weights and inputs by the rule of docs/networks.md. Then `sekkei models run` computes the same from the
files, of which every element of every output and tap is compared, and `sekkei models check` compares keys, shapes,
their order and the number of parameters. Needs torch, torchvision, timm and safetensors.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

try:
    import torchvision_cpu  # noqa: F401  (declares operators that some builds lack)
except ImportError:
    pass
import numpy
import safetensors.torch
import timm
import torch
import torchvision
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parents[2]
MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
CHUNK = 1 << 22


# ---------------------------------------------------------------- the rule

def uniform(name, count):
    """Numbers in [0, 1) that depend on the name alone."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    numbers = numpy.empty(count)
    for start in range(0, count, CHUNK):
        index = numpy.arange(start + 1, min(start + CHUNK, count) + 1, dtype=numpy.uint64)
        z = numpy.uint64(seed) + index * numpy.uint64(STEP)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
        numbers[start:start + len(index)] = (z >> numpy.uint64(40)).astype(numpy.float64) / 2 ** 24
    return numbers


def weight(name, shape):
    u = uniform(name, math.prod(shape))
    last = name.rsplit(".", 1)[-1]
    if last == "running_var":
        values = 0.5 + u
    elif last == "running_mean":
        values = 0.4 * u - 0.2
    elif len(shape) <= 1:
        values = 0.8 + 0.4 * u if last == "weight" else 0.2 * u - 0.1
    else:
        values = (2 * u - 1) * math.sqrt(6 / math.prod(shape[1:]))
    return torch.from_numpy(values.astype(numpy.float32)).reshape(shape)


def fill(network):
    """Fills the state in place; what lies under two names is filled under the first."""
    filled = set()
    for name, tensor in network.state_dict().items():
        if not name.endswith("num_batches_tracked") and tensor.data_ptr() not in filled:
            filled.add(tensor.data_ptr())
            tensor.copy_(weight(name, tuple(tensor.shape)))


# ---------------------------------------------------------------- peers of this file

class Nin(nn.Module):
    """Caffe's nin_imagenet with the places that its PyTorch conversion gives the layers."""

    def __init__(self):
        super().__init__()
        layers = []
        for inputs, width, out, kernel, stride, padding in (
                (3, 96, 96, 11, 4, 0), (96, 256, 256, 5, 1, 2), (256, 384, 384, 3, 1, 1), (384, 1024, 1000, 3, 1, 1)):
            if inputs > 3:
                layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            if inputs == 384:
                layers.append(nn.Dropout())
            layers += [nn.Conv2d(inputs, width, kernel, stride, padding), nn.ReLU(),
                       nn.Conv2d(width, width, 1), nn.ReLU(), nn.Conv2d(width, out, 1), nn.ReLU()]
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1))

    def forward(self, x):
        return self.features(x).flatten(1)


class DeepVit(nn.Module):
    """arXiv 2103.11886 with the measures and names of zhoudaquan/dvit_repo."""

    def __init__(self, dim, depth, mixed, stem=False, scaled=False, side=224):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, (side // 16) ** 2 + 1, dim))
        parts = {}
        if stem:
            parts["conv1"] = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
            parts["bn1"] = nn.BatchNorm2d(64)
            parts["relu"] = nn.ReLU()
            parts["conv2"] = nn.Conv2d(64, 64, 3, 1, 1, bias=False)
            parts["bn2"] = nn.BatchNorm2d(64)
            parts["relu2"] = nn.ReLU()
            parts["proj"] = nn.Conv2d(64, dim, 8, 8)
        else:
            parts["proj"] = nn.Conv2d(3, dim, 16, 16)
        self.patch_embed = nn.Sequential()
        for name, part in parts.items():
            self.patch_embed.add_module(name, part)
        self.blocks = nn.ModuleList(
            DeepVitBlock(dim, i >= depth - mixed, 0.5 if stem else 1, scaled) for i in range(depth))
        self.norm = nn.LayerNorm(dim, 1e-6)
        self.head = nn.Linear(dim, 1000)

    def forward(self, x):
        tokens = self.patch_embed(x).flatten(2).mT
        x = torch.cat((self.cls_token.expand(len(x), -1, -1), tokens), 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class DeepVitBlock(nn.Module):
    def __init__(self, dim, mixed, adjustment, scaled):
        super().__init__()
        self.adjustment = adjustment
        self.norm1 = nn.LayerNorm(dim, 1e-6)
        self.attn = DeepVitAttention(dim, mixed, scaled)
        self.norm2 = nn.LayerNorm(dim, 1e-6)
        self.mlp = nn.Module()
        self.mlp.fc1 = nn.Linear(dim, 3 * dim)
        self.mlp.fc2 = nn.Linear(3 * dim, dim)

    def forward(self, x):
        a = self.adjustment
        x = x + self.attn(self.norm1(a * x)) / a
        return x + self.mlp.fc2(functional.gelu(self.mlp.fc1(self.norm2(a * x)))) / a


class DeepVitAttention(nn.Module):
    HEADS = 12

    def __init__(self, dim, mixed, scaled):
        super().__init__()
        self.scale = (dim // self.HEADS) ** -0.5
        self.mixed_scale = self.scale if scaled else 1
        self.mixed = mixed
        if mixed:
            self.reatten_matrix = nn.Conv2d(self.HEADS, self.HEADS, 1)
            self.var_norm = nn.BatchNorm2d(self.HEADS)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        q, k, v = (part.unflatten(-1, (self.HEADS, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        maps = torch.softmax(q @ k.mT * self.scale, -1)
        if self.mixed:
            maps = self.var_norm(self.reatten_matrix(maps)) * self.mixed_scale
        return self.proj((maps @ v).transpose(1, 2).flatten(2))


def instance_norm(channels):
    return nn.InstanceNorm2d(channels, track_running_stats=True)


class Critic(nn.Module):
    """The critic of DeblurGAN (3 layers) and of DeblurGAN-v2 (3 and 5)."""

    def __init__(self, depth):
        super().__init__()
        widths = [min(64 << i, 512) for i in range(depth + 1)]
        layers = [nn.Conv2d(3, 64, 4, 2, 2), nn.LeakyReLU(0.2)]
        for i in range(depth):
            layers += [nn.Conv2d(widths[i], widths[i + 1], 4, 1 if i == depth - 1 else 2, 2),
                       instance_norm(widths[i + 1]), nn.LeakyReLU(0.2)]
        self.model = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 2))

    def forward(self, x):
        return self.model(x)


class FpnInception(nn.Module):
    """DeblurGAN-v2 on timm's Inception-ResNet-v2, whose layers have pretrainedmodels' names but for the last."""

    def __init__(self):
        super().__init__()
        self.fpn = InceptionPyramid()
        for i in range(1, 5):
            head = nn.Module()
            head.block0 = nn.Conv2d(256, 128, 3, padding=1, bias=False)
            head.block1 = nn.Conv2d(128, 128, 3, padding=1, bias=False)
            self.add_module(f"head{i}", head)
        self.smooth = nn.Sequential(nn.Conv2d(512, 128, 3, padding=1), instance_norm(128), nn.ReLU())
        self.smooth2 = nn.Sequential(nn.Conv2d(128, 64, 3, padding=1), instance_norm(64), nn.ReLU())
        self.final = nn.Conv2d(64, 3, 3, padding=1)

    def forward(self, x):
        maps = self.fpn(x)
        joined = []
        for i in range(4, 0, -1):
            head = getattr(self, f"head{i}")
            joined.append(nearest(torch.relu(head.block1(torch.relu(head.block0(maps[i])))), 1 << i - 1))
        y = nearest(self.smooth(torch.cat(joined, 1)), 2)
        y = nearest(self.smooth2(y + maps[0]), 2)
        return torch.clamp(torch.tanh(self.final(y)) + x, -1, 1)


class InceptionPyramid(nn.Module):
    def __init__(self):
        super().__init__()
        backbone = timm.create_model("inception_resnet_v2", pretrained=False)
        backbone.last_linear = backbone.classif
        del backbone.classif
        self.inception = backbone
        stages = (("conv2d_1a",), ("conv2d_2a", "conv2d_2b", "maxpool_3a"), ("conv2d_3b", "conv2d_4a", "maxpool_5a"),
                  ("mixed_5b", "repeat", "mixed_6a"), ("repeat_1", "mixed_7a"))
        for i, names in enumerate(stages):
            parts = [getattr(backbone, name) for name in names]
            self.add_module(f"enc{i}", nn.Sequential(*parts) if len(parts) > 1 else parts[0])
        for i in (1, 2, 3):
            self.add_module(f"td{i}", nn.Sequential(nn.Conv2d(256, 256, 3, padding=1), instance_norm(256), nn.ReLU()))
        for i, channels in ((4, 2080), (3, 1088), (2, 192), (1, 64), (0, 32)):
            self.add_module(f"lateral{i}", nn.Conv2d(channels, 256 if i else 128, 1, bias=False))

    def forward(self, x):
        edges = {4: (1, 1, 1, 1), 3: (1, 1, 1, 1), 2: (1, 2, 1, 2), 1: (1, 1, 1, 1), 0: (0, 1, 0, 1)}
        maps = []
        for i in range(5):
            x = getattr(self, f"enc{i}")(x)
            maps.append(functional.pad(getattr(self, f"lateral{i}")(x), edges[i], "reflect"))
        for i in (3, 2, 1):
            maps[i] = getattr(self, f"td{4 - i}")(maps[i] + nearest(maps[i + 1], 2))
        return maps


def nearest(x, times):
    return functional.interpolate(x, scale_factor=times, mode="nearest") if times > 1 else x


# ---------------------------------------------------------------- the cases

class Case:
    def __init__(self, name, make, shape, taps, output="logits", training=False, span=2, source=None):
        self.name, self.make, self.shape, self.taps = name, make, shape, taps
        self.output, self.training, self.span = output, training, span
        self.source = source or "written for this comparison"


def of_torchvision(name, shape, taps):
    return Case(name, lambda: torchvision.models.get_model(name, weights=None), shape, taps,
                source=f"torchvision {torchvision.__version__}")


def of_timm(name, shape, taps, **options):
    return Case(name, lambda: timm.create_model(name, pretrained=False, **options), shape, taps,
                source=f"timm {timm.__version__}")


def picture(height, width, batch=1):
    return batch, 3, height, width


def cases():
    blocks = ["patch_embed", "blocks.3.attn", "blocks.0", "blocks.11.mlp.fc1", "norm"]
    yield of_torchvision("resnet34", picture(224, 320, 2), ["bn1", "layer2.0.conv1", "layer2.0.downsample.0", "layer4"])
    yield of_torchvision("resnet50", picture(250, 190, 2), ["maxpool", "layer1.0.bn3", "layer3.5", "avgpool"])
    yield of_torchvision("vgg16", picture(250, 190), ["features.0", "features.16", "features.30", "classifier.3"])
    yield Case("nin", Nin, picture(224, 320, 2), ["features.0", "features.6", "features.19", "features.27"])
    yield of_torchvision("vit_b_32", picture(224, 224, 2),
                         ["conv_proj", "encoder.layers.encoder_layer_3.self_attention",
                          "encoder.layers.encoder_layer_5", "encoder.ln", "heads.head"])
    yield of_torchvision("vit_l_16", picture(224, 224), ["encoder.layers.encoder_layer_20.mlp", "encoder.ln"])
    for name in ("vit_tiny_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224",
                 "vit_small_patch32_224", "vit_base_patch32_224"):
        yield of_timm(name, picture(224, 224, 2), blocks)
    for name in ("vit_tiny_patch16_384", "vit_small_patch16_384", "vit_base_patch16_384", "vit_small_patch32_384"):
        yield of_timm(name, picture(384, 384), blocks)
    for name, shape in (("vit_tiny_patch16_224", picture(224, 320)), ("vit_small_patch16_384", picture(160, 208))):
        # With this option timm's embedding gives a grid instead of tokens.
        yield of_timm(name, shape, ["patch_embed.proj", *blocks[1:]], dynamic_img_size=True)
    mixing = ["patch_embed.proj", "blocks.15.attn", "blocks.15", "norm"]
    yield Case("deepvit_24b", lambda: DeepVit(384, 24, 24), picture(224, 224, 2), mixing)
    yield Case("deepvit_32b", lambda: DeepVit(384, 32, 32), picture(224, 224), mixing)
    yield Case("deepvit_s", lambda: DeepVit(396, 16, 5, True, True), picture(224, 224, 2),
               ["patch_embed.conv2", "patch_embed.bn2", *mixing])
    yield Case("deepvit_l", lambda: DeepVit(420, 32, 12, True), picture(224, 224), mixing)
    yield Case("deepvit_l_384", lambda: DeepVit(420, 32, 12, True, side=384), picture(384, 384), mixing)
    gan = dict(training=True, span=1)
    for name, depth in (("deblurgan_critic", 3), ("deblurganv2_critic_patch", 3), ("deblurganv2_critic_full", 5)):
        yield Case(name, lambda depth=depth: Critic(depth), picture(256, 256, 2), ["model.0", "model.5", "model.8"],
                   "score", **gan)
    yield Case("deblurgan_critic", lambda: Critic(3), picture(250, 190), ["model.6"], "score", **gan)
    for shape in (picture(256, 256, 2), picture(224, 320)):
        yield Case("deblurganv2_inception", FpnInception, shape,
                   ["fpn.enc1", "fpn.enc3.1.4", "fpn.enc4", "fpn.td1", "fpn.lateral0", "smooth", "final"],
                   "restored", source=f"timm {timm.__version__}, pyramid written for this comparison", **gan)


# ---------------------------------------------------------------- comparing

def run_peer(case):
    """The network, its input and what it gives, by name."""
    network = case.make()
    network.train(case.training)
    with torch.no_grad():
        fill(network)
        x = ((2 * uniform("input", math.prod(case.shape)) - 1) * case.span).astype(numpy.float32)
        x = torch.from_numpy(x).reshape(case.shape)
        results = {}
        modules = dict(network.named_modules(remove_duplicate=False))
        for tap in case.taps:
            modules[tap].register_forward_hook(lambda _, __, given, tap=tap: results.__setitem__(
                tap, (given[0] if isinstance(given, tuple) else given).clone()))
        state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        results[case.output] = network(x)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return state, parameters, x, results


def reference(case, state, parameters, results):
    """The file that `sekkei models check` takes."""
    outputs = {}
    for name, values in results.items():
        flat = values.flatten().double()
        index = [int(i) for i in numpy.linspace(0, len(flat) - 1, 64)]
        outputs[name] = {"shape": list(values.shape), "mean": flat.mean().item(), "std": flat.std(correction=0).item(),
                         "absmax": flat.abs().max().item(), "samples": [[i, flat[i].item()] for i in index]}
    return {"model": case.name, "parameters": parameters,
            "state": [[name, list(tensor.shape)] for name, tensor in state.items()],
            "inputs": {"input": {"shape": list(case.shape), "low": -case.span, "high": case.span}},
            "outputs": outputs}


def sekkei(launcher, *arguments):
    done = subprocess.run([str(launcher), "models", *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode == 2 or not done.stdout:
        raise SystemExit(f"sekkei models {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def compare(case, folder, launcher):
    state, parameters, x, results = run_peer(case)
    folder.mkdir(parents=True, exist_ok=True)
    weights, inputs, outputs, expected = (folder / name for name in ("w.safetensors", "x.safetensors", "y.safetensors",
                                                                      "reference.json"))
    safetensors.torch.save_file(state, weights)
    safetensors.torch.save_file({"input": x}, inputs)
    expected.write_text(json.dumps(reference(case, state, parameters, results)))
    del state
    sekkei(launcher, "run", case.name, "--weights", weights, "--input", inputs, "--output", outputs,
           "--taps", ",".join(case.taps))
    checked = sekkei(launcher, "check", expected)
    if checked["failures"]:
        raise SystemExit(checked["failures"][0])
    checked = checked["networks"][0]["result"]
    given = safetensors.torch.load_file(outputs)
    worst, where = 0.0, ""
    for name, values in results.items():
        if given[name].shape != values.shape:
            error = math.inf
        else:
            error = ((given[name] - values).abs().max() / values.std()).item()
        if not error <= worst:
            worst, where = error, name
    return {"network": case.name, "input": "x".join(map(str, case.shape)), "parameters": checked["parameters"],
            "parameters_off": checked["parameters"] - parameters, "keys": checked["keys"],
            "keys_off": len(checked["keysOff"]), "outputs": len(results),
            "elements": sum(values.numel() for values in results.values()), "worst_error": f"{worst:.3g}",
            "worst_at": where, "peer": case.source}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", metavar="NAME", help="networks; all if not given")
    options.add_argument("--csv", help="write the table there")
    options.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="keep weights, inputs and outputs there")
    options.add_argument("--sekkei", type=pathlib.Path, default=ROOT / "sekkei", metavar="FILE", help="its launcher")
    options = options.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for case in cases():
            if options.names and case.name not in options.names:
                continue
            kept = options.keep / f"{case.name}-{'x'.join(map(str, case.shape))}" if options.keep else None
            row = compare(case, kept or pathlib.Path(scratch), options.sekkei)
            rows.append(row)
            print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    if options.csv:
        with open(options.csv, "w", newline="") as file:
            table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)
    bad = [row["network"] for row in rows
           if row["parameters_off"] or row["keys_off"] or not float(row["worst_error"]) <= 1e-4]
    if bad:
        sys.exit("these do not agree: " + ", ".join(bad))


if __name__ == "__main__":
    main()
