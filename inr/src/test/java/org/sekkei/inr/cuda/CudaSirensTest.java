package org.sekkei.inr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.inr.siren.SirenFormat;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenPacking;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;

/// The kernels of `siren`, run on the processor, against the reference decoder.
class CudaSirensTest {
    private static final PictureSize COMMON = new PictureSize(40, 24);
    private static final CudaBudget BUDGET = new CudaBudget(1 << 24, 1 << 24);

    @TempDir
    static Path folder;

    private static HostDriver driver;
    private static CudaDevice device;

    @BeforeAll
    static void build() throws Exception {
        driver = HostDriver.build(folder);
        device = driver.open();
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    /// Weights as SIREN draws them, so that activations are as large as those of real networks.
    static SirenStart start(SirenShape shape) {
        SplittableRandom random = new SplittableRandom(shape.width());
        float[] parameters = new float[shape.parameterCount()];
        for (int layer = 0; layer < shape.matrices(); layer++) {
            int end = layer == shape.layers() ? parameters.length : shape.weights(layer + 1);
            double range = layer == 0 ? 0.5 : Math.sqrt(6.0 / shape.inputs(layer)) / (layer == shape.layers() ? 1 : 30);
            for (int i = shape.weights(layer); i < end; i++) {
                parameters[i] = (float) (range * (2 * random.nextDouble() - 1));
            }
        }
        byte[] steps = new byte[shape.rows()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (byte) random.nextInt(-12, 13);
        }
        return new SirenStart(shape, parameters, steps, new byte[shape.rows()]);
    }

    static List<byte[]> records(SirenShared shared, List<PictureSize> sizes) {
        SirenFormat format = new SirenFormat(shared);
        SplittableRandom random = new SplittableRandom(4);
        List<byte[]> records = new ArrayList<>();
        for (PictureSize size : sizes) {
            for (int start = 0; start < shared.starts().size(); start++) {
                int count = shared.starts().get(start).shape().parameterCount();
                for (int largest : new int[] {100, 20_000, 900_000}) {
                    int[] values = random.ints(count, -20, 21).toArray();
                    values[count - 1] = largest;
                    values[2] = -largest;
                    int step = 80 + random.nextInt(9) + (int) (8 * Math.log(largest) / Math.log(2));
                    records.add(format.writeQuantised(start, size, step, values, SirenPacking.RANS));
                }
                float[] parameters = shared.starts().get(start).parameters().clone();
                parameters[3] += 0.1f;
                records.add(format.writeHalf(start, size, parameters));
            }
        }
        return records;
    }

    @ParameterizedTest
    @CsvSource({
        "10x28, FLOAT32, 4, 1e-5, 120",
        "10x28, HALF, 1, 0.02, 60",
        "3x13, FLOAT32, 1, 1e-5, 120",
        "3x13, HALF, 1, 0.02, 60",
        "24x30, FLOAT32, 1, 5e-4, 100",
        "1x1, FLOAT32, 3, 1e-5, 120",
        "1x1, HALF, 2, 0.02, 60"
    })
    void networksAgree(String shape, Arithmetic arithmetic, int smoothing, double most, double decibels)
            throws Exception {
        SirenShared shared =
                new SirenShared(List.of(start(new SirenShape(2, 5)), start(SirenShape.parse(shape))), COMMON);
        List<byte[]> records = records(shared, List.of(COMMON, new PictureSize(9, 70)));
        Decoder reference = new SirenCodec(SirenKernel.reference()).newDecoder(shared.toBytes());
        CudaOptions options = new CudaOptions(BUDGET, arithmetic, smoothing);
        int width = 21;
        int height = 17;
        double worst = 0;
        double squares = 0;
        long numbers = 0;
        try (CudaPictures pictures =
                CudaPictures.open(device, "siren", shared.toBytes(), CudaFieldsTest.source(records), options)) {
            List<Sampling> samplings = new ArrayList<>();
            int[] indices = new int[22];
            for (int i = 0; i < indices.length; i++) {
                indices[i] = i * 5 % records.size();
                List<Sampling> all = CudaFieldsTest.samplings(pictures.size(indices[i]), width, height);
                samplings.add(all.get(i % all.size()));
            }
            float[] actual = CudaFieldsTest.pixels(pictures, indices, samplings, device);
            for (int i = 0; i < indices.length; i++) {
                float[] expected = mean(reference, records.get(indices[i]), samplings.get(i), smoothing);
                for (int p = 0; p < expected.length; p++) {
                    double difference = Math.abs(expected[p] - actual[i * expected.length + p]);
                    worst = difference <= worst ? worst : difference;
                    squares += difference * difference;
                    numbers++;
                }
            }
        }
        assertThat(worst).isLessThan(most);
        assertThat(-10 * Math.log10(squares / numbers)).isGreaterThan(decibels);
    }

    /// The mean of the reference's evaluations.
    private static float[] mean(Decoder reference, byte[] record, Sampling sampling, int most) throws Exception {
        int factor = (int) Math.clamp(Math.ceil(sampling.scale() - 1e-3), 1, most);
        int width = sampling.width();
        int height = sampling.height();
        Sampling finer = new Sampling(
                width * factor,
                height * factor,
                sampling.xx() / factor,
                sampling.xy() / factor,
                sampling.x0(),
                sampling.yx() / factor,
                sampling.yy() / factor,
                sampling.y0());
        float[] fine = new float[3 * width * height * factor * factor];
        reference.decode(MemorySegment.ofArray(record), finer, fine, 0);
        float[] mean = new float[3 * width * height];
        for (int i = 0; i < fine.length; i++) {
            int line = i / (width * factor);
            mean[line / factor * width + i % (width * factor) / factor] += fine[i] / (factor * factor);
        }
        return mean;
    }
}
