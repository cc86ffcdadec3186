package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.torch.Tensor;

/// Makes single samples of one epoch. For any number of threads.
final class Sampler {
    private final Catalogue catalogue;
    private final LoaderConfig config;
    private final Augmentation augmentation;
    private final int epoch;

    Sampler(Catalogue catalogue, LoaderConfig config, Augmentation augmentation, int epoch) {
        this.catalogue = catalogue;
        this.config = config;
        this.augmentation = augmentation;
        this.epoch = epoch;
    }

    /// Numbers a sample, and bytes they take in a batch.
    int numbers() {
        return 3 * config.inputSize() * config.inputSize();
    }

    LoaderConfig config() {
        return config;
    }

    /// `[B]`, int64 on the CPU.
    Tensor labels(int[] indices) {
        return Tensor.of(Arrays.stream(indices).mapToLong(catalogue::label).toArray());
    }

    /// As it was packed.
    PictureSize size(int index) {
        return catalogue.size(index);
    }

    /// Where the picture `index` is evaluated in this epoch.
    Sampling sampling(int index) {
        Sampling drawn = augmentation.draw(
                new SampleRandom(config.seed(), epoch, index), catalogue.size(index), config.inputSize());
        return RandAugment.moved(drawn, augmentation.operations().draw(config.seed(), epoch, index));
    }

    /// Its boxes, in pixels of the input.
    List<Box> boxes(int index, Sampling sampling) {
        return Boxes.transformed(catalogue.boxes(index), sampling);
    }

    /// Writes the normalised picture `index` to its place in a batch.
    ///
    /// @param target [#numbers] floats, laid out as [LoaderConfig#channelsLast] says
    /// @param scratch two arrays of as many
    /// @return the boxes in pixels of the input
    List<Box> write(int index, SampleReader reader, MemorySegment target, float[][] scratch) throws IOException {
        Sampling sampling = sampling(index);
        float[] rgb = scratch[0];
        float[] normalised = scratch[1];
        reader.read(index, sampling, rgb);
        int pixels = numbers() / 3;
        if (config.channelsLast()) {
            interleave(rgb, pixels, normalised);
        } else {
            for (int channel = 0; channel < 3; channel++) {
                float factor = factor(channel);
                float shift = -mean(channel) * factor;
                for (int i = channel * pixels; i < (channel + 1) * pixels; i++) {
                    normalised[i] = rgb[i] * factor + shift;
                }
            }
        }
        MemorySegment.copy(normalised, 0, target, ValueLayout.JAVA_FLOAT, 0, 3 * pixels);
        return boxes(index, sampling);
    }

    private void interleave(float[] rgb, int pixels, float[] normalised) {
        float redFactor = factor(0);
        float greenFactor = factor(1);
        float blueFactor = factor(2);
        float red = -mean(0) * redFactor;
        float green = -mean(1) * greenFactor;
        float blue = -mean(2) * blueFactor;
        for (int i = 0; i < pixels; i++) {
            normalised[3 * i] = rgb[i] * redFactor + red;
            normalised[3 * i + 1] = rgb[pixels + i] * greenFactor + green;
            normalised[3 * i + 2] = rgb[2 * pixels + i] * blueFactor + blue;
        }
    }

    private float mean(int channel) {
        return config.normalization().mean().get(channel);
    }

    private float factor(int channel) {
        return 1 / config.normalization().deviation().get(channel);
    }
}
