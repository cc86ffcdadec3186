package org.sekkei.tasks.deblur;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Functional;
import org.sekkei.torch.Functional.Padding;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Compares sharpened pictures with the sharp ones.
///
/// @param network sharpens a picture
public record DeblurEvaluation(UnaryOperator<Picture> network) {
    /// What is compared.
    public enum Way {
        /// As it came.
        BLURRED,
        /// What the network makes of it.
        NETWORK,
        /// Richardson and Lucy's iterations with the kernel that blurred the picture, which nobody has outside of a
        /// test.
        TRUE_KERNEL
    }

    /// Of one picture, or means over several.
    ///
    /// @param psnr in decibels, of RGB levels
    /// @param ssim plain SSIM, the mean over channels
    /// @param cwSsim the measure of DeblurGAN's authors
    public record Score(double psnr, double ssim, double cwSsim) {}

    /// A blurred picture and the sharp one, with the kernel between them if it is known.
    public record Pair(
            String name,
            Picture blurred,
            Picture sharp,
            @Nullable BlurKernel kernel) {}

    private static final double[] SHARES = {0.1, 0.5, 1};
    private static final int ITERATIONS = 20;
    private static final double LEAST = 1e-3;

    /// Blurs a picture as [ShakenPairs] does; the kernel depends on the seed and the index alone. Exposures take turns:
    /// a tenth of the way, a half, all of it.
    ///
    /// @param length of a camera's whole way in pixels
    /// @param noise standard deviation in levels of 255
    public static Pair shaken(String name, Picture sharp, double length, double noise, long seed, int index) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index);
            BlurKernel kernel = CameraShake.random(length, random).kernel(SHARES[index % SHARES.length]);
            int reach = kernel.reach();
            Tensor wide = Functional.pad(tensor(sharp).unsqueeze(0), reach, reach, reach, reach, Padding.EDGE);
            Tensor blurred = BlurKernel.blur(wide, List.of(kernel), reach); // [1, 3, H, W]
            Tensor grain = Tensor.randn(new Generator(random.nextLong()), blurred.shape());
            return new Pair(name, picture(blurred.addScaled(noise / 255, grain)), sharp, kernel);
        }
    }

    /// @param done is told how many pairs are done
    /// @return a score a way for each pair; [Way#TRUE_KERNEL] only where the kernel is known
    public List<SequencedMap<Way, Score>> evaluate(List<Pair> pairs, IntConsumer done) {
        List<SequencedMap<Way, Score>> all = new ArrayList<>();
        for (Pair pair : pairs) {
            SequencedMap<Way, Score> scores = new LinkedHashMap<>();
            scores.put(Way.BLURRED, score(pair.blurred, pair.sharp));
            scores.put(Way.NETWORK, score(network.apply(pair.blurred), pair.sharp));
            if (pair.kernel != null) {
                scores.put(Way.TRUE_KERNEL, score(richardsonLucy(pair.blurred, pair.kernel), pair.sharp));
            }
            all.add(scores);
            done.accept(all.size());
        }
        return all;
    }

    /// Means over pairs.
    public static SequencedMap<Way, Score> means(List<SequencedMap<Way, Score>> scores) {
        SequencedMap<Way, Score> means = new LinkedHashMap<>();
        for (Way way : Way.values()) {
            List<Score> known = scores.stream()
                    .filter(pair -> pair.containsKey(way))
                    .map(pair -> pair.get(way))
                    .toList();
            if (!known.isEmpty()) {
                means.put(
                        way,
                        new Score(
                                known.stream()
                                        .mapToDouble(Score::psnr)
                                        .average()
                                        .orElseThrow(),
                                known.stream()
                                        .mapToDouble(Score::ssim)
                                        .average()
                                        .orElseThrow(),
                                known.stream()
                                        .mapToDouble(Score::cwSsim)
                                        .average()
                                        .orElseThrow()));
            }
        }
        return means;
    }

    static Score score(Picture made, Picture truth) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor one = tensor(made);
            Tensor other = tensor(truth);
            return new Score(Similarity.psnr(one, other), Similarity.ssim(one, other), Similarity.cwSsim(one, other));
        }
    }

    /// Iterations that make the blurred result likelier, as if each level counted photons (Richardson, 1972; Lucy,
    /// 1974).
    static Picture richardsonLucy(Picture blurred, BlurKernel kernel) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            int margin = kernel.reach();
            Tensor seen = edged(tensor(blurred).unsqueeze(0).clamp(LEAST, 1), margin); // [1, 3, H + 2 m, W + 2 m]
            BlurKernel mirrored = kernel.mirrored();
            Tensor estimate = seen;
            for (int i = 0; i < ITERATIONS; i++) {
                Tensor expected = BlurKernel.blur(edged(estimate, margin), List.of(kernel), margin);
                Tensor ratio = seen.div(expected.clamp(LEAST, 2));
                estimate = estimate.mul(BlurKernel.blur(edged(ratio, margin), List.of(mirrored), margin));
            }
            return picture(estimate.narrow(2, margin, blurred.height()).narrow(3, margin, blurred.width()));
        }
    }

    private static Tensor edged(Tensor pictures, int margin) {
        return Functional.pad(pictures, margin, margin, margin, margin, Padding.EDGE);
    }

    /// \[3, H, W\] in 0..1.
    private static Tensor tensor(Picture picture) {
        return Tensor.of(picture.rgb(), picture.height(), picture.width(), 3)
                .permute(2, 0, 1)
                .to(DType.FLOAT32)
                .div(255)
                .contiguous();
    }

    /// @param pictures \[1, 3, H, W\] in 0..1
    private static Picture picture(Tensor pictures) {
        byte[] rgb = pictures.select(0, 0)
                .mul(255)
                .round()
                .clamp(0, 255)
                .to(DType.UINT8)
                .permute(1, 2, 0)
                .contiguous()
                .toBytes();
        return new Picture(Math.toIntExact(pictures.size(3)), Math.toIntExact(pictures.size(2)), rgb);
    }
}
