package org.sekkei.train;

import java.util.List;
import java.util.Map;

/// Where a training stands, besides its tensors: `state.json` of a checkpoint.
///
/// @param dataset its fingerprint
/// @param identity what of the configuration decides the weights; a training is only resumed with the same
/// @param epoch how many are complete
/// @param epochStep steps done in the next one
/// @param step steps done in all
/// @param lossSum of this epoch, over its pictures
/// @param pictures seen in this epoch
/// @param reportedLossSum what of `lossSum` was reported
/// @param reportedPictures what of `pictures` was reported
/// @param seconds spent on this epoch
/// @param epochs the reports of those that are complete
record TrainingState(
        String dataset,
        Map<String, String> identity,
        int epoch,
        int epochStep,
        long step,
        double lossSum,
        int pictures,
        double reportedLossSum,
        int reportedPictures,
        double seconds,
        double dataSeconds,
        double dataCpuSeconds,
        List<EpochReport> epochs) {
    TrainingState {
        identity = Map.copyOf(identity);
        epochs = List.copyOf(epochs);
    }
}
