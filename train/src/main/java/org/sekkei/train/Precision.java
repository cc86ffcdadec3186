package org.sekkei.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sekkei.torch.Autocast;
import org.sekkei.torch.Device;
import org.sekkei.torch.Guard;

/// In which numbers convolutions and matrix products are computed. Parameters, their updates and the delicate
/// operations
/// stay float32.
public enum Precision {
    /// [#BFLOAT16] where the processor or card computes in it, else [#FLOAT32].
    AUTO,
    FLOAT32,
    BFLOAT16;

    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /// What [#AUTO] means on this machine; the others mean themselves.
    public Precision on(Device device) {
        if (this != AUTO) {
            return this;
        }
        return device.kind() == Device.Kind.CUDA || processorHasBfloat16() ? BFLOAT16 : FLOAT32;
    }

    /// Computes in this precision until the guard is closed, which must be before the backward pass.
    Guard open(Device device) {
        return on(device) == BFLOAT16 ? Autocast.bfloat16(device.kind()) : () -> {};
    }

    private static boolean processorHasBfloat16() {
        try {
            String description = Files.readString(PROCESSOR, StandardCharsets.ISO_8859_1);
            return description.contains(" avx512_bf16") || description.contains(" amx_bf16");
        } catch (IOException noSuchFile) {
            // Not Linux: nothing is known of the processor, and float32 is right everywhere.
            return false;
        }
    }
}
