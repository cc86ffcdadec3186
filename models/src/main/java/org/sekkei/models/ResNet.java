package org.sekkei.models;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.AdaptiveAvgPool2d;
import org.sekkei.torch.BatchNorm2d;
import org.sekkei.torch.Conv2d;
import org.sekkei.torch.DropPath;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Identity;
import org.sekkei.torch.Init;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Linear;
import org.sekkei.torch.MaxPool2d;
import org.sekkei.torch.Recomputable;
import org.sekkei.torch.Sequential;
import org.sekkei.torch.Tensor;

/// Residual networks (He et al., 2015, arXiv 1512.03385) under torchvision's names: its checkpoints load here and
/// ours there. As in torchvision, the bottleneck's stride is in its 3x3 convolution.
///
/// The same generator seed gives the weights that torchvision draws after `torch.manual_seed`.
public final class ResNet extends Layer {
    /// How the network begins.
    public enum Stem {
        /// 7x7 with stride 2 and a max-pool with stride 2, for pictures of a hundred pixels and more.
        IMAGENET,
        /// 3x3 with stride 1 and no pool, for pictures of up to 64 pixels. The state has the same names.
        CIFAR
    }

    /// The two residual blocks.
    public enum Block {
        BASIC(1),
        BOTTLENECK(4);

        private final int expansion;

        Block(int expansion) {
            this.expansion = expansion;
        }
    }

    /// @param block of which kind all blocks are
    /// @param depths blocks a stage, of four stages
    public record Variant(String name, Block block, List<Integer> depths, Stem stem) {
        public static final Variant RESNET18 = new Variant("resnet18", Block.BASIC, List.of(2, 2, 2, 2), Stem.IMAGENET);
        public static final Variant RESNET34 = new Variant("resnet34", Block.BASIC, List.of(3, 4, 6, 3), Stem.IMAGENET);
        public static final Variant RESNET50 =
                new Variant("resnet50", Block.BOTTLENECK, List.of(3, 4, 6, 3), Stem.IMAGENET);

        /// The same network for small pictures.
        public Variant forSmallPictures() {
            return new Variant(name + "_cifar", block, depths, Stem.CIFAR);
        }
    }

    private static final String SOURCE = "arXiv 1512.03385; torchvision.models.resnet";

    private final Layer conv1;
    private final Layer bn1;
    private final Layer maxpool;
    private final List<Layer> stages = new ArrayList<>();
    private final Layer avgpool;
    private final Layer fc;
    private final List<Residual> blocks = new ArrayList<>();

    public ResNet(Variant variant, int classes, Generator generator) {
        boolean small = variant.stem == Stem.CIFAR;
        Conv2d.Options stem = small
                ? Conv2d.options(3, 64, 3).padding(1)
                : Conv2d.options(3, 64, 7).stride(2).padding(3);
        Conv2d first = new Conv2d(stem.bias(false), generator);
        conv1 = child("conv1", first);
        bn1 = child("bn1", new BatchNorm2d(64));
        maxpool = child("maxpool", small ? new Identity() : new MaxPool2d(3, 2, 1));
        int inputs = 64;
        for (int stage = 0; stage < variant.depths.size(); stage++) {
            int width = 64 << stage;
            List<Residual> residuals = new ArrayList<>();
            for (int depth = 0; depth < variant.depths.get(stage); depth++) {
                int stride = stage > 0 && depth == 0 ? 2 : 1;
                residuals.add(new Residual(variant.block, inputs, width, stride, generator));
                inputs = width * variant.block.expansion;
            }
            blocks.addAll(residuals);
            stages.add(child("layer" + (stage + 1), new Sequential(residuals.toArray(Layer[]::new))));
        }
        avgpool = child("avgpool", new AdaptiveAvgPool2d(1, 1));
        fc = child("fc", new Linear(inputs, classes, generator));
        // torchvision draws the convolutions again once the network stands.
        Stream.concat(Stream.of(first), blocks.stream().flatMap(block -> block.convolutions.stream()))
                .forEach(convolution -> Init.kaimingNormalFanOut(convolution.weight(), generator));
    }

    /// All variants, by name.
    public static List<Model> variants() {
        return Stream.of(Variant.RESNET18, Variant.RESNET34, Variant.RESNET50)
                .flatMap(variant -> Stream.of(variant, variant.forSmallPictures()))
                .map(variant -> new Model(
                        variant.name, SOURCE, (classes, generator) -> new ResNet(variant, classes, generator)))
                .toList();
    }

    /// Sets the last norm of every block to zero, so that each block begins as the identity (Goyal et al., 2017,
    /// arXiv 1706.02677); returns itself.
    public ResNet zeroInitResiduals() {
        blocks.forEach(block -> Init.constant(block.lastNorm.weight(), 0));
        return this;
    }

    @Override
    protected Tensor forward(Tensor pictures) {
        Tensor x = maxpool.apply(bn1.apply(conv1.apply(pictures)).reluInPlace()); // [B, 64, H/4, W/4]
        for (Layer stage : stages) {
            x = stage.apply(x); // [B, 64 * 2^stage * expansion, H/4/2^stage, W/4/2^stage]
        }
        return fc.apply(avgpool.apply(x).flatten(1, -1)); // [B, classes]
    }

    /// Convolutions beside a shortcut.
    private static final class Residual extends Layer implements Recomputable {
        private final List<Conv2d> convolutions = new ArrayList<>();
        private final List<BatchNorm2d> norms = new ArrayList<>();
        private final int depth;
        private final @Nullable Layer downsample;
        private final BatchNorm2d lastNorm;
        private final Layer dropPath;

        Residual(Block block, int inputs, int width, int stride, Generator generator) {
            int outputs = width * block.expansion;
            // Drawn first but named last, as in torchvision.
            Conv2d shortcut = stride == 1 && inputs == outputs
                    ? null
                    : new Conv2d(
                            Conv2d.options(inputs, outputs, 1).stride(stride).bias(false), generator);
            List<Conv2d.Options> shapes = switch (block) {
                case BASIC ->
                    List.of(
                            Conv2d.options(inputs, width, 3).stride(stride).padding(1),
                            Conv2d.options(width, width, 3).padding(1));
                case BOTTLENECK ->
                    List.of(
                            Conv2d.options(inputs, width, 1),
                            Conv2d.options(width, width, 3).stride(stride).padding(1),
                            Conv2d.options(width, outputs, 1));
            };
            depth = shapes.size();
            for (int i = 0; i < depth; i++) {
                Conv2d.Options shape = shapes.get(i);
                convolutions.add(child("conv" + (i + 1), new Conv2d(shape.bias(false), generator)));
                norms.add(child("bn" + (i + 1), new BatchNorm2d(shape.outputs())));
            }
            lastNorm = norms.getLast();
            if (shortcut == null) {
                downsample = null;
            } else {
                convolutions.add(shortcut);
                downsample = child("downsample", new Sequential(shortcut, new BatchNorm2d(outputs)));
            }
            dropPath = child("drop_path", new DropPath());
        }

        @Override
        protected Tensor forward(Tensor input) {
            Tensor x = input;
            for (int i = 0; i < depth; i++) {
                x = norms.get(i).apply(convolutions.get(i).apply(x));
                if (i < depth - 1) {
                    x = x.reluInPlace();
                }
            }
            Tensor identity = downsample == null ? input : downsample.apply(input);
            return dropPath.apply(x).addInPlace(identity).reluInPlace();
        }
    }
}
