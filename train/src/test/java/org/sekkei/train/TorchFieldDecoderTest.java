package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.inr.Box;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.inr.field.FieldEvaluator;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;

/// Matrix products against the evaluator of the room `inr`.
class TorchFieldDecoderTest {
    private static final double NEAR = 1e-4;

    static List<FieldBasis> bases() {
        List<FieldBasis> bases = new ArrayList<>(FieldBases.all());
        bases.add(FieldBasis.dct(32, 100));
        return bases;
    }

    private static float[] decoded(
            List<FieldCoefficients> pictures, FieldBasis basis, int[] indices, List<Sampling> samplings, long budget) {
        FieldChannels channels = FieldChannels.of(basis);
        long cells = pictures.stream().mapToLong(FieldCoefficients::cells).sum();
        FieldTensors.Builder builder = new FieldTensors.Builder(channels, cells, Device.CPU);
        pictures.forEach(builder::add);
        FieldTensors tensors = builder.finish();
        try (var _ = Scope.open();
                TorchFieldDecoder decoder = new TorchFieldDecoder(channels, Device.CPU, budget)) {
            return decoder.decode(tensors, indices, samplings).toFloats();
        } finally {
            tensors.free();
        }
    }

    private static void assertAsEvaluated(
            FieldBasis basis, List<FieldCoefficients> pictures, int[] indices, List<Sampling> samplings) {
        float[] all = decoded(pictures, basis, indices, samplings, 1 << 24);
        FieldEvaluator evaluator = new FieldEvaluator(basis, FieldKernel.reference());
        int length = all.length / indices.length;
        float[] expected = new float[length];
        for (int i = 0; i < indices.length; i++) {
            FieldCoefficients seen = first(pictures.get(indices[i]), basis.start(evaluator.groups(samplings.get(i))));
            evaluator.evaluate(seen, samplings.get(i), expected, 0);
            float largest = 0;
            for (int j = 0; j < length; j++) {
                largest = Math.max(largest, Math.abs(all[i * length + j] - expected[j]));
            }
            assertThat(largest)
                    .as(pictures.get(indices[i]).size() + " at " + samplings.get(i))
                    .isLessThan((float) NEAR);
        }
    }

