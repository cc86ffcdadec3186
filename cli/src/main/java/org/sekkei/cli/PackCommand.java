package org.sekkei.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.Encoding;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PackOptions;
import org.sekkei.fit.PackReport;
import org.sekkei.fit.PackSize;
import org.sekkei.fit.Packer;
import org.sekkei.fit.siren.SirenEncoding;
import org.sekkei.fit.siren.SirenRecipe;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.inr.siren.SirenPacking;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.pictures.PictureSource;
import org.sekkei.pictures.PictureSources;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei pack`.
@Command(
        name = "pack",
        description = {
            "Turn pictures into a data set of INRs. The source is a tree of picture files with a folder a class, CIFAR or"
                    + " MNIST files, WebDataset tar shards, or a CSV list. Stopped at any moment, the same command goes on."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei pack photos photos.inr --size 224 --quality 30",
            "  sekkei pack cifar-10-batches-bin cifar.inr --network 5x13 --quality best"
        })
final class PackCommand extends Job {
    private static final SirenEncoding SIREN = SirenEncoding.standard();
    private static final PackOptions STANDARD = PackOptions.standard(SIREN);

    @Parameters(index = "0", paramLabel = "SRC", description = "The pictures.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "DATASET", description = "The data set to make, a folder.")
    private Path folder = Path.of("");

    @Option(names = "--codec", paramLabel = "NAME", description = "How pictures are written: siren (${DEFAULT-VALUE}).")
    private String codec = SirenCodec.NAME;

    @Option(
            names = "--size",
            paramLabel = "N|WxH",
            description =
                    "224: reduce so that the longest side has at most 224 pixels. 224x224: exactly that, the middle of"
                            + " the picture. As they are if not given.")
    private PackSize size = STANDARD.size();

    @ArgGroup
    private @Nullable Aim aim;

    /// What the fits aim at; one of the two.
    static final class Aim {
        @Option(
                names = "--quality",
                paramLabel = "DB|best",
                description =
                        "The PSNR to reach with as few bytes as possible, or the best that the network can do (30).")
        private @Nullable String quality;

        @Option(names = "--bytes", paramLabel = "N", description = "At most so many bytes a picture, at their best.")
        private @Nullable Integer bytes;
    }

    @Option(
            names = "--val",
            paramLabel = "SHARE",
            description = "The share of each class to set aside for validation, where the source has no split"
                    + " (${DEFAULT-VALUE}).")
    private double validation = STANDARD.validation();

    @Option(
            names = "--network",
            paramLabel = "LxH",
            split = ",",
            description =
                    "Sine layers x width; several, smallest first, to choose from for each picture. A ladder that suits"
                            + " the pictures' size if not given.")
    private List<SirenShape> networks = SIREN.shapes();

    @Option(names = "--steps", paramLabel = "N", description = "Optimiser steps a picture (${DEFAULT-VALUE}).")
    private int steps = SIREN.recipe().steps();

    @Option(
            names = "--prune",
            paramLabel = "SHARE",
            description = "The share of parameters to prune (${DEFAULT-VALUE}).")
    private double pruned = SIREN.recipe().pruned();

    @Option(names = "--no-prune", description = "Prune nothing.")
    private boolean noPruning;

    @Option(names = "--no-quantise", description = "Keep parameters in half precision.")
    private boolean noQuantisation;

    @Option(names = "--no-entropy-coding", description = "Write quantised parameters with fixed numbers of bits.")
    private boolean noEntropyCoding;

    @Option(names = "--seed", paramLabel = "N", description = "From which all random numbers come (${DEFAULT-VALUE}).")
    private long seed = STANDARD.seed();

    @Option(names = "--strict", description = "Stop at the first picture that cannot be read, and do not skip it.")
    private boolean strict;

    @Option(names = "--threads", paramLabel = "N", description = "Pictures fitted at once; all cores if not given.")
    private int threads = STANDARD.threads();

    @Option(names = "--report", paramLabel = "FILE.html", description = "Write a report with histograms and examples.")
    private @Nullable Path report;

    @Override
    String howToGoOn() {
        return "What is packed is safe; the same command goes on where this one stopped.";
    }

    @Override
    int run() throws Exception {
        requireExisting(source);
        PackOptions options = fromOptions(this::options);
        PackReport packed;
        try (PictureSource pictures = PictureSources.open(source);
                ProgressLine progress = newProgress()) {
            var lines = new PackLines(progress, err());
            try {
                packed = Packer.pack(pictures, folder, options, lines);
            } catch (Exception e) {
                lines.explainSkipped();
                throw e;
            }
        }
        try (Dataset dataset = Dataset.open(folder)) {
            DatasetSummary summary = DatasetSummary.of(dataset, packed.picturesPerSecond());
            if (report != null) {
                PackHtml.write(report, summary, dataset, Originals.at(source));
            }
            if (json()) {
                printJson(summary);
            } else {
                out().println(folder
                        + (packed.resumed() > 0 ? ": complete, some of it by an earlier run" : ": complete"));
                out().print(summary.text());
                if (packed.picturesPerSecond() > 0) {
                    out().printf("%-20s %s%n", "pictures/s", Figures.rate(packed.picturesPerSecond()));
                }
                out().print(summary.skippedText(20));
            }
        }
        return Main.DONE;
    }

    private PackOptions options() {
        if (!codec.equals(SirenCodec.NAME)) {
            throw usage("--codec " + codec + ": there is no such codec; there is " + SirenCodec.NAME + ".");
        }
        if (noPruning) {
            pruned = 0;
        }
        SirenRecipe recipe = SIREN.recipe().withSteps(steps).withPruned(pruned);
        if (noQuantisation) {
            recipe = recipe.withQuantisation(new SirenRecipe.Quantisation.None());
        }
        if (noEntropyCoding) {
            recipe = recipe.withPacking(SirenPacking.FIXED);
        }
        Encoding encoding = new SirenEncoding(networks, recipe, SIREN.starts());
        return new PackOptions(size, goal(), encoding, validation, seed, strict, threads);
    }

    private PackGoal goal() {
        if (aim == null) {
            return STANDARD.goal();
        }
        if (aim.bytes != null) {
            return new PackGoal.Bytes(aim.bytes);
        }
        if (aim.quality == null) {
            return STANDARD.goal();
        }
        if (aim.quality.equals("best")) {
            return new PackGoal.Best();
        }
        try {
            return new PackGoal.Quality(Double.parseDouble(aim.quality));
        } catch (NumberFormatException e) {
            throw usage("--quality " + aim.quality + ": is neither a number of dB nor 'best'.");
        }
    }
}
