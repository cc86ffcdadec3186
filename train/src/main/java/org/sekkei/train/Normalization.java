package org.sekkei.train;

import java.util.List;

/// What turns colours in 0..1 into the numbers that a network sees: `(colour - mean) / deviation`, a number a channel
/// in
/// the order red, green, blue.
public record Normalization(List<Float> mean, List<Float> deviation) {
    /// Of ImageNet, as torchvision's weights expect it.
    public static final Normalization IMAGENET =
            new Normalization(List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));

    public Normalization {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != 3 || deviation.size() != 3) {
            throw new IllegalArgumentException("mean and deviation take three numbers: red, green, blue");
        }
        if (mean.stream().anyMatch(value -> !Float.isFinite(value))
                || deviation.stream().anyMatch(value -> !(value > 0 && Float.isFinite(value)))) {
            throw new IllegalArgumentException(
                    "means must be finite and deviations above 0, not " + mean + " and " + deviation);
        }
    }
}
