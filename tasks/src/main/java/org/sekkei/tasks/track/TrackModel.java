package org.sekkei.tasks.track;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.sekkei.models.TrTr;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Fit;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.torch.Generator;

/// The networks that follow an object.
public enum TrackModel {
    /// A few convolutions and a transformer of 96 numbers a token; it ships.
    LIGHT("trtr_light", Measures.LIGHT, new Rates(1e-3, 1, 1), new Following(0.5, 0.9, true), TrTr::light),
    /// The authors' network.
    RESNET50("trtr_resnet50", Measures.AUTHORS, new Rates(1e-4, 0.1, 0.1), new Following(0, 0, false), TrTr::new);

    private record Rates(double usual, double backbone, double clipping) {}

    /// How its answers are taken. An object is lost, and found again, at shares of the heat that was usual for it: for
    /// `LIGHT` those that part, best of those tried, frames of composed videos that show the object from those that
    /// do not; for `RESNET50` none, so that the authors' bound is left, below which heat says nothing.
    ///
    /// @param corrected whether its boxes are held against that of the first frame; the authors' are not
    private record Following(double lostBelow, double foundAbove, boolean corrected) {}

    private final String networkName;
    private final Measures measures;
    private final Rates rates;
    private final Following following;
    private final Function<Generator, TrTr> factory;

    TrackModel(
            String networkName,
            Measures measures,
            Rates rates,
            Following following,
            Function<Generator, TrTr> factory) {
        this.networkName = networkName;
        this.measures = measures;
        this.rates = rates;
        this.following = following;
        this.factory = factory;
    }

    /// The learning rate where none is given.
    public double usualRate() {
        return rates.usual;
    }

    /// The backbone's learning rate as a share of the others'.
    public double backboneRate() {
        return rates.backbone;
    }

    /// The norm of the gradients at most.
    public double clipping() {
        return rates.clipping;
    }

    /// Share of the usual heat below which the object is not seen.
    double lostBelow() {
        return following.lostBelow;
    }

    /// Share of it from which on an object that was lost is taken to be found.
    double foundAbove() {
        return following.foundAbove;
    }

    /// Whether its boxes are corrected by what it says of the first frame.
    boolean isCorrected() {
        return following.corrected;
    }

    String networkName() {
        return networkName;
    }

    Measures measures() {
        return measures;
    }

    TrTr create(long seed) {
        return create(new Generator(seed));
    }

    TrTr create(Generator generator) {
        return factory.apply(generator);
    }

    /// @throws IOException if the file does not hold this network's weights
    TrTr read(Path file) throws IOException {
        TrTr network = factory.apply(Generator.idle());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Fit fit = WeightLoading.loadPartially(checkpoint, networkName, network.stateDict());
            if (!fit.isExact()) {
                throw new IOException(file + ": does not fit the network " + networkName + ": " + fit.problems() + ".");
            }
        }
        return network;
    }
}
