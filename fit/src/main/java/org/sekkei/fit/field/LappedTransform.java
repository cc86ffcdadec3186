package org.sekkei.fit.field;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Analysis and synthesis of the crops of a batch with all functions, and their gradients: for each parity a product of
/// matrices over all cells, in bfloat16, which is many times faster than float32 where the processor knows it. The
/// amplitudes of the means, for which it is too coarse, come from float32. Not thread-safe: it owns scratch memory.
final class LappedTransform {
    private static final int PARITIES = LappedBlocks.PARITIES;

    private final int stride;
    private final int length;
    private final int means;
    private final Workers workers;
    private final List<LappedBlocks> blocks = new ArrayList<>();
    private final float[][] inputs = new float[PARITIES][0];
    private final float[][] outputs = new float[PARITIES][0];

    /// @param means how many of the first functions without odd parity are means
    LappedTransform(int stride, int means, Workers workers) {
        this.stride = stride;
        this.means = means;
        this.length = 3 * stride * stride;
        this.workers = workers;
    }

    private void reserve(TrainingBatch batch) {
        for (int p = 0; p < PARITIES; p++) {
            if (inputs[p].length < batch.cells() * length) {
                inputs[p] = new float[batch.cells() * length];
                outputs[p] = new float[batch.cells() * length];
            }
        }
        while (blocks.size() < batch.entries().size()) {
            blocks.add(new LappedBlocks(stride));
        }
    }

    /// The inner products of the crops with the functions.
    ///
    /// @param functions `[parity][members, 3 * stride * stride]`
    /// @return `[parity][cells, members]`
    float[][] analyse(TrainingBatch batch, float[][] functions) {
        reserve(batch);
        workers.sum(batch.entries().size(), i -> {
            TrainingBatch.Entry entry = batch.entries().get(i);
            blocks.get(i)
                    .split(
                            entry.crop().values(),
                            entry.crop().width(),
                            entry.crop().height(),
                            inputs,
                            entry.first());
            return 0;
        });
        float[][] amplitudes = new float[PARITIES][];
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            for (int p = 0; p < PARITIES; p++) {
                amplitudes[p] = matrix(inputs[p], batch.cells(), length)
                        .matmul(matrix(functions[p], functions[p].length / length, length)
                                .transpose(0, 1))
                        .toFloats();
            }
            float[] exact = exact(inputs[0], batch.cells(), length)
                    .matmul(exact(functions[0], means, length).transpose(0, 1))
                    .toFloats();
            int members = functions[0].length / length;
            for (int i = 0; i < exact.length; i++) {
                amplitudes[0][i / means * members + i % means] = exact[i];
            }
        }
        return amplitudes;
    }

    /// What to do with a picture that was synthesised: it is replaced by the gradient of the loss.
    interface Loss {
        /// @param index of the crop
        /// @param picture `[3, height, width]`
        /// @return the loss
        double replaceByGradient(int index, float[] picture);
    }

    /// @param loss the sum of the crops' losses
    /// @param functions `[parity][members, 3 * stride * stride]`
    /// @param amplitudes `[parity][cells, members]`
    record Gradient(double loss, float[][] functions, float[][] amplitudes) {}

    /// Synthesises all crops and takes a loss back to functions and amplitudes.
    ///
    /// @param amplitudes `[parity][cells, members]`
    Gradient synthesise(TrainingBatch batch, float[][] functions, float[][] amplitudes, Loss loss) {
        float[][] functionGradients = new float[PARITIES][];
        float[][] amplitudeGradients = new float[PARITIES][];
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            Tensor[] synthesis = new Tensor[PARITIES];
            Tensor[] coefficients = new Tensor[PARITIES];
            for (int p = 0; p < PARITIES; p++) {
                int members = functions[p].length / length;
                synthesis[p] = matrix(functions[p], members, length);
                coefficients[p] = matrix(amplitudes[p], batch.cells(), members);
                coefficients[p]
                        .matmul(synthesis[p])
                        .to(DType.FLOAT32)
                        .copyTo(segment(outputs[p], batch.cells() * length));
            }
            double sum = workers.sum(batch.entries().size(), i -> {
                TrainingBatch.Entry entry = batch.entries().get(i);
                int width = entry.crop().width();
                int height = entry.crop().height();
                float[] picture = new float[3 * width * height];
                blocks.get(i).join(outputs, entry.first(), width, height, picture);
                double own = loss.replaceByGradient(i, picture);
                blocks.get(i).split(picture, width, height, outputs, entry.first());
                return own;
            });
            for (int p = 0; p < PARITIES; p++) {
                Tensor upstream = matrix(outputs[p], batch.cells(), length);
                functionGradients[p] =
                        coefficients[p].transpose(0, 1).matmul(upstream).toFloats();
                amplitudeGradients[p] =
                        upstream.matmul(synthesis[p].transpose(0, 1)).toFloats();
            }
            return new Gradient(sum, functionGradients, amplitudeGradients);
        }
    }

    /// The gradient of the functions of the last [#analyse] from that of its amplitudes.
    ///
    /// @param amplitudes `[parity][cells, members]`
    float[][] analysisGradient(TrainingBatch batch, float[][] amplitudes) {
        float[][] gradients = new float[PARITIES][];
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            for (int p = 0; p < PARITIES; p++) {
                gradients[p] = matrix(amplitudes[p], batch.cells(), amplitudes[p].length / batch.cells())
                        .transpose(0, 1)
                        .matmul(matrix(inputs[p], batch.cells(), length))
                        .toFloats();
            }
        }
        return gradients;
    }

    private static Tensor matrix(float[] values, int rows, int columns) {
        return exact(values, rows, columns).to(DType.BFLOAT16);
    }

    private static Tensor exact(float[] values, int rows, int columns) {
        return Tensor.of(segment(values, rows * columns), DType.FLOAT32, rows, columns);
    }

    private static MemorySegment segment(float[] values, int length) {
        return MemorySegment.ofArray(values).asSlice(0, (long) Float.BYTES * length);
    }
}
