package org.sekkei.inr.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.PictureSize;

class FieldFormatTest {
    @ParameterizedTest
    @CsvSource({
        "16, 320, 1, 1, 40",
        "16, 320, 224, 224, 70",
        "8, 96, 33, 79, 90",
        "32, 500, 300, 130, 127",
        "8, 12, 40, 7, 0"
    })
    void coefficientsComeBack(int stride, int channels, int width, int height, int level) throws Exception {
        FieldBasis basis = FieldBasis.parse(FieldBasis.dct(stride, channels).toBytes());
        PictureSize size = new PictureSize(width, height);
        FieldCoefficients coefficients = FieldSamples.coefficients(basis, size, level, 5);
        FieldFormat format = new FieldFormat(basis, null, FieldKernel.reference());
        byte[] record = format.write(coefficients);
        FieldFormat reader = new FieldFormat(basis, null, FieldKernel.best());
        FieldCoefficients read = reader.read(MemorySegment.ofArray(record));
        assertThat(read.size()).isEqualTo(size);
        assertThat(read.level()).isEqualTo(level);
        assertThat(read.values()).isEqualTo(coefficients.values());
        FieldCoefficients fewer = reader.read(MemorySegment.ofArray(record), 1);
        assertThat(Arrays.copyOf(fewer.values(), basis.channels(0)))
                .isEqualTo(Arrays.copyOf(coefficients.values(), basis.channels(0)));
    }
}
