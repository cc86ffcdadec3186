package org.sekkei.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Split;
import org.sekkei.torch.MachineMemory;
import org.sekkei.train.EpochReport;
import org.sekkei.train.TrainingListener;

/// Shows how a training goes: a progress line, and a lasting line an epoch.
final class TrainingLines implements TrainingListener {
    private final ProgressLine progress;
    private final PrintWriter lasting;
    private final @Nullable TrainingMemory memory;
    private int epochs;
    private int trainingPictures;

    /// @param lasting receives the lines of the epochs
    /// @param memory what the first steps are held to; null if nobody asked
    TrainingLines(ProgressLine progress, PrintWriter lasting, @Nullable TrainingMemory memory) {
        this.progress = progress;
        this.lasting = lasting;
        this.memory = memory;
    }

    @Override
    public void stepped(long step) {
        if (memory != null) {
            MachineMemory.peak().ifPresent(held -> memory.requireKept(step, held));
        }
    }

    static String top1(double share) {
        return String.format(Locale.ROOT, "top-1 %.2f %%", 100 * share);
    }

    @Override
    public void started(Plan plan) {
        epochs = plan.epochs();
        trainingPictures = plan.trainingPictures();
        progress.say(
                lasting,
                String.format(
                        Locale.ROOT,
                        "%,d pictures to train on, %,d to validate, %,d classes; %,d parameters, %s",
                        plan.trainingPictures(),
                        plan.validationPictures(),
                        plan.classes(),
                        plan.parameters(),
                        plan.precision().name().toLowerCase(Locale.ROOT)));
    }

    @Override
    public void resumed(String checkpoint, int epoch, int step) {
        progress.say(lasting, "going on from " + checkpoint + ": epoch " + epoch + ", step " + step);
    }

    @Override
    public void warned(String sentence) {
        progress.say(lasting, sentence);
    }

    @Override
    public void progressed(Progress at) {
        progress.update(
                "training",
                "pictures",
                (at.epoch() - 1L) * trainingPictures + at.pictures(),
                (long) epochs * trainingPictures,
                String.format(Locale.ROOT, "epoch %d of %d, loss %.4f", at.epoch(), epochs, at.loss()));
    }

    @Override
    public void evaluating(Split split, int done, int pictures) {
        progress.update("evaluating", "pictures", done, pictures, "");
    }

    @Override
    public void epochEnded(EpochReport report) {
        progress.say(
                lasting,
                String.format(
                        Locale.ROOT,
                        "epoch %d of %d: loss %.4f%s, %s pictures/s, waited %.1f of %.1f s for data",
                        report.epoch(),
                        epochs,
                        report.loss(),
                        report.top1() == null ? "" : ", " + top1(report.top1()),
                        Figures.rate(report.picturesPerSecond()),
                        report.dataSeconds(),
                        report.seconds()));
    }
}
