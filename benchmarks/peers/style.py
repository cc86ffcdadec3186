"""The peer of StyleBenchmark: style transfer with VGG-19 in PyTorch, one iteration at a time when asked.

The usual code: autograd over the whole picture in float32, Gram matrices of conv1_1 to conv5_1, the content of conv4_2,
average pools, total variation, Adam on pixels in 0..1. Weights and pictures come from a file.

Reads lines from the standard input and answers each with one line:
  version                 the version of torch
  make FILE THREADS       "made"; FILE holds features.N.weight, features.N.bias, content, style
  step                    loss, wall seconds and processor seconds of one iteration
"""
import sys
import time

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

DEPTHS = [2, 2, 4, 4, 4]
STYLE = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT = "conv4_2"
MEAN = (103.939, 116.779, 123.68)
STYLE_WEIGHT, CONTENT_WEIGHT, VARIATION = 20.0, 1.0, 2.0
RATE, BETAS = 0.02, (0.9, 0.99)


class Features(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.layers, number = [], 0
        for stage, depth in enumerate(DEPTHS, 1):
            for index in range(1, depth + 1):
                weight = weights[f"features.{number}.weight"]
                bias = weights[f"features.{number}.bias"]
                self.layers.append((f"conv{stage}_{index}", weight, bias))
                number += 2
            self.layers.append((None, None, None))
            number += 1

    def forward(self, picture):
        x = picture.flip(1) * 255 - torch.tensor(MEAN).view(1, 3, 1, 1)
        found = {}
        for name, weight, bias in self.layers:
            if name is None:
                x = F.avg_pool2d(x, 2)
                continue
            x = F.relu(F.conv2d(x, weight, bias, padding=1))
            found[name] = x
            if name == STYLE[-1]:
                return found


def gram(features):
    flat = features.flatten(2).squeeze(0)
    return flat @ flat.T / flat.numel()


class Case:
    def __init__(self, file, threads):
        torch.set_num_threads(int(threads))
        tensors = load_file(file)
        self.features = Features(tensors)
        with torch.no_grad():
            style = self.features(tensors["style"])
            self.style = {name: gram(style[name]) for name in STYLE}
            self.content = self.features(tensors["content"])[CONTENT]
        self.units = {name: target.square().mean() for name, target in self.style.items()}
        self.picture = tensors["content"].clone().requires_grad_()
        self.optimizer = torch.optim.Adam([self.picture], lr=RATE, betas=BETAS)

    def step(self):
        self.optimizer.zero_grad()
        found = self.features(self.picture)
        loss = CONTENT_WEIGHT * F.mse_loss(found[CONTENT], self.content) / self.content.square().mean()
        for name in STYLE:
            loss = loss + STYLE_WEIGHT / len(STYLE) * F.mse_loss(gram(found[name]), self.style[name]) / self.units[name]
        across = (self.picture[:, :, :, 1:] - self.picture[:, :, :, :-1]).square().mean()
        down = (self.picture[:, :, 1:] - self.picture[:, :, :-1]).square().mean()
        loss = loss + VARIATION * (across + down)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def main():
    case = None
    for line in sys.stdin:
        words = line.split()
        if words[0] == "version":
            answer = f"torch {torch.__version__}"
        elif words[0] == "make":
            case = Case(*words[1:])
            answer = "made"
        else:
            wall, cpu = time.perf_counter(), time.process_time()
            loss = case.step()
            answer = f"{loss:.9g} {time.perf_counter() - wall:.6f} {time.process_time() - cpu:.6f}"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
