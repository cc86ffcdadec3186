package org.sekkei.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureFiles;
import org.sekkei.pictures.PictureReader;
import org.sekkei.tasks.deblur.Deblur;
import org.sekkei.tasks.deblur.DeblurEvaluation;
import org.sekkei.tasks.deblur.DeblurEvaluation.Pair;
import org.sekkei.tasks.deblur.DeblurEvaluation.Score;
import org.sekkei.tasks.deblur.DeblurEvaluation.Way;
import org.sekkei.tasks.deblur.DeblurNetwork;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sekkei deblur eval`.
@Command(
        name = "eval",
        description = {
            "Compare sharpened pictures with the sharp ones: PSNR, SSIM, and CW-SSIM, which is the measure that DeblurGAN's"
                    + " paper calls SSIM. Sharp photos are shaken by random ways of a camera, and Richardson and Lucy's"
                    + " iterations with the true kernel stand beside the network; or pairs are given as in GoPro's data,"
                    + " NAME/blur and NAME/sharp. Take photos that the network was not trained on."
        },
        footer = {
            "",
            "Examples:",
            "  sekkei deblur eval kodak --csv deblur.csv",
            "  sekkei deblur eval GOPRO_Large/test --model deblurganv2_mobilenet --weights fpn_mobilenet.h5"
        })
final class DeblurEvalCommand extends Job {
    private static final Map<Way, String> NAMES = Map.of(
            Way.BLURRED, "blurred",
            Way.NETWORK, "network",
            Way.TRUE_KERNEL, "Richardson-Lucy, true kernel");

    @Parameters(
            paramLabel = "PHOTOS",
            arity = "1..*",
            description = "Sharp picture files, folders or archives of them; or one folder with pairs.")
    private List<Path> photos = List.of();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "ours, deblurgan, deblurganv2_inception or deblurganv2_mobilenet (${DEFAULT-VALUE}).")
    private String model = "ours";

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "A checkpoint of any format; the network that ships if not given.")
    private @Nullable Path weights;

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:N (${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Reduce sharp photos to a longest side of so many pixels first (${DEFAULT-VALUE}).")
    private int size = 512;

    @Option(
            names = "--blur",
            paramLabel = "PIXELS",
            description = "Length of a camera's whole way; exposures end after a tenth, a half and all of it in turns"
                    + " (${DEFAULT-VALUE}).")
    private double length = 20;

    @Option(
            names = "--noise",
            paramLabel = "LEVELS",
            description = "Standard deviation of the sensor's noise, of 255 (${DEFAULT-VALUE}).")
    private double noise = 1;

    @Option(names = "--shakes", paramLabel = "N", description = "Shakes a photo (${DEFAULT-VALUE}).")
    private int shakes = 3;

    @Option(names = "--seed", paramLabel = "N", description = "Decides the shakes (${DEFAULT-VALUE}).")
    private long seed = 7;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write a row a picture and way.")
    private @Nullable Path csv;

    private record Result(int pairs, String resolution, SequencedMap<String, Score> means) {}

    @Override
    int run() throws Exception {
        if (size < 32 || size > 8192 || shakes < 1 || !(length >= 1 && length <= 200) || !(noise >= 0 && noise <= 50)) {
            throw usage("--size must be from 32 to 8192, --blur from 1 to 200, --noise from 0 to 50, and --shakes at"
                    + " least 1.");
        }
        try (var _ = Scope.open();
                ProgressLine progress = newProgress()) {
            Device where = fromOptions(() -> Device.parse(device));
            Deblur deblur = deblur(where);
            List<Pair> pairs = pairs(progress);
            var evaluation = new DeblurEvaluation(picture -> sharpened(deblur, picture, where));
            List<SequencedMap<Way, Score>> scores = evaluation.evaluate(
                    pairs, done -> progress.update("sharpening", "pictures", done, pairs.size(), ""));
            print(pairs, scores);
        }
        return Main.DONE;
    }

    private Deblur deblur(Device where) throws IOException {
        DeblurNetwork network = fromOptions(() -> DeblurNetwork.named(model));
        if (weights != null) {
            requireExisting(weights);
            return Deblur.read(network, weights, where);
        }
        if (network != DeblurNetwork.OURS) {
            throw usage("the weights of " + network + " are not shipped; give its authors' file by --weights.");
        }
        return Deblur.builtIn(where);
    }

    private Picture sharpened(Deblur deblur, Picture picture, Device where) {
        Deblur.Plan plan = fromOptions(() -> deblur.plan(picture.width(), picture.height(), where.freeBytes()));
        return deblur.apply(picture, plan, (_, _, _) -> {}).picture();
    }

    private List<Pair> pairs(ProgressLine progress) throws IOException {
        if (photos.size() == 1) {
            List<Path[]> files = gopro(photos.getFirst());
            if (!files.isEmpty()) {
                List<Pair> pairs = new ArrayList<>();
                for (Path[] file : files) {
                    Picture blurred = new PictureReader().read(file[0]);
                    Picture sharp = new PictureReader().read(file[1]);
                    if (blurred.width() != sharp.width() || blurred.height() != sharp.height()) {
                        throw new IOException(file[0] + ": is of another size than " + file[1] + ".");
                    }
                    pairs.add(new Pair(file[0].toString(), blurred, sharp, null));
                    progress.update("reading", "pairs", pairs.size(), files.size(), "");
                }
                return pairs;
            }
        }
        List<Picture> sharp = RefocusPhotos.read(this, photos, size, Integer.MAX_VALUE, progress);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < sharp.size() * shakes; i++) {
            int photo = i / shakes;
            pairs.add(DeblurEvaluation.shaken("photo " + (photo + 1), sharp.get(photo), length, noise, seed, i));
            progress.update("shaking", "photos", i + 1, sharp.size() * shakes, "");
        }
        return pairs;
    }

    /// Files of the same name in folders `blur` and `sharp` that lie side by side.
    private static List<Path[]> gopro(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path[]> pairs = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder, 3)) {
            for (Path blur : all.filter(path -> path.endsWith("blur")).sorted().toList()) {
                Path sharp = blur.resolveSibling("sharp");
                if (!Files.isDirectory(sharp) || !Files.isDirectory(blur)) {
                    continue;
                }
                try (Stream<Path> inside = Files.list(blur)) {
                    for (Path file : inside.sorted().toList()) {
                        Path other = sharp.resolve(file.getFileName());
                        if (PictureFiles.isPictureName(file.getFileName().toString()) && Files.exists(other)) {
                            pairs.add(new Path[] {file, other});
                        }
                    }
                }
            }
        }
        return pairs;
    }

    private void print(List<Pair> pairs, List<SequencedMap<Way, Score>> scores) throws IOException {
        if (csv != null) {
            var text = new StringBuilder("picture,width,height,kernel_side,way,psnr_db,ssim,cw_ssim\n");
            for (int i = 0; i < pairs.size(); i++) {
                Pair pair = pairs.get(i);
                scores.get(i)
                        .forEach((way, score) -> text.append(String.format(
                                Locale.ROOT,
                                "\"%s\",%d,%d,%s,%s,%.3f,%.4f,%.4f%n",
                                pair.name().replace("\"", "\"\""),
                                pair.sharp().width(),
                                pair.sharp().height(),
                                pair.kernel() == null ? "" : pair.kernel().side(),
                                way.name().toLowerCase(Locale.ROOT),
                                score.psnr(),
                                score.ssim(),
                                score.cwSsim())));
            }
            OutputFile.write(csv, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        SequencedMap<Way, Score> means = DeblurEvaluation.means(scores);
        String resolution = resolution(pairs);
        if (json()) {
            SequencedMap<String, Score> named = new LinkedHashMap<>();
            means.forEach((way, score) -> named.put(way.name().toLowerCase(Locale.ROOT), score));
            printJson(new Result(pairs.size(), resolution, named));
            return;
        }
        out().printf("%-30s %10s %8s %8s%n", pairs.size() + " pictures, " + resolution, "PSNR", "SSIM", "CW-SSIM");
        means.forEach((way, score) -> out().printf(
                        Locale.ROOT,
                        "%-30s %10s %8.4f %8.4f%n",
                        NAMES.get(way),
                        Figures.decibel(score.psnr()),
                        score.ssim(),
                        score.cwSsim()));
    }

    private static String resolution(List<Pair> pairs) {
        List<String> all = pairs.stream()
                .map(pair -> pair.sharp().width() + " x " + pair.sharp().height())
                .distinct()
                .toList();
        return all.size() <= 2 ? String.join(" and ", all) : "of " + all.size() + " sizes";
    }
}
