"""A copy of an ImageFolder as JPEG files that hold as many bytes as the records of a data set.

    python equal_bytes.py SRC PICTURES.csv OUT      (PICTURES.csv: sekkei inspect DATASET --csv PICTURES.csv)

Only the entropy-coded part of a JPEG is counted, not its headers and tables, which are longer than a small picture's record:
that is in JPEG's favour. Each picture gets the highest quality that does not exceed its record; where
none is so small, the smallest JPEG there is. Prints the mean bytes of both, how many JPEGs are larger than their record, and
the mean PSNR of the JPEGs. libjpeg-turbo by Pillow, 4:2:0, optimised Huffman tables.
"""
import csv
import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def scan_bytes(file):
    """Bytes after the start-of-scan header."""
    start = file.index(b"\xff\xda")
    return len(file) - start - 2 - int.from_bytes(file[start + 2 : start + 4], "big")


def encode(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True, subsampling=2)
    return file.getvalue()


def at_most(picture, budget):
    low, high = 1, 95
    best = encode(picture, low)
    while low < high:
        middle = (low + high + 1) // 2
        file = encode(picture, middle)
        if scan_bytes(file) <= budget:
            low, best = middle, file
        else:
            high = middle - 1
    return best


def main(source, table, out):
    records, scans, psnr, larger = [], [], [], 0
    for row in csv.DictReader(open(table, newline="")):
        picture = Image.open(Path(source) / row["name"]).convert("RGB")
        budget = int(row["bytes"])
        file = at_most(picture, budget)
        records.append(budget)
        scans.append(scan_bytes(file))
        larger += scans[-1] > budget
        decoded = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"), dtype=float)
        psnr.append(10 * np.log10(255**2 / max(1e-9, np.mean((decoded - np.asarray(picture, dtype=float)) ** 2))))
        target = (Path(out) / row["name"]).with_suffix(".jpg")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file)
    print(f"{len(records)} pictures: records {np.mean(records):.1f} bytes, JPEG without headers {np.mean(scans):.1f} bytes,")
    print(f"{larger} JPEGs larger than their record, JPEG {np.mean(psnr):.2f} dB")


main(*sys.argv[1:])
