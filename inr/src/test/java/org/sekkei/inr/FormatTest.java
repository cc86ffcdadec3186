package org.sekkei.inr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example in `docs/format.md` is what is written, so that neither can change alone.
final class FormatTest {
    @TempDir
    Path folder;

    @Test
    void theExampleOfTheSpecificationIsWhatIsWritten() throws IOException {
        DatasetSpec spec = new DatasetSpec("siren", "job", Map.of("seed", "7"), List.of("cat", "dog"));
        PictureInfo cat = new PictureInfo(
                "cat/a.jpg",
                0,
                Split.TRAIN,
                List.of(new Box(1, 2, 3, 4)),
                new PictureSize(300, 200),
                1234,
                30.5f,
                Map.of("by", "me"));
        PictureInfo other = new PictureInfo(
                "b.png", PictureInfo.NO_LABEL, Split.TEST, List.of(), new PictureSize(5, 1), 77, Float.NaN, Map.of());
        try (DatasetWriter writer = DatasetWriter.open(folder, spec, () -> new byte[] {1, 2, 3})) {
            writer.writeShard(
                    List.of(picture(cat, "hello"), picture(other, "inr")),
                    List.of(new SkippedPicture("c.txt", "not a picture")));
            writer.finish();
        }
        String specification = Files.readString(Path.of(System.getProperty("sekkei.root"), "docs", "format.md"));
        assertThat(SmallDatasets.files(folder)).hasSize(4);
        for (String name : SmallDatasets.files(folder).keySet()) {
            byte[] bytes = Files.readAllBytes(folder.resolve(name));
            String hex = HexFormat.ofDelimiter(" ").formatHex(bytes);
            String lines = hex.replaceAll("(.{47}) ", "$1\n");
            assertThat(specification).contains("`" + name + "`, " + bytes.length + " bytes: ");
            assertThat(specification.lines().collect(Collectors.joining("\n")))
                    .as(name)
                    .contains("```\n" + lines + "\n```");
        }
    }

    private static PackedPicture picture(PictureInfo info, String record) {
        return new PackedPicture(info, MemorySegment.ofArray(record.getBytes(UTF_8)));
    }
}
