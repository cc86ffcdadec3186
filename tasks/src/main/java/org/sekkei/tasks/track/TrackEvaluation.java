package org.sekkei.tasks.track;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.UnreadablePictureException;

/// Lets a tracker follow a sequence from the box of its first frame, and compares with the others afterwards: the one
/// pass of OTB (Wu et al., 2013).
public final class TrackEvaluation {
    /// Overlaps from 0 to 1 by twentieths, at which success is counted.
    public static final int THRESHOLDS = 21;

    /// Pixels between centres that count as precise.
    public static final int PRECISE = 20;

    /// Pixels up to which precision is counted.
    public static final int FARTHEST = 50;

    private static final double NANOS = 1e9;

    private TrackEvaluation() {}

    /// How a tracker did.
    ///
    /// @param compared frames of which the box is known
    /// @param success of each threshold, the share of frames whose overlap is above it
    /// @param within for each number of pixels up to [#FARTHEST], the share of frames whose centre is so near
    /// @param lost frames in which the tracker said that it lost the object
    /// @param absent frames in which the object is not to be seen
    /// @param lostWhileAbsent of these, those in which the tracker said so
    /// @param skipped frames that could not be read
    /// @param seconds of the tracker alone, without reading
    public record Score(
            String sequence,
            int frames,
            int compared,
            double[] success,
            double[] within,
            int lost,
            int absent,
            int lostWhileAbsent,
            int skipped,
            double seconds) {
        /// The area under the curve of success.
        public double area() {
            double sum = 0;
            for (double share : success) {
                sum += share;
            }
            return sum / success.length;
        }

        /// The share of frames whose centre is within [#PRECISE] pixels of the true one.
        public double precision() {
            return within[PRECISE];
        }

        public double framesPerSecond() {
            return frames / Math.max(1e-9, seconds);
        }
    }

    /// Is told of each frame.
    @FunctionalInterface
    public interface Listener {
        /// @param sighting null where the frame could not be read
        void frame(int index, @Nullable Sighting sighting);
    }

    /// @throws IOException if the first frame or its box cannot be read
    public static Score run(FrameSequence sequence, Tracker tracker, Listener listener) throws IOException {
        TargetBox first = sequence.truth(0);
        if (first == null) {
            throw new IOException(sequence.name() + ": the box of the first frame is not known.");
        }
        Picture begin = sequence.frame(0);
        long begun = System.nanoTime();
        tracker.start(begin, first);
        long nanos = System.nanoTime() - begun;
        List<Sighting> found = new ArrayList<>();
        found.add(new Sighting(first, 1, false));
        listener.frame(0, found.getFirst());
        int skipped = 0;
        for (int i = 1; i < sequence.length(); i++) {
            Picture frame;
            try {
                frame = sequence.frame(i);
            } catch (UnreadablePictureException e) {
                skipped++;
                found.add(new Sighting(found.getLast().box(), 0, true));
                listener.frame(i, null);
                continue;
            }
            long before = System.nanoTime();
            Sighting sighting = tracker.follow(frame);
            nanos += System.nanoTime() - before;
            found.add(sighting);
            listener.frame(i, sighting);
        }
        return score(sequence, found, skipped, nanos / NANOS);
    }

    private static Score score(FrameSequence sequence, List<Sighting> found, int skipped, double seconds) {
        List<TargetBox> boxes = new ArrayList<>();
        List<TargetBox> truths = new ArrayList<>();
        int lost = 0;
        int absent = 0;
        int lostWhileAbsent = 0;
        for (int i = 0; i < found.size(); i++) {
            lost += found.get(i).lost() ? 1 : 0;
            TargetBox truth = sequence.truth(i);
            if (truth != null) {
                boxes.add(found.get(i).box());
                truths.add(truth);
            } else {
                absent++;
                lostWhileAbsent += found.get(i).lost() ? 1 : 0;
            }
        }
        return new Score(
                sequence.name(),
                found.size(),
                boxes.size(),
                success(boxes, truths),
                within(boxes, truths),
                lost - skipped,
                absent,
                lostWhileAbsent,
                skipped,
                seconds);
    }

    static double[] success(List<TargetBox> boxes, List<TargetBox> truths) {
        var success = new double[THRESHOLDS];
        for (int i = 0; i < boxes.size(); i++) {
            double overlap = boxes.get(i).intersectionOverUnion(truths.get(i));
            for (int threshold = 0; threshold < THRESHOLDS; threshold++) {
                if (overlap > threshold / (THRESHOLDS - 1.0)) {
                    success[threshold] += 1.0 / boxes.size();
                }
            }
        }
        return success;
    }

    static double[] within(List<TargetBox> boxes, List<TargetBox> truths) {
        var within = new double[FARTHEST + 1];
        for (int i = 0; i < boxes.size(); i++) {
            double distance = boxes.get(i).centreDistance(truths.get(i));
            for (int pixels = 0; pixels <= FARTHEST; pixels++) {
                within[pixels] += distance <= pixels ? 1.0 / boxes.size() : 0;
            }
        }
        return within;
    }
}
