package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.Encoding;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PackOptions;
import org.sekkei.fit.PackReport;
import org.sekkei.fit.PackSize;
import org.sekkei.fit.Packer;
import org.sekkei.fit.field.FieldEncoding;
import org.sekkei.fit.field.FieldRecipe;
import org.sekkei.fit.siren.SirenEncoding;
import org.sekkei.fit.siren.SirenRecipe;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCodec;
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
            "  sekkei pack cifar-10-batches-bin cifar.inr --codec siren --network 5x13 --quality best"
        })
final class PackCommand extends Job {
    private static final SirenEncoding SIREN = SirenEncoding.standard();
    private static final FieldEncoding FIELD = FieldEncoding.standard();
    private static final PackOptions STANDARD = PackOptions.standard(FIELD);

    @Parameters(index = "0", paramLabel = "SRC", description = "The pictures.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "DATASET", description = "The data set to make, a folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--codec",
            paramLabel = "NAME",
            description =
                    "How pictures are written: field, coefficients of a basis that all pictures share, or siren, one"
                            + " sine network a picture (${DEFAULT-VALUE}).")
    private String codec = FieldCodec.NAME;

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
            names = "--basis",
            paramLabel = "FILE",
            description =
                    "field: a basis that 'sekkei fit basis' made; the one that ships for pictures of this size if not"
                            + " given.")
    private @Nullable Path basis;

    @Option(
            names = "--background",
            paramLabel = "WEIGHT",
            description =
                    "field: how much the error outside of the pictures' boxes counts, 0..1; below 1 spends the bytes on"
                            + " the boxes (${DEFAULT-VALUE}).")
    private double background = FIELD.recipe().backgroundWeight();

    @Option(
            names = "--network",
            paramLabel = "LxH",
            split = ",",
            description =
                    "siren: sine layers x width; several, smallest first, to choose from for each picture. A ladder that suits"
                            + " the pictures' size if not given.")
    private List<SirenShape> networks = SIREN.shapes();

    @Option(names = "--steps", paramLabel = "N", description = "siren: optimiser steps a picture (${DEFAULT-VALUE}).")
    private int steps = SIREN.recipe().steps();

    @Option(
            names = "--prune",
            paramLabel = "SHARE",
            description = "siren: the share of parameters to prune (${DEFAULT-VALUE}).")
    private double pruned = SIREN.recipe().pruned();

    @Option(names = "--no-prune", description = "siren: prune nothing.")
    private boolean noPruning;

    @Option(names = "--no-quantise", description = "siren: keep parameters in half precision.")
    private boolean noQuantisation;

    @Option(
            names = "--no-entropy-coding",
            description = "siren: write quantised parameters with fixed numbers of bits.")
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
        Encoding encoding = encoding();
        PackOptions options = fromOptions(() -> options(encoding));
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

    private PackOptions options(Encoding encoding) {
        return new PackOptions(size, goal(), encoding, validation, seed, strict, threads);
    }

    private Encoding encoding() throws IOException {
        Encoding encoding = switch (codec) {
            case FieldCodec.NAME -> field();
            case SirenCodec.NAME -> siren();
            default -> throw usage("--codec " + codec + ": there is no such codec; there are field and siren.");
        };
        String other = codec.equals(FieldCodec.NAME) ? SirenCodec.NAME : FieldCodec.NAME;
        List<String> foreign = optionsOf(other).stream().filter(this::isGiven).toList();
        if (!foreign.isEmpty()) {
            throw usage(String.join(", ", foreign) + ": belongs to --codec " + other + ", not to " + codec + ".");
        }
        return encoding;
    }

    private static List<String> optionsOf(String codec) {
        return codec.equals(FieldCodec.NAME)
                ? List.of("--basis", "--background")
                : List.of("--network", "--steps", "--prune", "--no-prune", "--no-quantise", "--no-entropy-coding");
    }

    private FieldEncoding field() throws IOException {
        FieldRecipe recipe = fromOptions(() -> new FieldRecipe(FIELD.recipe().lambda(), background));
        if (basis == null) {
            return new FieldEncoding(null, recipe);
        }
        requireExisting(basis);
        try {
            return new FieldEncoding(FieldBasis.parse(Files.readAllBytes(basis)), recipe);
        } catch (CorruptDataException e) {
            throw new IOException(basis + ": " + e.getMessage(), e);
        }
    }

    private SirenEncoding siren() {
        return fromOptions(() -> {
            SirenRecipe recipe = SIREN.recipe().withSteps(steps).withPruned(noPruning ? 0 : pruned);
            if (noQuantisation) {
                recipe = recipe.withQuantisation(new SirenRecipe.Quantisation.None());
            }
            if (noEntropyCoding) {
                recipe = recipe.withPacking(SirenPacking.FIXED);
            }
            return new SirenEncoding(networks, recipe, SIREN.starts());
        });
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
