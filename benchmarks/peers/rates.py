"""Bytes and PSNR of the codecs that Pillow holds, over the PNG files of a folder.

Prints one row a codec, quality and picture: codec,quality,picture,bytes,psnr (bytes with the container).
JPEG is libjpeg-turbo with 4:2:0 and optimised Huffman tables.
"""
import io
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image, features

QUALITIES = {
    "JPEG": (10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95),
    "WEBP": (5, 10, 20, 30, 40, 50, 60, 70, 80, 90),
    "AVIF": (10, 20, 30, 40, 50, 60, 70, 80),
}
OPTIONS = {"JPEG": {"optimize": True, "subsampling": 2}, "WEBP": {"method": 6}, "AVIF": {"speed": 4}}


def main(folder):
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in sorted(Path(folder).glob("*.png"))]
    for codec, qualities in QUALITIES.items():
        if not features.check({"JPEG": "jpg"}.get(codec, codec.lower())):
            continue
        for quality in qualities:
            for i, picture in enumerate(pictures):
                file = io.BytesIO()
                Image.fromarray(picture).save(file, codec, quality=quality, **OPTIONS[codec])
                decoded = np.asarray(Image.open(file).convert("RGB"))
                error = np.mean((decoded.astype(float) - picture) ** 2)
                psnr = 10 * math.log10(255**2 / max(error, 1e-9))
                print(f"{codec},{quality},{i},{file.tell()},{psnr:.4f}", flush=True)


main(sys.argv[1])
