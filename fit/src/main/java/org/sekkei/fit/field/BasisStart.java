package org.sekkei.fit.field;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.sekkei.inr.field.FieldBasis;

/// Where training begins: those functions of the cosine transform of blocks, in orthonormal opponent colours, that vary
/// most on the crops.
final class BasisStart {
    private static final int PIXELS = 4 << 20;
    private static final int REPEATS = 4;

    private BasisStart() {}

    static BasisParameters choose(BasisTraining training, TrainingCrops crops, LappedTransform transform) {
        int stride = training.stride();
        FieldBasis all = FieldBasis.dct(stride, 3 * stride * stride);
        int[] group = new int[all.channels()];
        for (int g = 0; g < all.groups(); g++) {
            Arrays.fill(group, all.start(g), all.start(g + 1), g);
        }
        double[] deviations = deviations(training, crops, transform, all);
        // The means have to be there, however little they vary.
        List<Integer> chosen = IntStream.range(0, all.channels())
                .boxed()
                .sorted(Comparator.comparing((Integer k) -> group[k] > 0).thenComparing(k -> -deviations[k]))
                .limit(training.channels())
                .sorted(Comparator.comparing((Integer k) -> group[k])
                        .thenComparing(k -> all.parity()[k])
                        .thenComparing(k -> -deviations[k]))
                .toList();
        int[] sizes = new int[all.groups()];
        chosen.forEach(k -> sizes[group[k]]++);
        return BasisParameters.of(
                all,
                chosen.stream().mapToInt(Integer::intValue).toArray(),
                Arrays.stream(sizes).filter(size -> size > 0).toArray(),
                deviations,
                training.seed());
    }

    /// Root mean squares of the amplitudes.
    private static double[] deviations(
            BasisTraining training, TrainingCrops crops, LappedTransform transform, FieldBasis all) {
        BasisParameters functions = new BasisParameters(
                all.stride(), new int[] {all.channels()}, all.parity(), all.analysis(), all.synthesis());
        double[] squares = new double[all.channels()];
        SplittableRandom random = new SplittableRandom(training.seed());
        long cells = 0;
        long enough = Math.min(PIXELS, REPEATS * crops.pixels());
        for (long pixels = 0; pixels < enough; ) {
            TrainingBatch batch = TrainingBatch.draw(training, crops, random);
            float[][] amplitudes = transform.analyse(batch, functions.analysis);
            for (int p = 0; p < LappedBlocks.PARITIES; p++) {
                int[] members = functions.members[p];
                for (int i = 0; i < amplitudes[p].length; i++) {
                    squares[members[i % members.length]] += (double) amplitudes[p][i] * amplitudes[p][i];
                }
            }
            cells += batch.cells();
            pixels += batch.pixels();
        }
        double[] deviations = new double[squares.length];
        for (int k = 0; k < squares.length; k++) {
            deviations[k] = Math.sqrt(squares[k] / cells);
        }
        return deviations;
    }
}
