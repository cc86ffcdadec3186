package org.sekkei.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.cuda.CudaInstallation;

/// What is wrong with a machine, and what would mend it.
final class Doctor {
    /// The driver that knows CUDA 13, for which the natives are built: Linux driver 580.
    private static final int LEAST_DRIVER = 13_000;

    /// What the natives have code for. None is code that a driver could translate for later cards.
    private static final List<String> BUILT_FOR = List.of("7.5", "8.0", "9.0", "10.0", "12.0");

    /// Below this a card is likely to be in use by somebody else.
    private static final double LITTLE_FREE = 0.1;

    /// Libraries that the natives for cards ask the system for, and packages that bring them.
    private static final List<Library> LIBRARIES = List.of(
            new Library("CUDA runtime 13", "libcudart.so.13", "cuda-cudart-13-0"),
            new Library("cuBLAS 13", "libcublas.so.13", "libcublas-13-0"),
            new Library("cuBLASLt 13", "libcublasLt.so.13", "libcublas-13-0"),
            new Library("cuDNN 9", "libcudnn.so.9", "cudnn9-cuda-13"),
            new Library("NCCL 2", "libnccl.so.2", "libnccl2"),
            new Library("cuFFT 12", "libcufft.so.12", "libcufft-13-0"),
            new Library("cuRAND 10", "libcurand.so.10", "libcurand-13-0"),
            new Library("cuSPARSE 12", "libcusparse.so.12", "libcusparse-13-0"),
            new Library("cuSOLVER 12", "libcusolver.so.12", "libcusolver-13-0"),
            new Library("cuFile 0", "libcufile.so.0", "libcufile-13-0"),
            new Library("CUPTI 13", "libcupti.so.13", "cuda-cupti-13-0"),
            new Library("NVRTC 13", "libnvrtc.so.13", "cuda-nvrtc-13-0"));

    private Doctor() {}

    private record Library(String name, String file, String aptPackage) {}

    /// How it is with one thing.
    enum State {
        /// As it has to be.
        OK,
        /// Not there, and not needed here.
        ABSENT,
        /// Does not keep anything from running.
        NOTE,
        /// Has to be mended before a card of this machine can be used.
        WRONG
    }

    /// @param name of what was looked at
    /// @param found what was seen
    /// @param advice what to do about it, as a sentence; null if nothing
    record Finding(
            String name,
            State state,
            String found,
            @Nullable String advice) {}

    /// What was seen of a machine.
    ///
    /// @param cardsOnTheBus NVIDIA's cards by the system's list of hardware; -1 if unknown
    /// @param libraries of [#LIBRARIES] that the system finds
    /// @param torchProblem why libtorch does not load; empty if it does
    record Facts(
            String system,
            String processor,
            String libtorch,
            boolean cudaNatives,
            Optional<String> torchProblem,
            int torchCards,
            int cardsOnTheBus,
            CudaInstallation cuda,
            Set<String> libraries) {}

    static List<String> libraryFiles() {
        return LIBRARIES.stream().map(Library::file).toList();
    }

    /// Whether the machine has a card, by what drives it or by the list of hardware.
    static boolean hasCard(Facts facts) {
        return !facts.cuda.cards().isEmpty() || facts.cardsOnTheBus > 0;
    }

    static List<Finding> examine(Facts facts) {
        List<Finding> findings = new ArrayList<>();
        boolean card = hasCard(facts);
        findings.add(new Finding("machine", State.OK, facts.system + "; " + facts.processor, null));
        findings.add(driver(facts, card));
        facts.cuda.cards().forEach(each -> findings.addAll(card(each)));
        findings.add(compiler(facts, card));
        findings.add(natives(facts, card));
        findings.add(libraries(facts, card));
        findings.add(torch(facts, card));
        return findings;
    }

    private static Finding driver(Facts facts, boolean card) {
        CudaInstallation cuda = facts.cuda;
        if (cuda.driver() == null) {
            String found =
                    "no driver" + (facts.cardsOnTheBus > 0 ? " for " + facts.cardsOnTheBus + " NVIDIA card(s)" : "");
            return card
                    ? new Finding(
                            "driver",
                            State.WRONG,
                            found,
                            "Install NVIDIA's driver 580 or later (apt-get install nvidia-open, or from nvidia.com/drivers).")
                    : new Finding("driver", State.ABSENT, found + ", and no NVIDIA card", null);
        }
        if (cuda.driverProblem() != null) {
            return new Finding(
                    "driver",
                    State.WRONG,
                    cuda.driver() + ": " + cuda.driverProblem(),
                    "See whether nvidia-smi works; in a container, start it with --gpus all.");
        }
        String found = cuda.driver() + " for CUDA " + cuda.driverVersion() / 1000 + "."
                + cuda.driverVersion() % 1000 / 10 + ", " + cuda.cards().size() + " card(s)";
        return cuda.driverVersion() < LEAST_DRIVER
                ? new Finding(
                        "driver",
                        State.WRONG,
                        found,
                        "libtorch's natives need CUDA 13: install NVIDIA's driver 580 or later.")
                : new Finding("driver", State.OK, found, null);
    }

