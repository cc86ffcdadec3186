package org.sekkei.train;

import org.sekkei.models.Model;
import org.sekkei.torch.AdaptiveAvgPool2d;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// As [Tiny], with a branch that can be left out.
final class TinyResidual extends Layer {
    static final Model MODEL = new Model("tiny-residual", "none", TinyResidual::new);

    private final Layer stem;
    private final Layer branch;
    private final Layer dropPath = child("drop_path", new DropPath());
    private final Layer pool = new AdaptiveAvgPool2d(1, 1);
    private final Layer head;

    TinyResidual(int classes, Generator generator) {
        stem = child(
                "stem",
                new Sequential(
                        new Conv2d(Conv2d.options(3, 8, 3).padding(1), generator), new BatchNorm2d(8), new ReLU()));
        branch = child("branch", new Conv2d(Conv2d.options(8, 8, 3).padding(1), generator));
        head = child("head", new Linear(8, classes, generator));
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        Tensor x = stem.apply(pictures);
        Tensor y = x.add(dropPath.apply(branch.apply(x)));
        return head.apply(pool.apply(y).flatten(1, -1));
    }
}
