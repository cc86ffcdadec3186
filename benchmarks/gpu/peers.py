"""Trains ResNet-18 from JPEG files by the ways that PyTorch has, and prints a line a way: name, workers, pictures a second,
busy cores, note.

usage: peers.py FOLDER DEVICE BATCH SIDE SECONDS      FOLDER is an ImageFolder tree; DEVICE is cuda:N or cpu
"""
import itertools
import os
import sys
import time

import torch

try:
    import torchvision_cpu  # noqa: F401  (declares operators that some builds lack)
except ImportError:
    pass
import torchvision
from torchvision import datasets, transforms
from torchvision.transforms import v2

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def network(device):
    model = torchvision.models.resnet18().to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, weight_decay=1e-4, nesterov=True)

    def step(pictures, labels):
        with torch.autocast(device.type, torch.bfloat16):
            loss = torch.nn.functional.cross_entropy(model(pictures).float(), labels, label_smoothing=0.1)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return loss

    return step


def processor_seconds(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def measure(name, workers, batches, pids, device, seconds, note=""):
    step = network(device)
    pictures = begin = used = None
    for i, (inputs, labels) in enumerate(batches):
        inputs = inputs.to(device, memory_format=torch.channels_last, non_blocking=True)
        loss = step(inputs, labels.to(device, non_blocking=True))
        if pictures is not None:
            pictures += len(labels)
            if time.perf_counter() - begin > seconds:
                break
        elif i >= 3:
            loss.item()
            pictures, begin, used = 0, time.perf_counter(), processor_seconds(pids)
    loss.item()
    taken = time.perf_counter() - begin
    print(f"{name},{workers},{pictures / taken:.1f},{(processor_seconds(pids) - used) / taken:.2f},{note}", flush=True)


def synthetic(device, batch, side, seconds):
    inputs = torch.randn(batch, 3, side, side, device=device).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 1000, (batch,), device=device)
    measure("PyTorch synthetic", 0, itertools.repeat((inputs, labels)), [os.getpid()], device, seconds, "its ceiling")


def loader(folder, device, batch, side, seconds, workers):
    dataset = datasets.ImageFolder(folder, transforms.Compose([
        transforms.RandomResizedCrop(side, antialias=True), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
        transforms.Normalize(MEAN, DEVIATION)]))
    repeated = torch.utils.data.ConcatDataset([dataset] * (1 + 1_000_000 // len(dataset)))
    batches = iter(torch.utils.data.DataLoader(
        repeated, batch, shuffle=True, num_workers=workers, pin_memory=device.type == "cuda", drop_last=True))
    pids = [os.getpid()] + [worker.pid for worker in batches._workers]
    measure("PyTorch DataLoader", workers, batches, pids, device, seconds)


def decoded_on_card(folder, device, batch, side, seconds):
    """nvJPEG by torchvision: bytes from memory, decoded and cropped on the card."""
    dataset = datasets.ImageFolder(folder)
    files = [torchvision.io.read_file(path) for path, _ in dataset.samples if path.lower().endswith((".jpg", ".jpeg"))]
    labels = torch.tensor([label for _, label in dataset.samples])
    crop = v2.Compose([v2.RandomResizedCrop(side, antialias=True), v2.RandomHorizontalFlip()])
    mean = torch.tensor(MEAN, device=device).view(3, 1, 1) * 255
    deviation = torch.tensor(DEVIATION, device=device).view(3, 1, 1) * 255

    def batches():
        while True:
            chosen = torch.randint(0, len(files), (batch,))
            pictures = torchvision.io.decode_jpeg(
                [files[i] for i in chosen], mode=torchvision.io.ImageReadMode.RGB, device=device)
            yield torch.stack([(crop(picture).float() - mean) / deviation for picture in pictures]), labels[chosen]

    measure("torchvision nvJPEG", 0, batches(), [os.getpid()], device, seconds, "files in memory")


def dali(folder, device, batch, side, seconds):
    from nvidia.dali import fn, pipeline_def, types
    from nvidia.dali.plugin.pytorch import DALIGenericIterator

    @pipeline_def(batch_size=batch, num_threads=8, device_id=device.index or 0)
    def pipeline():
        files, labels = fn.readers.file(file_root=folder, random_shuffle=True, name="files")
        pictures = fn.decoders.image_random_crop(files, device="mixed", output_type=types.RGB)
        pictures = fn.resize(pictures, device="gpu", resize_x=side, resize_y=side)
        pictures = fn.crop_mirror_normalize(
            pictures, dtype=types.FLOAT, output_layout="CHW", mean=[255 * m for m in MEAN],
            std=[255 * d for d in DEVIATION], mirror=fn.random.coin_flip())
        return pictures, labels

    def batches():
        while True:
            pipe = pipeline()
            for item in DALIGenericIterator([pipe], ["pictures", "labels"], reader_name="files"):
                yield item[0]["pictures"], item[0]["labels"].squeeze(1).long()

    measure("DALI", 8, batches(), [os.getpid()], device, seconds)


def main(folder, device, batch, side, seconds):
    torch.backends.cudnn.benchmark = True
    torch.set_num_threads(max(1, min(8, os.cpu_count() or 1)))
    ways = [("PyTorch synthetic", lambda: synthetic(device, batch, side, seconds))]
    for workers in (1, 2, 4, 8, 16) if device.type == "cuda" else (1,):
        ways.append((f"PyTorch DataLoader {workers}",
                     lambda workers=workers: loader(folder, device, batch, side, seconds, workers)))
    if device.type == "cuda":
        ways.append(("torchvision nvJPEG", lambda: decoded_on_card(folder, device, batch, side, seconds)))
        ways.append(("DALI", lambda: dali(folder, device, batch, side, seconds)))
    for name, way in ways:
        try:
            way()
        except Exception as problem:  # a way that is not there is a row that says so
            print(f"{name},-,-,-,not measured: {str(problem).splitlines()[0].replace(',', ';')}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], torch.device(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
