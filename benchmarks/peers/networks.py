"""The peer of NetworkSpeedBenchmark: the same networks in PyTorch, one step at a time when asked.

Reads lines from the standard input and answers each with one line:
  version                                        versions of torch and torchvision
  make NETWORK train|infer float32|bfloat16 BATCH SIDE THREADS   "made"
  step                                           wall seconds and processor seconds of one step or inference
"""
import sys
import time

try:
    import torchvision_cpu  # noqa: F401  (declares operators that some builds lack)
except ImportError:
    pass
import torch
import torchvision
from torch import nn


def network(name):
    if name == "resnet18_cifar":
        made = torchvision.models.resnet18(num_classes=10)
        made.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        made.maxpool = nn.Identity()
        return made, 10
    return torchvision.models.get_model(name, weights=None), 1000


class Case:
    def __init__(self, name, mode, precision, batch, side, threads):
        torch.set_num_threads(int(threads))
        torch.manual_seed(1)
        self.model, classes = network(name)
        self.half = precision == "bfloat16"
        self.inputs = torch.randn(int(batch), 3, int(side), int(side))
        if name.startswith("resnet"):
            self.model = self.model.to(memory_format=torch.channels_last)
            self.inputs = self.inputs.to(memory_format=torch.channels_last)
        self.labels = torch.randint(0, classes, (int(batch),))
        self.training = mode == "train"
        self.model.train(self.training)
        if self.training:
            decaying = [p for p in self.model.parameters() if p.dim() > 1]
            others = [p for p in self.model.parameters() if p.dim() <= 1]
            self.optimizer = torch.optim.SGD(
                [{"params": decaying, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}],
                1e-3, 0.9, nesterov=True, fused=True)

    def step(self):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            if not self.training:
                with torch.inference_mode():
                    self.model(self.inputs)
                return
            logits = self.model(self.inputs)
        loss = nn.functional.cross_entropy(logits.float(), self.labels, label_smoothing=0.1)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def main():
    case = None
    for line in sys.stdin:
        words = line.split()
        if words[0] == "version":
            answer = f"torch {torch.__version__}, torchvision {torchvision.__version__}"
        elif words[0] == "make":
            case = Case(*words[1:])
            answer = "made"
        else:
            wall, cpu = time.perf_counter(), time.process_time()
            case.step()
            answer = f"{time.perf_counter() - wall:.6f} {time.process_time() - cpu:.6f}"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
