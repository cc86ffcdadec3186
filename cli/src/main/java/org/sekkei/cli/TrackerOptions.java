package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sekkei.tasks.track.ClassicalTracker;
import org.sekkei.tasks.track.TrTrTracker;
import org.sekkei.tasks.track.Tracker;
import org.sekkei.torch.Device;
import picocli.CommandLine.Option;

/// Which tracker follows, and how.
final class TrackerOptions {
    /// By the names on the command line.
    enum Name {
        TRTR,
        TRTR_ONLINE,
        CSRT,
        KCF,
        MIL;

        /// As it is typed.
        String typed() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }

        /// @throws IllegalArgumentException naming those there are
        static Name of(String typed) {
            for (Name name : values()) {
                if (name.typed().equalsIgnoreCase(typed.strip())) {
                    return name;
                }
            }
            throw new IllegalArgumentException(
                    "unknown tracker '" + typed + "'; there are trtr, trtr-online, csrt, kcf and mil");
        }

        boolean isTrTr() {
            return this == TRTR || this == TRTR_ONLINE;
        }
    }

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "What 'sekkei track train' made, or TrTr's checkpoint trtr_resnet50.pth; the network that ships if not"
                            + " given.")
    @Nullable
    Path weights;

    @Option(
            names = "--search",
            paramLabel = "N",
            description =
                    "Side of the search picture in pixels of the network; that of its training if not given. A larger one"
                            + " looks farther and takes longer.")
    int search;

    @Option(
            names = "--window",
            paramLabel = "F",
            description = "How much places near the last one are preferred, from 0 to below 1 (${DEFAULT-VALUE}).")
    double window = 0.4;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores if not given.")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--memory",
            paramLabel = "M",
            description = "Memory that may be taken, for instance 2G; most of what is free if not given.")
    @Nullable
    MemorySize memory;

    TrTrTracker.Weights weights(Device on) throws IOException {
        return weights == null ? TrTrTracker.Weights.builtIn(on) : TrTrTracker.Weights.read(weights, on);
    }

    /// @param network of TrTr; null only for the others
    /// @throws IllegalArgumentException if an option is out of its range
    Tracker tracker(Name name, TrTrTracker.@Nullable Weights network) {
        if (network != null && name.isTrTr()) {
            return new TrTrTracker(network, new TrTrTracker.Settings(name == Name.TRTR_ONLINE, search, window));
        }
        return new ClassicalTracker(ClassicalTracker.Kind.valueOf(name.name()));
    }
}
