package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Damage;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.VerifyListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `sekkei verify`.
@Command(
        name = "verify",
        description =
                "Read all of a data set, check every checksum and decode every record. Exit status 1 if something is"
                        + " damaged.",
        footer = {"", "Example:", "  sekkei verify photos.inr"})
final class VerifyCommand extends Job {
    @Parameters(paramLabel = "DATASET", description = "A data set that 'sekkei pack' made.")
    private Path dataset = Path.of("");

    private record Result(boolean intact, List<Damage> damages) {}

    @Override
    int run() throws Exception {
        requireExisting(dataset);
        List<Damage> damages;
        try (ProgressLine progress = newProgress()) {
            VerifyListener listener =
                    (checked, records) -> progress.update("verifying", "records", checked, records, "");
            Codec codec = codec();
            damages = codec == null ? Dataset.verify(dataset, listener) : Dataset.verify(dataset, codec, listener);
        } catch (NoSuchFileException e) {
            throw noDataset(dataset);
        }
        if (json()) {
            printJson(new Result(damages.isEmpty(), damages));
        } else if (damages.isEmpty()) {
            out().println(dataset
                    + (complete() ? ": intact." : ": intact as far as it is packed; it is not finished."));
        } else {
            damages.forEach(damage -> out().println(describe(damage)));
            err().println("sekkei: " + dataset + ": " + Figures.count(damages.size())
                    + (damages.size() == 1 ? " damage" : " damages") + "; pack it again, or restore it from a copy.");
        }
        return damages.isEmpty() ? Main.DONE : Main.FAILED;
    }

    /// Null if the data set is too damaged to say.
    private @Nullable Codec codec() throws IOException {
        try (Dataset opened = Dataset.openPartial(dataset)) {
            return Codecs.of(opened);
        } catch (CorruptDataException e) {
            return null;
        }
    }

    private boolean complete() throws IOException {
        try (Dataset opened = Dataset.openPartial(dataset)) {
            return opened.complete();
        }
    }

    private static String describe(Damage damage) {
        return damage.file() + (damage.record() < 0 ? "" : ", picture " + damage.record()) + ": " + damage.problem();
    }
}
