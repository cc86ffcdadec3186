"""Writes positions.npz: a position embedding, and what timm and torchvision make of it for other grids.

Run with timm 1.0 and torchvision 0.28 beside PyTorch: python make_position_fixtures.py
"""
import numpy as np
import torch
from timm.layers.pos_embed import resample_abs_pos_embed

SIDE, CHANNELS = 6, 3
arrays = {}
generator = torch.Generator().manual_seed(0)
grid = torch.rand(1, SIDE * SIDE, CHANNELS, generator=generator)
token = torch.rand(1, 1, CHANNELS, generator=generator)
embedding = torch.cat([token, grid], 1)
arrays["with_token"] = embedding
arrays["without_token"] = grid
for side in (4, 9):
    arrays[f"timm_with_token_{side}"] = resample_abs_pos_embed(embedding, [side, side])
    arrays[f"timm_without_token_{side}"] = resample_abs_pos_embed(grid, [side, side], num_prefix_tokens=0)
    # torchvision.models.vision_transformer.interpolate_embeddings takes this way, for whole networks.
    square = grid.permute(0, 2, 1).reshape(1, CHANNELS, SIDE, SIDE)
    resized = torch.nn.functional.interpolate(square, size=side, mode="bicubic", align_corners=True)
    arrays[f"torchvision_with_token_{side}"] = torch.cat([token, resized.flatten(2).permute(0, 2, 1)], 1)
np.savez("positions.npz", **{name: value.numpy() for name, value in arrays.items()})
