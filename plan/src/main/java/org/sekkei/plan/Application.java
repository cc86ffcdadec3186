package org.sekkei.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.torch.Device;

/// What an application tells the planner of itself: a step of its training, and how a picture is done.
public interface Application {
    /// That of its command, for instance `refocus`.
    String name();

    /// The names of its networks, the usual one first.
    List<String> networks();

    /// A step of the training with its own networks and losses, at the batch and the size that its command takes
    /// if nothing else is asked for, in float32.
    ///
    /// @throws IllegalArgumentException if there is no such network
    Workload training(String network);

    /// How a picture, or the frames of a video, are done.
    ///
    /// @param device the processor, or a card that need not be there
    /// @param memoryBytes of the process, or of the card
    /// @throws IllegalArgumentException if there is no such network, or with the figures if there is too
    ///     little memory
    Use use(String network, int width, int height, Device.Kind device, long memoryBytes);

    /// How a picture is done.
    ///
    /// @param tileSide pixels that a tile owns across and down; [#WHOLE] if it is done at once
    /// @param bytes that it takes at its fullest, about
    /// @param computing what takes the time; null if that is not known before
    record Use(int tileSide, long bytes, @Nullable Computing computing) {
        /// No tiles.
        public static final int WHOLE = 0;
    }

    /// Work as much as that of a workload so many times.
    record Computing(Workload workload, double times) {}
}
