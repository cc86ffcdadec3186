package org.sekkei.torch;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// The memory of the machine and of this process, in bytes.
public final class MachineMemory {
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final Path PROCESS = Path.of("/proc/self/status");

    private MachineMemory() {}

    /// What this process may still take. Linux keeps files in memory that is free on demand, which counts as free here;
    /// in a container it is what the container leaves.
    public static long free() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        OptionalLong all = entry(MACHINE, "MemTotal:");
        boolean contained = all.isEmpty() || system.getTotalMemorySize() < all.getAsLong();
        return contained
                ? system.getFreeMemorySize()
                : entry(MACHINE, "MemAvailable:").orElseGet(system::getFreeMemorySize);
    }

    /// What this process holds now; empty where the system does not tell.
    public static OptionalLong resident() {
        return entry(PROCESS, "VmRSS:");
    }

    /// The most that this process ever held; empty where the system does not tell.
    public static OptionalLong peak() {
        return entry(PROCESS, "VmHWM:");
    }

    private static OptionalLong entry(Path file, String key) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException notLinux) {
            return OptionalLong.empty();
        }
    }
}
