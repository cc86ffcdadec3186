package org.sekkei.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.sekkei.inr.field.FieldBasis;

/// How the channels of a basis lie in tensors: by the parity of their functions, those of group 0 first. The channels
/// of the first groups are the first of each parity.
///
/// @param means by parity: the channels of group 0, whose coefficients are large
/// @param others by parity: the channels of the later groups
record FieldChannels(FieldBasis basis, List<int[]> means, List<int[]> others) {
    /// Even or odd in x, even or odd in y.
    static final int PARITIES = 4;

    static FieldChannels of(FieldBasis basis) {
        List<int[]> means = new ArrayList<>();
        List<int[]> others = new ArrayList<>();
        for (int parity = 0; parity < PARITIES; parity++) {
            means.add(channels(basis, parity, 0, basis.start(1)));
            others.add(channels(basis, parity, basis.start(1), basis.channels()));
        }
        return new FieldChannels(basis, means, others);
    }

    private static int[] channels(FieldBasis basis, int parity, int from, int to) {
        return IntStream.range(from, to)
                .filter(channel -> basis.parity()[channel] == parity)
                .toArray();
    }

    /// How many of the channels in `others` belong to the first `groups` groups.
    int others(int parity, int groups) {
        int end = basis.start(groups);
        return (int) IntStream.of(others.get(parity))
                .takeWhile(channel -> channel < end)
                .count();
    }

    /// What a cell takes in [FieldTensors].
    long cellBytes() {
        return (long) basis.start(1) * Short.BYTES + basis.channels() - basis.start(1);
    }
}
