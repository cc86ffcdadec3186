package org.sekkei.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `metrics.csv`: a line an epoch. Written anew each time, so that a resumed training has each epoch once.
final class MetricsCsv {
    private static final String HEADER =
            "epoch,step,loss,top1,top5,validationLoss,learningRate,picturesPerSecond,seconds,"
                    + "dataSeconds,dataCpuSeconds\n";

    private MetricsCsv() {}

    static void write(Path file, List<EpochReport> epochs) throws IOException {
        var text = new StringBuilder(HEADER);
        for (EpochReport epoch : epochs) {
            text.append(epoch.epoch()).append(',').append(epoch.step());
            append(text, epoch.loss());
            append(text, epoch.top1());
            append(text, epoch.top5());
            append(text, epoch.validationLoss());
            append(text, epoch.learningRate());
            append(text, epoch.picturesPerSecond());
            append(text, epoch.seconds());
            append(text, epoch.dataSeconds());
            append(text, epoch.dataCpuSeconds());
            text.append('\n');
        }
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void append(StringBuilder text, @Nullable Double value) {
        text.append(',');
        if (value != null) {
            text.append(value.doubleValue());
        }
    }
}
