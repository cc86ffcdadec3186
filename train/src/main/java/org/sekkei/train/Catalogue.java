package org.sekkei.train;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;

/// What loaders need to know of a data set's pictures besides their pixels.
final class Catalogue {
    private final String name;
    private final String fingerprint;
    private final List<String> classNames;
    private final int[] labels;
    private final List<String> names;
    private final List<PictureSize> sizes;
    private final List<List<Box>> boxes;
    private final Map<Split, int[]> labelled = new EnumMap<>(Split.class);

    private Catalogue(Dataset dataset) {
        name = dataset.folder().toString();
        classNames = List.copyOf(dataset.classNames());
        labels = new int[dataset.size()];
        names = new ArrayList<>(labels.length);
        sizes = new ArrayList<>(labels.length);
        boxes = new ArrayList<>(labels.length);
        var checksum = new CRC32C();
        for (int i = 0; i < labels.length; i++) {
            PictureInfo info = dataset.info(i);
            labels[i] = info.label();
            if (!classNames.isEmpty() && labels[i] >= classNames.size()) {
                throw new IllegalArgumentException(name + ": " + info.name() + " has the label " + labels[i]
                        + ", but there are " + classNames.size() + " classes; run 'sekkei verify'");
            }
            names.add(info.name());
            sizes.add(info.size());
            boxes.add(info.boxes());
            // Labels and splits can be edited after packing, which the data set's own fingerprint does not tell.
            checksum.update(ByteBuffer.allocate(Long.BYTES)
                    .putInt(info.label())
                    .putInt(info.split().ordinal())
                    .flip());
        }
        for (Split split : Split.values()) {
            labelled.put(
                    split,
                    Arrays.stream(dataset.indices(split))
                            .filter(index -> labels[index] != PictureInfo.NO_LABEL)
                            .toArray());
        }
        fingerprint = dataset.fingerprint() + "-" + HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    static Catalogue of(Dataset dataset) {
        return new Catalogue(dataset);
    }

    String name() {
        return name;
    }

    String fingerprint() {
        return fingerprint;
    }

    List<String> classNames() {
        return classNames;
    }

    /// The pictures of `split` that have a label, ascending.
    int[] labelled(Split split) {
        return labelled.getOrDefault(split, new int[0]).clone();
    }

    int label(int index) {
        return labels[index];
    }

    /// Of a picture in its source.
    String name(int index) {
        return names.get(index);
    }

    /// As it was packed.
    PictureSize size(int index) {
        return sizes.get(index);
    }

    /// In pixels of [#size].
    List<Box> boxes(int index) {
        return boxes.get(index);
    }
}
