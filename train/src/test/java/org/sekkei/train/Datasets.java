package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.DatasetWriter;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;

/// Small data sets of [AnalyticCodec].
final class Datasets {
    static final int WIDTH = 24;
    static final int HEIGHT = 16;

    private Datasets() {}

    /// Pictures of two classes, which their blue tells apart. Every fourth is for validation.
    static Dataset twoClasses(Path folder, int pictures) throws IOException {
        List<PackedPicture> packed = new ArrayList<>();
        for (int i = 0; i < pictures; i++) {
            int label = i / 2 % 2;
            float blue = (label == 0 ? 0.25f : 0.75f) + 0.02f * (i % 7 - 3);
            packed.add(picture(i, label, i % 4 == 3 ? Split.VALIDATION : Split.TRAIN, blue));
        }
        return write(folder, List.of("dusk", "noon"), packed);
    }

    static PackedPicture picture(int number, int label, Split split, float blue) {
        var info = new PictureInfo(
                "picture-" + number,
                label,
                split,
                List.of(new Box(4, 4, 8, 8)),
                new PictureSize(WIDTH, HEIGHT),
                0,
                Float.NaN,
                Map.of());
        return new PackedPicture(info, MemorySegment.ofArray(AnalyticCodec.record(WIDTH, HEIGHT, blue, 0.05f)));
    }

    static Dataset write(Path folder, List<String> classNames, List<PackedPicture> pictures) throws IOException {
        var spec = new DatasetSpec("analytic", "test-" + pictures.size(), Map.of(), classNames);
        try (DatasetWriter writer = DatasetWriter.open(folder, spec, () -> new byte[0])) {
            writer.writeShard(pictures, List.of());
            writer.finish();
        }
        return Dataset.open(folder);
    }
}
