package org.sekkei.tasks.track;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_tracking.TrackerCSRT;
import org.bytedeco.opencv.opencv_tracking.TrackerKCF;
import org.bytedeco.opencv.opencv_video.TrackerMIL;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;

/// A tracker of OpenCV, for comparison. They take boxes of whole pixels and do not say how sure they are.
public final class ClassicalTracker implements Tracker {
    /// Which.
    public enum Kind {
        /// Discriminative correlation filter with channel and spatial reliability (Lukezic et al., 2017).
        CSRT {
            @Override
            org.bytedeco.opencv.opencv_video.Tracker create() {
                return TrackerCSRT.create();
            }
        },
        /// Kernelised correlation filter (Henriques et al., 2015); its box keeps its size. OpenCV's default gives up
        /// below a response of a half, where small objects soon are; the paper has no bound. Here it is lower.
        KCF {
            @Override
            org.bytedeco.opencv.opencv_video.Tracker create() {
                try (var settings = new TrackerKCF.Params()) {
                    settings.detect_thresh(LEAST_RESPONSE);
                    return TrackerKCF.create(settings);
                }
            }
        },
        /// Multiple instance learning (Babenko et al., 2009); its box keeps its size. OpenCV draws its features by the
        /// clock, so that no two runs are the same.
        MIL {
            @Override
            org.bytedeco.opencv.opencv_video.Tracker create() {
                return TrackerMIL.create();
            }
        };

        private static final float LEAST_RESPONSE = 0.15f;

        abstract org.bytedeco.opencv.opencv_video.Tracker create();
    }

    /// Of a box. With less, CSRT fails and MIL searches for features without an end.
    private static final int LEAST_SIDE = 2;

    private static final int LEAST_AREA = 25;

    private final Kind kind;
    private org.bytedeco.opencv.opencv_video.@Nullable Tracker tracker;
    private TargetBox box = new TargetBox(0, 0, 1, 1);

    public ClassicalTracker(Kind kind) {
        this.kind = kind;
    }

    @Override
    public void start(Picture frame, TargetBox first) {
        close();
        TargetBox inside = first.within(frame.width(), frame.height());
        int left = (int) Math.min(Math.round(inside.x()), frame.width() - 1);
        int top = (int) Math.min(Math.round(inside.y()), frame.height() - 1);
        int width = (int) Math.clamp(Math.round(inside.width()), 1, frame.width() - left);
        int height = (int) Math.clamp(Math.round(inside.height()), 1, frame.height() - top);
        if (inside.width() <= 0 || inside.height() <= 0) {
            throw new IllegalArgumentException("the box lies outside of the frame");
        }
        if (Math.min(width, height) < LEAST_SIDE || width * height < LEAST_AREA) {
            throw new IllegalArgumentException(tooSmall(width, height));
        }
        box = inside;
        tracker = kind.create();
        try (Mat picture = mat(frame);
                var rectangle = new Rect(left, top, width, height)) {
            tracker.init(picture, rectangle);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(tooSmall(width, height), e);
        }
    }

    @Override
    public Sighting follow(Picture frame) {
        if (tracker == null) {
            throw new IllegalStateException("start comes first");
        }
        try (Mat picture = mat(frame);
                var rectangle = new Rect()) {
            boolean found;
            try {
                found = tracker.update(picture, rectangle);
            } catch (RuntimeException e) {
                // OpenCV throws where its own search runs out of the frame.
                found = false;
            }
            if (found) {
                box = new TargetBox(rectangle.x(), rectangle.y(), rectangle.width(), rectangle.height());
            }
            return new Sighting(box, found ? 1 : 0, !found);
        }
    }

    private String tooSmall(int width, int height) {
        return kind + " cannot follow a box of " + width + " x " + height + " pixels; take a larger one";
    }

    private static Mat mat(Picture frame) {
        byte[] rgb = frame.rgb();
        var bgr = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i += 3) {
            bgr[i] = rgb[i + 2];
            bgr[i + 1] = rgb[i + 1];
            bgr[i + 2] = rgb[i];
        }
        var mat = new Mat(frame.height(), frame.width(), opencv_core.CV_8UC3);
        mat.data().put(bgr);
        return mat;
    }

    @Override
    public void close() {
        if (tracker != null) {
            tracker.close();
            tracker = null;
        }
    }
}
