package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sekkei.train.DeviceDecodingTest.assertClose;
import static org.sekkei.train.DeviceDecodingTest.config;
import static org.sekkei.train.DeviceDecodingTest.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.DatasetSpec;
import org.sekkei.inr.DatasetWriter;
import org.sekkei.inr.PackedPicture;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Split;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.field.FieldFormat;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.torch.Device;

/// Data sets of the codec `field`, decoded for a device: with their coefficients there, and coded in main memory.
class DeviceFieldsTest {
    private static final int PICTURES = 24;

    /// Room for no coefficients.
    private static final DeviceBudget NONE = new DeviceBudget(0, 1 << 20);

    @TempDir
    private Path folder;

    private Dataset fields(FieldBasis basis, boolean damaged) throws IOException {
        var shared = new FieldShared(basis, new PictureSize(64, 48));
        var format = new FieldFormat(basis, shared.commonSize(), FieldKernel.reference());
        List<PackedPicture> pictures = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            PictureSize size = i % 3 == 0 ? new PictureSize(10 + 5 * i, 33) : new PictureSize(64, 48);
            byte[] record = format.write(Fields.picture(basis, size.width(), size.height(), i % 5 == 4 ? 16 : 86, i));
            var info = new PictureInfo(
                    "picture-" + i,
                    i % 2,
                    i % 4 == 3 ? Split.VALIDATION : Split.TRAIN,
                    List.of(new Box(4, 4, 8, 8)),
                    size,
                    0,
                    Float.NaN,
                    Map.of());
            boolean cut = damaged && i == 5;
            pictures.add(new PackedPicture(
                    info, MemorySegment.ofArray(cut ? Arrays.copyOf(record, record.length - 2) : record)));
        }
        var spec = new DatasetSpec(FieldCodec.NAME, "test", Map.of(), List.of("a", "b"));
        try (DatasetWriter writer = DatasetWriter.open(folder.resolve(basis.name()), spec, shared::toBytes)) {
            writer.writeShard(pictures, List.of());
            writer.finish();
        }
        return Dataset.open(folder.resolve(basis.name()));
    }

    private static InrLoader loader(Dataset dataset, LoaderConfig config, DeviceBudget budget) throws IOException {
        return InrLoader.open(dataset, new FieldCodec(), config, Device.CPU, budget);
    }

    @ParameterizedTest
    @CsvSource({"photo,8,0", "photo,24,40", "small,5,30"})
    void batchesAreThoseOfTheProcessor(String basis, int batchSize, double rotation) throws IOException {
        LoaderConfig config = config(batchSize, rotation, batchSize == 8);
        try (Dataset dataset = fields(FieldBases.named(basis), false);
                InrLoader processor = InrLoader.open(dataset, new FieldCodec(), config);
                InrLoader resident = loader(dataset, config, DeviceDecodingTest.PLENTY);
                InrLoader coded = loader(dataset, config, NONE)) {
            for (InrLoader device : List.of(resident, coded)) {
                assertClose(read(device.training(1, 0)), read(processor.training(1, 0)), 1 / 255.0);
                assertClose(
                        read(device.evaluation(Split.VALIDATION)),
                        read(processor.evaluation(Split.VALIDATION)),
                        1 / 255.0);
            }
        }
    }

    @Test
    void samplesDoNotDependOnTheBatchSize() throws IOException {
        try (Dataset dataset = fields(FieldBases.named(FieldBases.SMALL), false);
                InrLoader one = loader(dataset, config(1, 30, true), DeviceDecodingTest.PLENTY);
                InrLoader many = loader(dataset, config(18, 30, true), DeviceDecodingTest.PLENTY)) {
            assertClose(read(one.training(2, 0)), read(many.training(2, 0)), 1e-5);
        }
    }

    @Test
    void whereThePicturesLieDependsOnTheRoom() throws IOException {
        FieldBasis basis = FieldBases.named(FieldBases.SMALL);
        try (Dataset dataset = fields(basis, false);
                InrLoader resident = loader(dataset, config(4, 0, true), DeviceDecodingTest.PLENTY);
                InrLoader coded = loader(dataset, config(4, 0, true), NONE)) {
            int cells = 16 * 8 * 6;
            for (int i = 0; i < PICTURES; i += 3) {
                cells += basis.cells(10 + 5 * i) * 5;
            }
            assertThat(resident.residentBytes()).isEqualTo(cells * (192L + 3));
            assertThat(coded.residentBytes()).isEqualTo(dataset.payloadBytes());
        }
    }

    @Test
    void aDamagedRecordIsNamed() throws IOException {
        try (Dataset dataset = fields(FieldBases.named(FieldBases.SMALL), true);
                InrLoader coded = loader(dataset, config(4, 0, true), NONE)) {
            assertThatThrownBy(() -> loader(dataset, config(4, 0, true), DeviceDecodingTest.PLENTY))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("picture 5 (picture-5) cannot be decoded");
            assertThatThrownBy(() -> read(coded.training(0, 0)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("picture 5 (picture-5) cannot be decoded");
        }
    }
}
