package org.sekkei.inr.internal;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The fast path: three vectors of colours become three vectors of pixels.
final class VectorPixelKernel implements PixelKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    // Which pixel each lane of the three results takes, and where that is its green or blue.
    private static final VectorShuffle<Float> PIXEL_0 = pixels(0);
    private static final VectorShuffle<Float> PIXEL_1 = pixels(1);
    private static final VectorShuffle<Float> PIXEL_2 = pixels(2);
    private static final VectorMask<Float> GREEN_0 = channel(0, 1);
    private static final VectorMask<Float> GREEN_1 = channel(1, 1);
    private static final VectorMask<Float> GREEN_2 = channel(2, 1);
    private static final VectorMask<Float> BLUE_0 = channel(0, 2);
    private static final VectorMask<Float> BLUE_1 = channel(1, 2);
    private static final VectorMask<Float> BLUE_2 = channel(2, 2);

    private static VectorShuffle<Float> pixels(int result) {
        return VectorShuffle.fromOp(SPECIES, lane -> (result * LANES + lane) / 3);
    }

    private static VectorMask<Float> channel(int result, int channel) {
        boolean[] lanes = new boolean[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            lanes[lane] = (result * LANES + lane) % 3 == channel;
        }
        return VectorMask.fromArray(SPECIES, lanes, 0);
    }

    @Override
    public void interleave(float[] rgb, int from, int plane, int count, float[] scale, float[] shift, float[] line) {
        FloatVector redScale = FloatVector.broadcast(SPECIES, scale[0]);
        FloatVector greenScale = FloatVector.broadcast(SPECIES, scale[1]);
        FloatVector blueScale = FloatVector.broadcast(SPECIES, scale[2]);
        FloatVector redShift = FloatVector.broadcast(SPECIES, shift[0]);
        FloatVector greenShift = FloatVector.broadcast(SPECIES, shift[1]);
        FloatVector blueShift = FloatVector.broadcast(SPECIES, shift[2]);
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            FloatVector red =
                    FloatVector.fromArray(SPECIES, rgb, from + i).mul(redScale).add(redShift);
            FloatVector green = FloatVector.fromArray(SPECIES, rgb, from + plane + i)
                    .mul(greenScale)
                    .add(greenShift);
            FloatVector blue = FloatVector.fromArray(SPECIES, rgb, from + 2 * plane + i)
                    .mul(blueScale)
                    .add(blueShift);
            red.rearrange(PIXEL_0)
                    .blend(green.rearrange(PIXEL_0), GREEN_0)
                    .blend(blue.rearrange(PIXEL_0), BLUE_0)
                    .intoArray(line, 3 * i);
            red.rearrange(PIXEL_1)
                    .blend(green.rearrange(PIXEL_1), GREEN_1)
                    .blend(blue.rearrange(PIXEL_1), BLUE_1)
                    .intoArray(line, 3 * i + LANES);
            red.rearrange(PIXEL_2)
                    .blend(green.rearrange(PIXEL_2), GREEN_2)
                    .blend(blue.rearrange(PIXEL_2), BLUE_2)
                    .intoArray(line, 3 * i + 2 * LANES);
        }
        for (; i < count; i++) {
            for (int channel = 0; channel < 3; channel++) {
                line[3 * i + channel] = rgb[from + channel * plane + i] * scale[channel] + shift[channel];
            }
        }
    }
}
