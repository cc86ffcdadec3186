package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Functional.Interpolation;
import org.sekkei.torch.Functional.Padding;
import org.sekkei.torch.Generator;
import org.sekkei.torch.InstanceNorm2d;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.ReLU;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// The generators of DeblurGAN-v2 (Kupyn et al., 2019, arXiv 1908.03826): a feature pyramid over a classifier's
/// features, and what joins its maps to a correction of the picture.
///
/// The authors predict in training mode: instance *and* batch norms use the picture's own statistics, and so they do
/// here in use too. The state holds the features under two names, as the authors' checkpoints do.
public final class DeblurGanV2 extends Layer {
    /// What the pyramid stands on.
    public enum Backbone {
        INCEPTION(256, 128),
        MOBILENET(128, 64);

        private final int pyramid;
        private final int filters;

        Backbone(int pyramid, int filters) {
            this.pyramid = pyramid;
            this.filters = filters;
        }
    }

    /// What both sides of a picture must be a multiple of.
    public static final int MULTIPLE = 32;

    private final Pyramid pyramid;
    private final List<Layer> heads = new ArrayList<>();
    private final Layer smooth;
    private final Layer smooth2;
    private final Layer last;

    public DeblurGanV2(Backbone backbone, Generator generator) {
        int filters = backbone.filters;
        pyramid = child("fpn", new Pyramid(backbone, generator));
        for (int i = 1; i <= 4; i++) {
            heads.add(child("head" + i, new Head(backbone.pyramid, filters, generator)));
        }
        smooth = child("smooth", unit(4 * filters, filters, generator));
        smooth2 = child("smooth2", unit(filters, filters / 2, generator));
        last = child("final", new Conv2d(Conv2d.options(filters / 2, 3, 3).padding(1), generator));
    }

    /// \[B, 3, H, W\] in -1..1 to the same, restored; H and W are multiples of [#MULTIPLE].
    ///
    /// @throws IllegalArgumentException if they are not
    @Override
    protected Tensor forward(Tensor pictures) {
        Sides.requireMultiple(pictures, MULTIPLE);
        List<Tensor> maps = pyramid.apply(pictures);
        List<Tensor> joined = new ArrayList<>();
        for (int i = 4; i >= 1; i--) {
            joined.add(enlarge(heads.get(i - 1).apply(maps.get(i)), 1 << (i - 1)));
        }
        Tensor x = enlarge(smooth.apply(Tensor.cat(joined, 1)), 2); // [B, filters, H / 2, W / 2]
        x = enlarge(smooth2.apply(x.add(maps.get(0))), 2); // [B, filters / 2, H, W]
        return last.apply(x).tanh().add(pictures).clamp(-1, 1);
    }

    private static Tensor enlarge(Tensor map, int times) {
        return times == 1
                ? map
                : Functional.interpolate(map, map.size(2) * times, map.size(3) * times, Interpolation.NEAREST);
    }

    private static Layer unit(int inputs, int outputs, Generator generator) {
        return new Sequential(
                new Conv2d(Conv2d.options(inputs, outputs, 3).padding(1), generator),
                new InstanceNorm2d(outputs, InstanceNorm2d.Statistics.PICTURE),
                new ReLU());
    }

    private static final class Head extends Layer {
        private final Layer first;
        private final Layer second;

        Head(int inputs, int outputs, Generator generator) {
            first = child(
                    "block0",
                    new Conv2d(Conv2d.options(inputs, outputs, 3).padding(1).bias(false), generator));
            second = child(
                    "block1",
                    new Conv2d(Conv2d.options(outputs, outputs, 3).padding(1).bias(false), generator));
        }

        @Override
        protected Tensor forward(Tensor map) {
            return second.apply(first.apply(map).reluInPlace()).reluInPlace();
        }
    }

    /// Five maps, from half of the picture's size to a thirty-second; the coarser ones flow into the finer ones.
    private static final class Pyramid extends Module {
        private final Backbone backbone;
        private final List<Layer> encoders = new ArrayList<>();
        private final List<Layer> descents = new ArrayList<>();
        private final List<Layer> laterals = new ArrayList<>();

        Pyramid(Backbone backbone, Generator generator) {
            this.backbone = backbone;
            int width = backbone.pyramid;
            int[] channels = switch (backbone) {
                case INCEPTION -> inception(generator);
                case MOBILENET -> mobilenet(generator);
            };
            for (int i = 0; i < channels.length; i++) {
                child("enc" + i, encoders.get(i));
            }
            for (int i = 1; i <= 3; i++) {
                descents.add(child("td" + i, unit(width, width, generator)));
            }
            for (int i = channels.length - 1; i >= 0; i--) {
                int outputs = i == 0 ? width / 2 : width;
                laterals.addFirst(child(
                        "lateral" + i,
                        new Conv2d(Conv2d.options(channels[i], outputs, 1).bias(false), generator)));
            }
        }

        private int[] inception(Generator generator) {
            InceptionResNetV2 all = child("inception", new InceptionResNetV2(BatchNorm2d.Statistics.BATCH, generator));
            encoders.add(all.conv1a);
            encoders.add(new Sequential(all.conv2a, all.conv2b, all.pool3a));
            encoders.add(new Sequential(all.conv3b, all.conv4a, all.pool5a));
            encoders.add(new Sequential(all.mixed5b, all.repeat, all.mixed6a));
            encoders.add(new Sequential(all.repeat1, all.mixed7a));
            return new int[] {32, 64, 192, 1088, 2080};
        }

        private int[] mobilenet(Generator generator) {
            List<Layer> all = MobileNetV2.features(BatchNorm2d.Statistics.BATCH, generator);
            child("features", new Sequential(all));
            int[] ends = {2, 4, 7, 11, 16};
            int start = 0;
            for (int end : ends) {
                encoders.add(new Sequential(all.subList(start, end)));
                start = end;
            }
            return new int[] {16, 24, 32, 64, 160};
        }

        /// The finest map first.
        List<Tensor> apply(Tensor pictures) {
            try (Scope scope = Scope.open()) {
                List<Tensor> sides = new ArrayList<>();
                Tensor x = pictures;
                for (int i = 0; i < encoders.size(); i++) {
                    x = encoders.get(i).apply(x); // [B, channels, H / 2^(i+1), W / 2^(i+1)]
                    sides.add(padded(i, laterals.get(i).apply(x)));
                }
                List<Tensor> maps = new ArrayList<>(sides);
                for (int i = 3; i >= 1; i--) {
                    maps.set(i, descents.get(3 - i).apply(sides.get(i).add(enlarge(maps.get(i + 1), 2))));
                }
                maps.forEach(scope::keep);
                return maps;
            }
        }

        /// Inception's convolutions lose rows and columns at the edge; mirrored ones take their place.
        private Tensor padded(int level, Tensor map) {
            if (backbone == Backbone.MOBILENET) {
                return map;
            }
            return switch (level) {
                case 0 -> Functional.pad(map, 0, 1, 0, 1, Padding.REFLECTION);
                case 2 -> Functional.pad(map, 1, 2, 1, 2, Padding.REFLECTION);
                default -> Functional.pad(map, 1, 1, 1, 1, Padding.REFLECTION);
            };
        }
    }
}
