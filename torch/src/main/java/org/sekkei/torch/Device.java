package org.sekkei.torch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/// Where a tensor lives: the CPU, or one of the CUDA cards.
///
/// @param kind the sort of device
/// @param index the number of the card; 0 for the CPU
public record Device(Kind kind, int index) {
    /// The sorts of device.
    public enum Kind {
        CPU(DeviceType.CPU),
        CUDA(DeviceType.CUDA);

        final DeviceType type;

        Kind(DeviceType type) {
            this.type = type;
        }
    }

    public static final Device CPU = new Device(Kind.CPU, 0);

    private static final Pattern CUDA_NAME = Pattern.compile("cuda(?::([0-9]{1,2}))?");

    public Device {
        if (index < 0 || index > 99 || (kind != Kind.CUDA && index != 0)) {
            throw new IllegalArgumentException("there is no device number " + index + " of kind " + kind);
        }
    }

    /// The CUDA card of this number.
    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /// Reads `auto`, `cpu`, `cuda` or `cuda:N`. `auto` is the first CUDA card if there is one, else the CPU.
    ///
    /// @throws IllegalArgumentException if the text is none of these, or this machine has no such card
    public static Device parse(String text) {
        if (text.equals("auto")) {
            return cudaCount() > 0 ? cuda(0) : CPU;
        }
        if (text.equals("cpu")) {
            return CPU;
        }
        Matcher matcher = CUDA_NAME.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("unknown device '" + text + "'; use auto, cpu, cuda or cuda:N");
        }
        String number = matcher.group(1);
        Device device = cuda(number == null ? 0 : Integer.parseInt(number));
        if (!device.isAvailable()) {
            throw new IllegalArgumentException("device '" + text + "' is not available: libtorch finds " + cudaCount()
                    + " CUDA cards here; use auto or cpu");
        }
        return device;
    }

    /// How many CUDA cards libtorch can use; 0 with the CPU build.
    public static int cudaCount() {
        return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    }

    public boolean isAvailable() {
        return kind != Kind.CUDA || index < cudaCount();
    }

    /// Bytes of memory that nobody uses at present, on the card or, for the CPU, in the machine.
    public long freeBytes() {
        if (kind != Kind.CUDA) {
            return MachineMemory.free();
        }
        try (var _ = Scope.open()) {
            return Native.get(
                    "freeBytes", () -> torch.getMemoryInfo((byte) index).first());
        }
    }

    @Override
    public String toString() {
        return switch (kind) {
            case CPU -> "cpu";
            case CUDA -> "cuda:" + index;
        };
    }

    org.bytedeco.pytorch.Device handle() {
        return kind == Kind.CUDA
                ? new org.bytedeco.pytorch.Device(kind.type, (byte) index)
                : new org.bytedeco.pytorch.Device(kind.type);
    }

    static Device of(org.bytedeco.pytorch.Device device) {
        // Tensors without memory stand for some on the CPU: see ShapeRun.
        if (device.is_cpu() || device.is_meta()) {
            return CPU;
        }
        if (device.is_cuda()) {
            return cuda(device.index());
        }
        throw new TorchException("device " + device.str().getString() + " is not supported");
    }
}
