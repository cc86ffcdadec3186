package org.sekkei.train;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a training came to.
///
/// @param top1 of the last evaluation, null without a validation split
/// @param top5 likewise
/// @param bestTop1 of the best evaluation
/// @param model the file of the weights
public record TrainingReport(
        List<EpochReport> epochs,
        @Nullable Double top1,
        @Nullable Double top5,
        @Nullable Double bestTop1,
        Path model) {}
