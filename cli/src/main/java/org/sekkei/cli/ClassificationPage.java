package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sekkei.models.AttentionMaps;
import org.sekkei.tasks.classify.AttentionPictures;
import org.sekkei.tasks.classify.Classifier;
import org.sekkei.tasks.classify.Confusion;
import org.sekkei.tasks.classify.Guess;
import org.sekkei.tasks.classify.Subject;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;
import org.sekkei.train.TrainedModel;

/// A report of a classification: pictures with what they were taken for, where transformers looked, and how often which
/// class was taken for which.
final class ClassificationPage {
    /// More would make a page that no browser likes.
    private static final int MOST_PICTURES = 48;

    private static final int SHOWN_SIDE = 160;
    private static final int BLOCK_SIDE = 56;
    private static final int COLUMNS = 12;

    private final TrainedModel model;
    private final Classifier classifier;
    private final Confusion confusion;
    private final List<HtmlReport.Captioned> pictures = new ArrayList<>();
    private final List<HtmlReport.Captioned> rollouts = new ArrayList<>();
    private final List<HtmlReport.Captioned> blocks = new ArrayList<>();
    private int all;

    ClassificationPage(TrainedModel model, Classifier classifier, Confusion confusion) {
        this.model = model;
        this.classifier = classifier;
        this.confusion = confusion;
    }

    /// Takes up the first pictures, and counts the others.
    ///
    /// @param inputs \[B, 3, S, S\], normalised
    void add(List<Subject> subjects, Tensor inputs, List<List<Guess>> guesses) {
        all += subjects.size();
        int count = Math.min(subjects.size(), MOST_PICTURES - pictures.size());
        if (count < 1) {
            return;
        }
        try (var _ = Scope.open()) {
            Tensor some = inputs.narrow(0, 0, count);
            int side = model.inputSize();
            float[] colours = colours(some.contiguous().toFloats(), side);
            for (int i = 0; i < count; i++) {
                float[] rgb = part(colours, i, 3 * side * side);
                pictures.add(new HtmlReport.Captioned(
                        Raster.ofPlanar(rgb, side, side).shownAt(SHOWN_SIDE),
                        caption(subjects.get(i), guesses.get(i))));
            }
            if (classifier.attends()) {
                attention(subjects.subList(0, count), some, colours, side);
            }
        }
    }

    private void attention(List<Subject> subjects, Tensor inputs, float[] colours, int side) {
        AttentionMaps maps = classifier.attention(inputs);
        float[] rollout =
                AttentionPictures.rollout(maps.blocks(), side).contiguous().toFloats();
        List<float[]> ofBlocks = maps.blocks().stream()
                .map(block ->
                        AttentionPictures.ofBlock(block, side).contiguous().toFloats())
                .toList();
        for (int i = 0; i < subjects.size(); i++) {
            float[] rgb = part(colours, i, 3 * side * side);
            String name = name(subjects.get(i));
            rollouts.add(new HtmlReport.Captioned(
                    overlaid(rgb, part(rollout, i, side * side), side).shownAt(SHOWN_SIDE), name));
            List<Raster> strip = new ArrayList<>();
            for (float[] block : ofBlocks) {
                strip.add(overlaid(rgb, part(block, i, side * side), side).shownAt(BLOCK_SIDE));
            }
            blocks.add(new HtmlReport.Captioned(Raster.grid(strip, Math.min(COLUMNS, strip.size())), name));
        }
    }

    /// The picture where little is looked at in grey, and what is looked at most in orange.
    private static Raster overlaid(float[] rgb, float[] weights, int side) {
        int pixels = side * side;
        float[] shown = new float[3 * pixels];
        for (int at = 0; at < pixels; at++) {
            float weight = weights[at];
            float grey = 0.3f * rgb[at] + 0.59f * rgb[pixels + at] + 0.11f * rgb[2 * pixels + at];
            float base = grey * (0.8f - 0.5f * weight);
            shown[at] = base + 0.65f * weight;
            shown[pixels + at] = base + 0.3f * weight;
            shown[2 * pixels + at] = base;
        }
        return Raster.ofPlanar(shown, side, side);
    }

    /// Normalised values back to 0..1.
    private float[] colours(float[] normalised, int side) {
        int pixels = side * side;
        for (int at = 0; at < normalised.length; at++) {
            int channel = at / pixels % 3;
            normalised[at] = normalised[at] * model.normalization().deviation().get(channel)
                    + model.normalization().mean().get(channel);
        }
        return normalised;
    }

    private static float[] part(float[] all, int index, int length) {
        float[] part = new float[length];
        System.arraycopy(all, index * length, part, 0, length);
        return part;
    }

    private static String caption(Subject subject, List<Guess> guesses) {
        String said = guesses.stream()
                .limit(3)
                .map(guess -> String.format(Locale.ROOT, "%s %.0f %%", guess.className(), 100 * guess.probability()))
                .collect(Collectors.joining(", "));
        if (subject.label() == null) {
            return name(subject) + ": " + said;
        }
        boolean right = subject.label().equals(guesses.getFirst().className());
        return name(subject) + (right ? ", right: " : ", wrong, it is " + subject.label() + ": ") + said;
    }

    private static String name(Subject subject) {
        return String.valueOf(Path.of(subject.name()).getFileName());
    }

    /// Writes the page of all that was added.
    void write(Path file) throws IOException {
        var page = new HtmlReport("Classification");
        page.paragraph(String.format(
                Locale.ROOT,
                "%,d pictures by %s, %d classes, at %d x %d pixels.",
                all,
                model.architecture(),
                model.classNames().size(),
                model.inputSize(),
                model.inputSize()));
        if (confusion.pictures() > 0) {
            page.heading("Right and wrong");
            page.paragraph(String.format(
                    Locale.ROOT,
                    "%s of %,d pictures whose class is known. A row is a class, a column what its pictures were taken for.",
                    TrainingLines.top1(confusion.top1()),
                    confusion.pictures()));
            matrix(page);
        }
        page.heading("Pictures");
        if (all > pictures.size()) {
            page.note("The first " + pictures.size() + ", as the network sees them.");
        }
        page.pictures(pictures);
        if (!rollouts.isEmpty()) {
            page.heading("Where the network looked");
            page.note("Attention rollout: what reaches the class token through all blocks, the most in orange.");
            page.pictures(rollouts);
            page.heading("Block by block");
            page.note("What the class token takes in each block, from the first block to the last, " + COLUMNS
                    + " a row; the mean over the heads.");
            page.pictures(blocks);
        }
        page.write(file);
    }

    private void matrix(HtmlReport page) {
        List<String> header = new ArrayList<>(List.of(""));
        header.addAll(confusion.classNames());
        List<List<String>> rows = new ArrayList<>();
        for (int label = 0; label < confusion.classNames().size(); label++) {
            List<Integer> counts = confusion.rows().get(label);
            if (counts.stream().anyMatch(count -> count > 0)) {
                List<String> row =
                        new ArrayList<>(List.of(confusion.classNames().get(label)));
                counts.forEach(count -> row.add(Integer.toString(count)));
                rows.add(row);
            }
        }
        page.table(header, rows);
    }
}