    private static List<Finding> card(CudaInstallation.Card card) {
        String name = "card " + card.properties().index();
        String found = String.format(
                Locale.ROOT,
                "%s, compute capability %s, %s of memory, %d multiprocessors",
                card.properties().name(),
                card.properties().capability(),
                Figures.bytes(card.properties().bytes()),
                card.properties().multiprocessors());
        List<Finding> findings = new ArrayList<>();
        String code = code(card.properties().major(), card.properties().minor());
        if (code == null) {
            findings.add(new Finding(
                    name,
                    State.WRONG,
                    found,
                    "The natives have code for " + String.join(", ", BUILT_FOR)
                            + " and their later minor versions only; use --device cpu, or another card."));
        } else {
            findings.add(new Finding(name, State.OK, found + ", runs the code for " + code, null));
        }
        if (card.problem() != null) {
            findings.add(new Finding(
                    name + " memory",
                    State.WRONG,
                    "cannot be opened: " + card.problem(),
                    "End what occupies it (nvidia-smi lists it), or use another card with --device cuda:N."));
        } else {
            boolean little = card.freeBytes() < LITTLE_FREE * card.properties().bytes();
            findings.add(new Finding(
                    name + " memory",
                    little ? State.NOTE : State.OK,
                    Figures.bytes(card.freeBytes()) + " free",
                    little ? "Other programs hold most of it; nvidia-smi lists them." : null));
        }
        return findings;
    }

    /// The code that a card runs: of its major version, not later than its minor one. Null if there is none.
    static @Nullable String code(int major, int minor) {
        return BUILT_FOR.reversed().stream()
                .filter(version -> {
                    String[] parts = version.split("[.]", 2);
                    return Integer.parseInt(parts[0]) == major && Integer.parseInt(parts[1]) <= minor;
                })
                .findFirst()
                .orElse(null);
    }

    private static Finding compiler(Facts facts, boolean card) {
        CudaInstallation cuda = facts.cuda;
        if (cuda.compiler() != null) {
            return new Finding("NVRTC", State.OK, cuda.compiler() + ", version " + cuda.compilerVersion(), null);
        }
        return card
                ? new Finding(
                        "NVRTC",
                        State.NOTE,
                        "not found",
                        "Pictures are decoded by libtorch, more slowly. For the kernels: apt-get install cuda-nvrtc-13-0.")
                : new Finding("NVRTC", State.ABSENT, "not found", null);
    }

    private static Finding natives(Facts facts, boolean card) {
        if (facts.cudaNatives) {
            return new Finding("natives", State.OK, "libtorch " + facts.libtorch + " for CUDA cards", null);
        }
        String found = "libtorch " + facts.libtorch + " for processors";
        return card
                ? new Finding(
                        "natives",
                        State.WRONG,
                        found,
                        "Build with the natives for cards: mvn -Pcuda (a download of 455 MB).")
                : new Finding("natives", State.OK, found, null);
    }

    private static Finding libraries(Facts facts, boolean card) {
        List<Library> missing = LIBRARIES.stream()
                .filter(library -> !facts.libraries.contains(library.file))
                .toList();
        if (missing.isEmpty()) {
            return new Finding(
                    "libraries", State.OK, "all " + LIBRARIES.size() + " that the natives for cards need", null);
        }
        String names = missing.stream().map(Library::name).collect(Collectors.joining(", "));
        if (!card && !facts.cudaNatives) {
            return new Finding(
                    "libraries", State.ABSENT, missing.size() + " of " + LIBRARIES.size() + " CUDA libraries", null);
        }
        String packages = missing.stream().map(Library::aptPackage).distinct().collect(Collectors.joining(" "));
        // Natives that load without them do for the processor.
        return new Finding(
                "libraries",
                card || facts.torchProblem.isPresent() ? State.WRONG : State.NOTE,
                "not found: " + names,
                "Install them, for instance apt-get install " + packages + " from NVIDIA's repository.");
    }

    private static Finding torch(Facts facts, boolean card) {
        if (facts.torchProblem.isPresent()) {
            return new Finding(
                    "libtorch",
                    State.WRONG,
                    "does not load: " + facts.torchProblem.get(),
                    facts.cudaNatives
                            ? "Install what is missing above, or build without -Pcuda."
                            : "Build again with mvn clean.");
        }
        if (facts.torchCards > 0) {
            return new Finding("libtorch", State.OK, "uses " + facts.torchCards + " card(s)", null);
        }
        return card
                ? new Finding(
                        "libtorch",
                        State.WRONG,
                        "loads, and finds no card that it can use",
                        "Mend what is wrong above.")
                : new Finding("libtorch", State.OK, "computes on the processor", null);
    }
}