    /// As a decoder reads it: without the channels that the sampling does not show.
    private static FieldCoefficients first(FieldCoefficients picture, int channels) {
        short[] values = picture.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = i % picture.channels() < channels ? values[i] : 0;
        }
        return new FieldCoefficients(
                picture.size(), picture.level(), picture.rows(), picture.columns(), picture.channels(), values);
    }

    /// Pictures from one pixel to many cells, some with coefficients of more than a byte.
    private static List<FieldCoefficients> pictures(FieldBasis basis) {
        int[][] sizes = {{1, 1}, {7, 90}, {96, 64}, {33, 17}, {64, 64}, {5, 3}, {150, 121}};
        return IntStream.range(0, sizes.length)
                .mapToObj(i -> Fields.picture(basis, sizes[i][0], sizes[i][1], i % 2 == 0 ? 84 : 16, i))
                .toList();
    }

    /// Crops of all scales, inside and partly or wholly outside, flipped and turned.
    private static Sampling sampling(FieldCoefficients picture, int width, int height, SplittableRandom random) {
        int pictureWidth = picture.size().width();
        int pictureHeight = picture.size().height();
        Box box = new Box(
                (float) (pictureWidth * random.nextDouble(-0.3, 0.6)),
                (float) (pictureHeight * random.nextDouble(-0.3, 0.6)),
                (float) Math.max(1, pictureWidth * random.nextDouble(0.1, 1.3)),
                (float) Math.max(1, pictureHeight * random.nextDouble(0.1, 1.3)));
        Sampling sampling = switch (random.nextInt(6)) {
            case 0 -> Sampling.full(width, height);
            case 1 -> Sampling.crop(new Box(0, 0, pictureWidth, pictureHeight), width, height);
            case 2 -> new Sampling(width, height, 2, 0, 0, 0, 2, 0);
            case 3 -> new Sampling(width, height, 7, 0, -60, 0, 5, -80);
            default -> Sampling.crop(box, width, height);
        };
        if (random.nextBoolean()) {
            sampling = sampling.flippedHorizontally();
        }
        return random.nextBoolean() ? sampling : sampling.rotated(random.nextDouble(-3, 3));
    }

    @ParameterizedTest
    @MethodSource("bases")
    void samplesAreThoseOfTheEvaluator(FieldBasis basis) {
        List<FieldCoefficients> pictures = pictures(basis);
        SplittableRandom random = new SplittableRandom(5);
        for (int[] size : new int[][] {{24, 24}, {1, 1}, {3, 40}, {61, 20}}) {
            int[] indices = random.ints(40, 0, pictures.size()).toArray();
            List<Sampling> samplings = new ArrayList<>();
            for (int index : indices) {
                samplings.add(sampling(pictures.get(index), size[0], size[1], random));
            }
            assertAsEvaluated(basis, pictures, indices, samplings);
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void wholePicturesAreThoseOfTheEvaluator(FieldBasis basis) {
        List<FieldCoefficients> pictures = pictures(basis);
        for (int i = 0; i < pictures.size(); i++) {
            int width = pictures.get(i).size().width();
            int height = pictures.get(i).size().height();
            Sampling whole = Sampling.full(width, height);
            assertAsEvaluated(
                    basis,
                    pictures,
                    new int[] {i, i},
                    List.of(whole, whole.flippedHorizontally().rotated(0.5)));
        }
    }

    /// A budget that allows a row of tiles of one picture at a time, and others.
    @ParameterizedTest
    @ValueSource(longs = {1, 100_000, 1_000_000})
    void theBudgetChangesNothing(long budget) {
        FieldBasis basis = FieldBases.named(FieldBases.PHOTO);
        List<FieldCoefficients> pictures = pictures(basis);
        SplittableRandom random = new SplittableRandom(9);
        int[] indices = random.ints(30, 0, pictures.size()).toArray();
        List<Sampling> samplings = new ArrayList<>();
        for (int index : indices) {
            samplings.add(sampling(pictures.get(index), 20, 30, random));
        }
        float[] expected = decoded(pictures, basis, indices, samplings, 1 << 28);
        float[] actual = decoded(pictures, basis, indices, samplings, budget);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i])).isLessThan(1e-5f);
        }
        assertThat(decoded(pictures, basis, indices, samplings, budget)).isEqualTo(actual);
    }

    @Test
    void largeCoefficientsTakeNoRoomOnTheDevice() {
        FieldBasis basis = FieldBases.named(FieldBases.PHOTO);
        FieldChannels channels = FieldChannels.of(basis);
        FieldTensors.Builder builder = new FieldTensors.Builder(channels, 2 * 24, Device.CPU);
        builder.add(Fields.picture(basis, 96, 64, 84, 1));
        builder.add(Fields.picture(basis, 96, 64, 16, 1));
        FieldTensors tensors = builder.finish();
        assertThat(tensors.pictures().get(0).large()).isEmpty();
        assertThat(tensors.pictures().get(1).large()).isNotEmpty();
        assertThat(channels.cellBytes()).isEqualTo(2 * 3 + 445);
        tensors.free();
    }

    @Test
    void aLargePictureIsThatOfTheEvaluator() {
        FieldBasis basis = FieldBases.named(FieldBases.PHOTO);
        List<FieldCoefficients> pictures = List.of(Fields.picture(basis, 900, 700, 60, 3));
        Sampling small = Sampling.crop(new Box(0, 0, 900, 700), 50, 40);
        Sampling crop = Sampling.crop(new Box(100, 200, 90, 70), 50, 40);
        assertAsEvaluated(
                basis, pictures, new int[] {0, 0, 0, 0}, List.of(small, crop, small.rotated(1), crop.rotated(-1)));
    }
}
