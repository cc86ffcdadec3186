"""Pictures a second of a PyTorch DataLoader over an ImageFolder: PIL, random resized crop, flip, tensor, normalise.

usage: dataloader.py FOLDER SIZE WORKERS SECONDS; prints the rate of whole batches of 64 after a warm-up epoch's start,
and the milliseconds of processor time that a picture took, workers included.
"""
import os
import sys
import time

try:
    import torchvision_cpu  # noqa: F401  (declares operators that some builds lack)
except ImportError:
    pass
import torch
from torchvision import datasets, transforms


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(folder, size, workers, seconds):
    transform = transforms.Compose([
        transforms.RandomResizedCrop(size, antialias=True),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    dataset = datasets.ImageFolder(folder, transform)
    # One long epoch, so that workers start once.
    repeated = torch.utils.data.ConcatDataset([dataset] * (1 + 200_000 // len(dataset)))
    loader = torch.utils.data.DataLoader(repeated, 64, shuffle=True, num_workers=workers)
    pictures = 0
    begin = None
    batches = iter(loader)
    own = [os.getpid()] + [worker.pid for worker in getattr(batches, "_workers", [])]
    for i, (batch, _) in enumerate(batches):
        if i == 2 * max(1, workers):
            begin = time.perf_counter()
            used = sum(map(processor_seconds, own))
        elif begin is not None:
            pictures += len(batch)
            if time.perf_counter() - begin > seconds:
                break
    used = sum(map(processor_seconds, own)) - used
    print(f"{pictures / (time.perf_counter() - begin):.1f} {1000 * used / pictures:.3f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
