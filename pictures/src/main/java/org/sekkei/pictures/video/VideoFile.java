package org.sekkei.pictures.video;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;

/// A video file by ffmpeg.
final class VideoFile implements FrameSource {
    private static final double USUAL_RATE = 25;
    private static final double HIGHEST_RATE = 1000;
    private static final long MOST_PIXELS = 1L << 28;

    private final Path file;
    private final FFmpegFrameGrabber grabber;
    private final long announced;

    private VideoFile(Path file, FFmpegFrameGrabber grabber) {
        this.file = file;
        this.grabber = grabber;
        announced = Math.max(0, grabber.getLengthInVideoFrames());
    }

    static VideoFile open(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        avutil.av_log_set_level(avutil.AV_LOG_QUIET);
        var grabber = new FFmpegFrameGrabber(file.toFile());
        grabber.setPixelFormat(avutil.AV_PIX_FMT_RGB24);
        try {
            grabber.start();
            long pixels = (long) grabber.getImageWidth() * grabber.getImageHeight();
            if (pixels < 1 || pixels > MOST_PIXELS) {
                throw new IOException(file + ": there is no video in it that can be read.");
            }
            return new VideoFile(file, grabber);
        } catch (org.bytedeco.javacv.FrameGrabber.Exception e) {
            release(grabber);
            throw new IOException(file + ": is no video that ffmpeg can read, or is damaged.", e);
        } catch (IOException | RuntimeException e) {
            release(grabber);
            throw e;
        }
    }

    private static void release(FFmpegFrameGrabber grabber) throws IOException {
        try {
            grabber.release();
        } catch (org.bytedeco.javacv.FrameGrabber.Exception e) {
            throw new IOException("a video cannot be closed: " + e.getMessage(), e);
        }
    }

    @Override
    public double framesPerSecond() {
        double rate = grabber.getVideoFrameRate();
        return rate > 0 && rate <= HIGHEST_RATE ? rate : USUAL_RATE;
    }

    @Override
    public long announced() {
        return announced;
    }

    @Override
    public @Nullable Picture next() throws IOException {
        Frame frame;
        try {
            frame = grabber.grabImage();
        } catch (org.bytedeco.javacv.FrameGrabber.Exception e) {
            throw new IOException(file + ": cannot be read on, for it is damaged.", e);
        }
        if (frame == null || frame.image == null) {
            return null;
        }
        var pixels = (ByteBuffer) frame.image[0];
        int width = frame.imageWidth;
        int height = frame.imageHeight;
        var rgb = new byte[Math.toIntExact(3L * width * height)];
        for (int y = 0; y < height; y++) {
            pixels.get(y * frame.imageStride, rgb, 3 * width * y, 3 * width);
        }
        return turned(new Picture(width, height, rgb));
    }

    /// Telephones say by how much a video is to be turned.
    private Picture turned(Picture frame) {
        int quarters = Math.floorMod((int) Math.round(-grabber.getDisplayRotation() / 90), 4);
        Picture turned = frame;
        for (int i = 0; i < quarters; i++) {
            turned = quarterTurned(turned);
        }
        return turned;
    }

    /// Clockwise.
    private static Picture quarterTurned(Picture frame) {
        int width = frame.height();
        int height = frame.width();
        byte[] from = frame.rgb();
        var to = new byte[from.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(from, 3 * ((width - 1 - x) * height + y), to, 3 * (y * width + x), 3);
            }
        }
        return new Picture(width, height, to);
    }

    @Override
    public void close() throws IOException {
        release(grabber);
    }
}
