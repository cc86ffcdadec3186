package org.sekkei.train;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.sekkei.inr.Box;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.PixelFormat;
import org.sekkei.inr.Sampling;
import org.sekkei.torch.Tensor;

/// Makes single samples of one epoch. For any number of threads.
final class Sampler {
    private final Catalogue catalogue;
    private final LoaderConfig config;
    private final Augmentation augmentation;
    private final int epoch;
    private final PixelFormat format;

    Sampler(Catalogue catalogue, LoaderConfig config, Augmentation augmentation, int epoch) {
        this.catalogue = catalogue;
        this.config = config;
        this.augmentation = augmentation;
        this.epoch = epoch;
        format = new PixelFormat(
                config.channelsLast() ? PixelFormat.Layout.HWC : PixelFormat.Layout.CHW,
                PixelFormat.Type.FLOAT32,
                config.normalization().mean(),
                config.normalization().deviation());
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
    /// @param scratch an array of as many
    /// @return the boxes in pixels of the input
    List<Box> write(int index, SampleReader reader, MemorySegment target, float[] scratch) throws IOException {
        Sampling sampling = sampling(index);
        reader.read(index, sampling, scratch);
        format.write(scratch, config.inputSize(), config.inputSize(), target, 0);
        return boxes(index, sampling);
    }
}
