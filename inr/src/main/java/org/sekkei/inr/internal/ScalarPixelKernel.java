package org.sekkei.inr.internal;

/// The plain-Java reference.
final class ScalarPixelKernel implements PixelKernel {
    @Override
    public void interleave(float[] rgb, int from, int plane, int count, float[] scale, float[] shift, float[] line) {
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < count; i++) {
                line[3 * i + channel] = rgb[from + channel * plane + i] * scale[channel] + shift[channel];
            }
        }
    }
}
