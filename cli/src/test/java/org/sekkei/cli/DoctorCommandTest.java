package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.inr.cuda.CudaDevice;
import org.sekkei.inr.cuda.CudaInstallation;
import org.sekkei.torch.Device;
import tools.jackson.databind.JsonNode;

class DoctorCommandTest {
    private static final Set<String> ALL = Set.copyOf(Doctor.libraryFiles());

    private static CudaInstallation.Card card(int major, int minor, long free) {
        return new CudaInstallation.Card(
                new CudaDevice.Properties(0, "H100", major, minor, 80_000_000_000L, 132, 232_448, 1.755e9, 3.35e12),
                free,
                null);
    }

    private static Doctor.Facts facts(
            CudaInstallation cuda, boolean natives, int torchCards, int onTheBus, Set<String> libraries) {
        return new Doctor.Facts(
                "Linux", "a processor", "2.13.0", natives, Optional.empty(), torchCards, onTheBus, cuda, libraries);
    }

    private static CudaInstallation cuda(int version, CudaInstallation.Card... cards) {
        return new CudaInstallation("libcuda.so.1", version, null, List.of(cards), "libnvrtc.so.13", "13.0");
    }

    private static final CudaInstallation NOTHING = new CudaInstallation(null, 0, null, List.of(), null, null);

    private static List<String> wrong(Doctor.Facts facts) {
        return Doctor.examine(facts).stream()
                .filter(finding -> finding.state() == Doctor.State.WRONG)
                .map(Doctor.Finding::name)
                .toList();
    }

    private static String text(Doctor.Facts facts) {
        return Doctor.examine(facts).stream()
                .map(finding -> finding.name() + ": " + finding.found() + " " + finding.advice())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void aMachineWithACardAndEverythingIsWell() {
        assertThat(wrong(facts(cuda(13_000, card(9, 0, 79_000_000_000L)), true, 1, 1, ALL)))
                .isEmpty();
    }

    @Test
    void aMachineWithoutACardIsWell() {
        assertThat(wrong(facts(NOTHING, false, 0, 0, Set.of()))).isEmpty();
        assertThat(wrong(facts(NOTHING, false, 0, -1, Set.of()))).isEmpty();
    }

    @Test
    void whatIsMissingIsNamedWithItsPackage() {
        Set<String> some = ALL.stream()
                .filter(file -> !file.contains("cudnn") && !file.contains("nccl"))
                .collect(Collectors.toSet());
        Doctor.Facts facts = facts(cuda(13_000, card(8, 6, 20_000_000_000L)), true, 1, 1, some);
        assertThat(wrong(facts)).containsExactly("libraries");
        assertThat(text(facts))
                .contains(
                        "not found: cuDNN 9, NCCL 2",
                        "apt-get install cudnn9-cuda-13 libnccl2",
                        "runs the code for 8.0");
    }

    @Test
    void aCardWithoutADriverIsNoticed() {
        Doctor.Facts facts = facts(NOTHING, false, 0, 2, ALL);
        assertThat(wrong(facts)).containsExactly("driver", "natives", "libtorch");
        assertThat(text(facts)).contains("no driver for 2 NVIDIA card(s)", "mvn -Pcuda");
    }

    @Test
    void anOldDriverAndAnOccupiedCardAreSaid() {
        Doctor.Facts facts = facts(cuda(12_040, card(9, 0, 1_000_000_000L)), true, 0, 1, ALL);
        assertThat(wrong(facts)).containsExactly("driver", "libtorch");
        assertThat(text(facts)).contains("for CUDA 12.4", "driver 580 or later", "Other programs hold most of it");
    }

    @ParameterizedTest
    @CsvSource({
        "6, 1,",
        "7, 0,",
        "7, 5, 7.5",
        "8, 0, 8.0",
        "8, 6, 8.0",
        "8, 9, 8.0",
        "9, 0, 9.0",
        "10, 3, 10.0",
        "11, 0,",
        "12, 1, 12.0",
        "13, 0,"
    })
    void cardsRunCodeOfTheirMajorVersion(int major, int minor, String code) {
        assertThat(Doctor.code(major, minor)).isEqualTo(code);
        boolean runs = wrong(facts(cuda(13_000, card(major, minor, 70_000_000_000L)), true, 1, 1, ALL))
                .isEmpty();
        assertThat(runs).isEqualTo(code != null);
    }

    @Test
    void nativesForCardsThatLoadWithoutOneAreNoFault() {
        assertThat(wrong(facts(NOTHING, true, 0, 0, Set.of()))).isEmpty();
    }

    @Test
    void nativesThatDoNotLoadAreExplained() {
        Doctor.Facts facts = new Doctor.Facts(
                "Linux", "x", "2.13.0", true, Optional.of("libcudart.so.13: no such file"), 0, 0, NOTHING, Set.of());
        assertThat(wrong(facts)).containsExactly("libraries", "libtorch");
        assertThat(text(facts)).contains("does not load: libcudart.so.13", "build without -Pcuda");
    }

    @Test
    void thisMachineIsExamined() {
        Invocation plain = Invocation.of("doctor");
        assertThat(plain.err()).isEmpty();
        assertThat(plain.out()).contains("machine", "driver", "NVRTC", "natives", "libraries", "libtorch");
        JsonNode json = Invocation.of("doctor", "--json").json();
        assertThat(json.get("well").asBoolean()).isEqualTo(plain.code() == 0);
        assertThat(json.get("findings").size()).isGreaterThanOrEqualTo(6);
        Assumptions.assumeTrue(Device.cudaCount() == 0, "what follows is about machines without a card");
        Assumptions.assumeFalse(json.get("card").asBoolean(), "what follows is about machines without a card");
        assertThat(plain.code()).isZero();
        assertThat(plain.out()).contains("There is no NVIDIA card here; everything runs on the processor.");
        assertThat(json.get("device").asString()).isEqualTo("cpu");
    }
}
