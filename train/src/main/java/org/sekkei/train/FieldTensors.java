package org.sekkei.train;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Coefficients of pictures on a device: two bytes each for those of group 0, one byte for the others. The few that are
/// too large for a byte stand in a list beside it, in main memory.
///
/// @param means by parity, `[cells, channels]` int16
/// @param others by parity, `[cells, channels]` int8; 0 where a coefficient stands in its picture's list
/// @param pictures in the order in which they were added
record FieldTensors(List<Tensor> means, List<Tensor> others, List<Picture> pictures) {
    private static final int[] NONE = {};

    // What is staged in main memory before it is copied.
    private static final int STAGED_BYTES = 1 << 25;

    /// @param level of the quantiser's step
    /// @param rows of cells
    /// @param columns of cells
    /// @param start the first of its cells in the tensors
    /// @param large cell, parity, place in the parity's channels, value: of each coefficient above a byte
    record Picture(PictureSize size, int level, int rows, int columns, long start, int[] large) {
        static final int LARGE = 4;
    }

    void free() {
        means.forEach(Tensor::free);
        others.forEach(Tensor::free);
    }

    /// Fills tensors picture by picture.
    static final class Builder {
        private final FieldChannels channels;
        private final List<Tensor> means = new ArrayList<>();
        private final List<Tensor> others = new ArrayList<>();
        private final List<short[]> stagedMeans = new ArrayList<>();
        private final List<byte[]> stagedOthers = new ArrayList<>();
        private final List<Picture> pictures = new ArrayList<>();
        private final int capacity;
        private int staged;
        private long copied;

        /// @param cells of all pictures together
        Builder(FieldChannels channels, long cells, Device device) {
            this.channels = channels;
            capacity = (int) Math.clamp(STAGED_BYTES / channels.cellBytes(), 1, cells);
            for (int parity = 0; parity < FieldChannels.PARITIES; parity++) {
                int first = channels.means().get(parity).length;
                int later = channels.others().get(parity).length;
                means.add(Tensor.empty(DType.INT16, device, cells, first).keep());
                others.add(Tensor.empty(DType.INT8, device, cells, later).keep());
                stagedMeans.add(new short[capacity * first]);
                stagedOthers.add(new byte[capacity * later]);
            }
        }

        void add(FieldCoefficients picture) {
            List<int[]> large = new ArrayList<>();
            long start = copied + staged;
            for (int cell = 0; cell < picture.cells(); cell++) {
                if (staged == capacity) {
                    flush();
                }
                for (int parity = 0; parity < FieldChannels.PARITIES; parity++) {
                    stage(picture, cell, parity, large);
                }
                staged++;
            }
            int[] list = large.stream().flatMapToInt(Arrays::stream).toArray();
            pictures.add(new Picture(
                    picture.size(),
                    picture.level(),
                    picture.rows(),
                    picture.columns(),
                    start,
                    list.length == 0 ? NONE : list));
        }

        private void stage(FieldCoefficients picture, int cell, int parity, List<int[]> large) {
            int from = cell * picture.channels();
            int[] first = channels.means().get(parity);
            short[] shorts = stagedMeans.get(parity);
            for (int i = 0; i < first.length; i++) {
                shorts[staged * first.length + i] = picture.values()[from + first[i]];
            }
            int[] later = channels.others().get(parity);
            byte[] bytes = stagedOthers.get(parity);
            for (int i = 0; i < later.length; i++) {
                short value = picture.values()[from + later[i]];
                boolean fits = value == (byte) value;
                bytes[staged * later.length + i] = fits ? (byte) value : 0;
                if (!fits) {
                    large.add(new int[] {cell, parity, i, value});
                }
            }
        }

        private void flush() {
            for (int parity = 0; parity < FieldChannels.PARITIES && staged > 0; parity++) {
                copy(MemorySegment.ofArray(stagedMeans.get(parity)), means.get(parity));
                copy(MemorySegment.ofArray(stagedOthers.get(parity)), others.get(parity));
            }
            copied += staged;
            staged = 0;
        }

        private void copy(MemorySegment from, Tensor to) {
            long width = to.size(1);
            if (width > 0) {
                try (var _ = Scope.open()) {
                    MemorySegment filled =
                            from.asSlice(0, staged * width * to.dtype().bytes());
                    to.narrow(0, copied, staged).copyInPlace(Tensor.of(filled, to.dtype(), staged, width));
                }
            }
        }

        /// No scope owns the tensors.
        FieldTensors finish() {
            flush();
            return new FieldTensors(List.copyOf(means), List.copyOf(others), List.copyOf(pictures));
        }

        /// Gives the tensors back without [#finish].
        void free() {
            means.forEach(Tensor::free);
            others.forEach(Tensor::free);
        }
    }
}
