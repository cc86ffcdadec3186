package org.sekkei.tasks.style;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// The rows, or the columns, of a picture in parts. Each row of features belongs to one part, and each part knows which
/// pixels those features are computed from, so that they come out the same as from the whole picture.
record Tiling(List<Part> parts) {
    /// @param start the first pixel, a multiple of the network's stride
    /// @param end behind the last pixel
    /// @param owned which features of each name belong to the part
    record Part(int start, int end, SequencedMap<String, Owned> owned) {
        int length() {
            return end - start;
        }
    }

    /// @param first the first of the whole picture's features
    /// @param offset where it lies among those of the part
    /// @param length how many; may be 0
    record Owned(int first, int offset, int length) {}

    /// @param side pixels a part owns; at least the network's stride, and rounded down to a multiple of it
    static Tiling of(FeatureNetwork network, Collection<String> taps, int length, int side) {
        int stride = network.stride(network.end(taps) - 1);
        int step = Math.max(1, side / stride) * stride;
        List<Part> parts = new ArrayList<>();
        for (int from = 0; from < length; from += step) {
            parts.add(part(network, taps, length, from, from + step, stride));
        }
        return new Tiling(parts);
    }

    private static Part part(
            FeatureNetwork network, Collection<String> taps, int length, int from, int to, int networkStride) {
        int low = length;
        int high = 0;
        SequencedMap<String, int[]> ranges = new LinkedHashMap<>();
        for (String tap : taps) {
            int step = network.step(tap);
            int stride = network.stride(step);
            int total = network.length(step, length);
            int first = Math.min(total, ceilDiv(from, stride));
            int end = Math.min(total, ceilDiv(to, stride));
            ranges.put(tap, new int[] {first, end});
            if (end > first) {
                int[] pixels = pixels(network, step, length, first, end);
                low = Math.min(low, pixels[0]);
                high = Math.max(high, pixels[1]);
            }
        }
        int start = Math.min(low, high) / networkStride * networkStride;
        SequencedMap<String, Owned> owned = new LinkedHashMap<>();
        ranges.forEach((tap, range) -> {
            int offset = range[0] - start / network.stride(network.step(tap));
            owned.put(tap, new Owned(range[0], offset, range[1] - range[0]));
        });
        return new Part(start, high, owned);
    }

    /// The pixels that the features from `first` to before `end` behind a step are computed from.
    private static int[] pixels(FeatureNetwork network, int step, int length, int first, int end) {
        int low = first;
        int high = end;
        for (int i = step; i >= 0; i--) {
            FeatureStep operation = network.steps().get(i);
            int inputs = i == 0 ? length : network.length(i - 1, length);
            low = Math.max(0, low * operation.stride() - operation.padding());
            high = Math.min(inputs, (high - 1) * operation.stride() - operation.padding() + operation.kernel());
        }
        return new int[] {low, high};
    }

    private static int ceilDiv(int a, int b) {
        return Math.ceilDiv(a, b);
    }
}
