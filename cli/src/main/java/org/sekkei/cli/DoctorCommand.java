package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sekkei.inr.cuda.CudaInstallation;
import org.sekkei.inr.cuda.CudaLibraries;
import org.sekkei.torch.Device;
import org.sekkei.torch.Machine;
import org.sekkei.torch.Torch;
import picocli.CommandLine.Command;

/// `sekkei doctor`.
@Command(
        name = "doctor",
        description = "Looks whether this machine's cards can be used, and says what is missing and what to install.",
        footer = {
            "",
            "Exit status 0 if all is well, or if there is no NVIDIA card: everything then runs on the processor;",
            "1 if there is a card that cannot be used as things are.",
            "",
            "Examples:",
            "  sekkei doctor",
            "  sekkei doctor --json"
        })
final class DoctorCommand extends Job {
    private static final Path HARDWARE = Path.of("/sys/bus/pci/devices");
    private static final String NVIDIA = "0x10de";

    /// The class of displays and of computing cards.
    private static final String DISPLAY = "0x03";

    /// @param device what `--device auto` stands for; `none` if libtorch does not load
    record Result(boolean well, boolean card, String device, List<Doctor.Finding> findings) {}

    @Override
    int run() {
        Doctor.Facts facts = look();
        List<Doctor.Finding> findings = Doctor.examine(facts);
        boolean well = findings.stream().noneMatch(finding -> finding.state() == Doctor.State.WRONG);
        String device =
                facts.torchProblem().isPresent() ? "none" : Device.parse("auto").toString();
        if (json()) {
            printJson(new Result(well, Doctor.hasCard(facts), device, findings));
            return well ? Main.DONE : Main.FAILED;
        }
        for (Doctor.Finding finding : findings) {
            out().printf(
                            Locale.ROOT,
                            "%-7s %-14s %s%n",
                            finding.state().toString().toLowerCase(Locale.ROOT),
                            finding.name(),
                            finding.found());
            if (finding.advice() != null) {
                out().printf(Locale.ROOT, "%-22s -> %s%n", "", finding.advice());
            }
        }
        out().println();
        out().println(conclusion(facts, well, device));
        return well ? Main.DONE : Main.FAILED;
    }

    private static String conclusion(Doctor.Facts facts, boolean well, String device) {
        if (!well) {
            return "Something is in the way; mend what is marked 'wrong'.";
        }
        return Doctor.hasCard(facts)
                ? "All is well: --device auto is " + device + "."
                : "There is no NVIDIA card here; everything runs on the processor.";
    }

    private static Doctor.Facts look() {
        Machine machine = Machine.here();
        Set<String> libraries = Doctor.libraryFiles().stream()
                .filter(CudaInstallation::hasLibrary)
                .collect(Collectors.toUnmodifiableSet());
        CudaInstallation cuda = CudaInstallation.look(CudaLibraries.system());
        var problem = Torch.loadProblem();
        return new Doctor.Facts(
                machine.system() + " " + System.getProperty("os.arch") + ", JDK " + machine.jdk(),
                machine.processor() + ", " + machine.cores() + " cores",
                machine.libtorch(),
                Torch.hasCudaNatives(),
                problem,
                problem.isPresent() ? 0 : Device.cudaCount(),
                cardsOnTheBus(),
                cuda,
                libraries);
    }

    private static int cardsOnTheBus() {
        try (Stream<Path> devices = Files.list(HARDWARE)) {
            return (int) devices.filter(device ->
                            begins(device.resolve("vendor"), NVIDIA) && begins(device.resolve("class"), DISPLAY))
                    .count();
        } catch (IOException unknown) {
            return -1;
        }
    }

    private static boolean begins(Path file, String text) {
        try {
            return Files.readString(file).startsWith(text);
        } catch (IOException unknown) {
            return false;
        }
    }
}
