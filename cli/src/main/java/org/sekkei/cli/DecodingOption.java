package org.sekkei.cli;

import org.sekkei.torch.Device;
import picocli.CommandLine.Option;

/// Where batches are decoded.
final class DecodingOption {
    private enum Place {
        DEVICE,
        CPU
    }

    @Option(
            names = "--decode",
            paramLabel = "WHERE",
            description = "Keep the coded pictures on the device and decode them there, or on the cpu: device or cpu"
                    + " (${DEFAULT-VALUE}).")
    private Place place = Place.DEVICE;

    /// @param used where the batches are used
    Device device(Device used) {
        return place == Place.CPU ? Device.CPU : used;
    }
}
