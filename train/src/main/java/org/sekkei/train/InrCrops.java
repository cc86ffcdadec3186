package org.sekkei.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.Sampling;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;

/// Parts of a data set's pictures, each evaluated at just the positions that are asked for: on the device where
/// they are used if the codec is decoded there, else on the processor. For one thread.
public final class InrCrops implements AutoCloseable {
    private final Dataset dataset;
    private final Decoder decoder;
    private final Device device;
    private final @Nullable DevicePictures onDevice;

    private InrCrops(Dataset dataset, Decoder decoder, Device device, @Nullable DevicePictures onDevice) {
        this.dataset = dataset;
        this.decoder = decoder;
        this.device = device;
        this.onDevice = onDevice;
    }

    /// @param dataset stays open for as long
    /// @param codec the one whose name is `dataset.codec()`
    /// @throws IllegalArgumentException if the pictures take more memory of the device than may be used for them
    /// @throws IOException if the data set cannot be read; the message names what
    public static InrCrops open(Dataset dataset, Codec codec, Device device) throws IOException {
        Optional<DevicePictures> there = device.equals(Device.CPU)
                ? Optional.empty()
                : DevicePictures.of(dataset, codec, device, DeviceBudget.of(device), 1);
        try {
            return new InrCrops(dataset, codec.newDecoder(dataset.shared()), device, there.orElse(null));
        } catch (CorruptDataException damage) {
            there.ifPresent(DevicePictures::close);
            throw new IOException(dataset.folder() + ": " + damage.getMessage(), damage);
        }
    }

    /// @param places in the data set, one a sampling
    /// @param samplings all of the same output width and height
    /// @return `[places, 3, H, W]`, RGB in 0..1, on the device
    /// @throws IOException if a picture cannot be decoded; the message names it
    public Tensor decode(int[] places, List<Sampling> samplings) throws IOException {
        if (onDevice != null) {
            return onDevice.decode(places, samplings);
        }
        Sampling first = samplings.getFirst();
        int numbers = 3 * first.width() * first.height();
        float[] rgb = new float[places.length * numbers];
        for (int i = 0; i < places.length; i++) {
            try {
                decoder.decode(dataset.record(places[i]), samplings.get(i), rgb, i * numbers);
            } catch (CorruptDataException damage) {
                throw new IOException(
                        dataset.folder() + ": picture " + places[i] + " ("
                                + dataset.info(places[i]).name() + ") cannot be decoded: " + damage.getMessage(),
                        damage);
            }
        }
        return Tensor.of(rgb, places.length, 3, first.height(), first.width()).to(device);
    }

    @Override
    public void close() {
        if (onDevice != null) {
            onDevice.close();
        }
    }
}
