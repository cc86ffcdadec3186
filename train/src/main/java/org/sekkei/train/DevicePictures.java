package org.sekkei.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sekkei.inr.Codec;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.torch.Device;
import org.sekkei.torch.Tensor;

/// The coded pictures of a data set, lying on a device and evaluated there, many at once. A codec that has an
/// implementation says so in [#of]; the data sets of others are decoded on the processor. For one thread.
interface DevicePictures extends AutoCloseable {
    /// Evaluates the fields of some pictures, without a border.
    ///
    /// @param indices places in the data set
    /// @param samplings one a picture, all of the same output width and height
    /// @return `[B, 3, H, W]`, float32 in 0..1, on the device; the innermost open scope owns it
    /// @throws IOException if a picture cannot be decoded; the message names it
    Tensor decode(int[] indices, List<Sampling> samplings) throws IOException;

    /// Makes a whole batch at once: evaluated, smoothed, with the mean colour where no picture is, and
    /// normalised.
    ///
    /// @param channelsLast whether the three numbers of a pixel lie side by side
    /// @return `[B, 3, H, W]`, float32, on the device; the innermost open scope owns it. Empty if this way of
    ///     decoding does it step by step
    /// @throws IOException if a picture cannot be decoded; the message names it, some batches later perhaps
    default Optional<Tensor> normalised(
            int[] indices, List<Sampling> samplings, Normalization normalization, boolean channelsLast)
            throws IOException {
        return Optional.empty();
    }

    /// Whether [#decode] smooths what is sampled more coarsely than its picture's pixels lie.
    boolean antialiased();

    /// How much memory the coded pictures take, of the device or, if it lacks the room, of the processor.
    long residentBytes();

    @Override
    void close();

    /// Copies the pictures of `dataset` to `device`.
    ///
    /// @param threads that may undo entropy coding
    /// @return empty if the codec is not decoded on devices
    /// @throws IllegalArgumentException if they do not fit; the message says how much is missing
    /// @throws IOException if a record cannot be read; the message names it
    static Optional<DevicePictures> of(Dataset dataset, Codec codec, Device device, DeviceBudget budget, int threads)
            throws IOException {
        if (device.kind() == Device.Kind.CUDA && (codec instanceof FieldCodec || codec instanceof SirenCodec)) {
            Optional<DevicePictures> kernels = KernelPictures.of(dataset, device, budget);
            if (kernels.isPresent()) {
                return kernels;
            }
        }
        return switch (codec) {
            case FieldCodec _ -> Optional.of(DeviceFields.of(dataset, device, budget, threads));
            case SirenCodec _ -> Optional.of(DeviceSirens.of(dataset, device, budget));
            default -> Optional.empty();
        };
    }
}
