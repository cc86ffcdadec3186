package org.sekkei.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sekkei.plan.Gpu;
import org.sekkei.plan.GpuCatalogue;
import org.sekkei.torch.Device;
import org.sekkei.torch.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sekkei gpus`.
@Command(
        name = "gpus",
        description = "The cards that 'sekkei plan' knows, and what this machine has.",
        footer = {
            "",
            "Memory, bandwidth and operations a second are the makers' figures; TFLOPS of fp16 are those of the matrix"
                    + " units.",
            "",
            "Examples:",
            "  sekkei gpus",
            "  sekkei gpus --report gpus.html"
        })
final class GpusCommand extends Job {
    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write a page with the plot of memory against TFLOPS.")
    private @Nullable Path report;

    record Card(
            String name,
            String vendor,
            @Nullable String computeCapability,
            double memoryGb,
            double bandwidthGbs,
            double fp32Tflops,
            double fp16TensorTflops,
            boolean inTheColumn,
            @Nullable String cannotRunBecause) {
        static Card of(Gpu gpu) {
            return new Card(
                    gpu.name(),
                    gpu.vendor(),
                    gpu.computeCapability() == null
                            ? null
                            : gpu.computeCapability().toString(),
                    gpu.memoryBytes() / 1e9,
                    gpu.bandwidth() / 1e9,
                    gpu.fp32() / 1e12,
                    gpu.fp16Tensor() / 1e12,
                    gpu.seed(),
                    gpu.obstacle());
        }
    }

    /// A card of this machine that libtorch can use.
    record OwnCard(String device, long freeBytes) {}

    record Here(String processor, int cores, long memoryBytes, String libtorch, List<OwnCard> cards) {
        static Here look() {
            Machine machine = Machine.here();
            return new Here(
                    machine.processor(),
                    machine.cores(),
                    ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                            .getTotalMemorySize(),
                    machine.libtorch(),
                    IntStream.range(0, Device.cudaCount())
                            .mapToObj(Device::cuda)
                            .map(device -> new OwnCard(device.toString(), device.freeBytes()))
                            .toList());
        }

        String sentence() {
            String cards = this.cards.isEmpty()
                    ? "no CUDA card that libtorch can use"
                    : String.join(
                            ", ",
                            this.cards.stream()
                                    .map(card -> card.device + " with " + Figures.bytes(card.freeBytes) + " free")
                                    .toList());
            return "This machine: " + processor + ", " + cores + " cores, " + Figures.bytes(memoryBytes)
                    + " of memory; " + cards + ".";
        }
    }

    record Result(Here machine, List<Card> cards) {}

    @Override
    int run() throws IOException {
        List<Card> cards = GpuCatalogue.bundled().gpus().stream().map(Card::of).toList();
        Here here = Here.look();
        if (report != null) {
            write(report, here, cards);
        }
        if (json()) {
            printJson(new Result(here, cards));
            return Main.DONE;
        }
        out().printf("%-28s %4s %8s %10s %6s %6s%n", "card", "sm", "memory", "bandwidth", "fp32", "fp16");
        for (Card card : cards) {
            out().printf(
                            Locale.ROOT,
                            "%-28s %4s %5.0f GB %5.0f GB/s %6.1f %6s%s%n",
                            card.name,
                            card.computeCapability == null ? "-" : card.computeCapability,
                            card.memoryGb,
                            card.bandwidthGbs,
                            card.fp32Tflops,
                            tensor(card),
                            card.cannotRunBecause == null ? "" : "   not with this build");
        }
        out().println();
        out().println(here.sentence());
        return Main.DONE;
    }

    private static void write(Path file, Here here, List<Card> cards) throws IOException {
        var page = new HtmlReport("Cards: memory against speed");
        page.paragraph(here.sentence());
        page.plot(Plot.namedPoints(
                "Memory against float32 TFLOPS",
                "memory, GB",
                "float32 TFLOPS",
                cards.stream()
                        .map(card -> new Plot.NamedPoint(
                                card.name, card.memoryGb, card.fp32Tflops, card.cannotRunBecause == null ? 0 : 1))
                        .toList()));
        page.note("Both axes grow by factors. Orange: this build of libtorch has no code for the card.");
        page.table(
                List.of("card", "compute capability", "GB", "GB/s", "float32 TFLOPS", "fp16 TFLOPS", "with this build"),
                cards.stream()
                        .map(card -> List.of(
                                card.name,
                                card.computeCapability == null ? "" : card.computeCapability,
                                String.format(Locale.ROOT, "%.0f", card.memoryGb),
                                String.format(Locale.ROOT, "%.0f", card.bandwidthGbs),
                                String.format(Locale.ROOT, "%.1f", card.fp32Tflops),
                                tensor(card),
                                card.cannotRunBecause == null ? "runs" : card.cannotRunBecause))
                        .toList());
        page.write(file);
    }

    private static String tensor(Card card) {
        return card.fp16TensorTflops == 0 ? "-" : String.format(Locale.ROOT, "%.0f", card.fp16TensorTflops);
    }
}
