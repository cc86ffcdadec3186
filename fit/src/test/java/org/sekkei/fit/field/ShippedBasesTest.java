package org.sekkei.fit.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.fit.EncodedPicture;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PackSize;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureReader;

/// The bases that ship, on the bundled photos.
class ShippedBasesTest {
    private static final Path PHOTOS =
            Path.of(System.getProperty("sekkei.root", "..")).resolve("samples/photos");

    @Test
    void theyAreKnownByNameAndHash() {
        assertThat(FieldBases.all()).extracting(FieldBasis::name).contains(FieldBases.PHOTO, FieldBases.SMALL);
        for (FieldBasis basis : FieldBases.all()) {
            assertThat(FieldBases.withHash(basis.sha256())).isSameAs(basis);
        }
    }

    /// A wrong table or a basis that was trained for something else would need several times the bytes.
    @ParameterizedTest
    @CsvSource({"photo,160,32,0.10", "small,48,32,0.16"})
    void bundledPhotosReachTheTargetInFewBytes(String name, int size, double target, double share) throws Exception {
        var encoder =
                new FieldEncoder(FieldBases.named(name), null, FieldRecipe.standard(), new PackGoal.Quality(target));
        List<Path> files;
        try (var found = Files.walk(PHOTOS)) {
            files = found.filter(file -> file.toString().endsWith(".webp"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThan(100);
        double bytes = 0;
        double raw = 0;
        for (int i = 0; i < files.size(); i += 23) {
            Picture picture = new PackSize.Longest(size)
                    .apply(new PictureReader().read(files.get(i)), List.of())
                    .picture();
            EncodedPicture encoded = encoder.encode(picture, List.of(), i);
            assertThat(encoded.psnr()).as(files.get(i).toString()).isBetween(target - 0.3, target + 0.6);
            bytes += encoded.record().length;
            raw += picture.rgb().length;
        }
        assertThat(bytes / raw).isLessThan(share);
    }
}
