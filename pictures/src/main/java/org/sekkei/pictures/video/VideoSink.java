package org.sekkei.pictures.video;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameRecorder;
import org.bytedeco.javacv.Frame;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;

/// An MP4 file by ffmpeg, in H.264.
final class VideoSink implements FrameSink {
    /// Bits a pixel and frame: enough that an edge of a box stays one.
    private static final double BITS = 0.25;

    private static final int LEAST_BITS_A_SECOND = 400_000;

    private final Path file;
    private final Path temporary;
    private final double framesPerSecond;
    private @Nullable FFmpegFrameRecorder recorder;
    private int width;
    private int height;
    private boolean finished;

    VideoSink(Path file, double framesPerSecond) throws IOException {
        this.file = file;
        this.framesPerSecond = framesPerSecond;
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        temporary = file.resolveSibling(file.getFileName() + ".part");
    }

    @Override
    public void write(Picture frame) throws IOException {
        FFmpegFrameRecorder open = recorder;
        if (open == null) {
            open = start(frame);
            recorder = open;
        }
        if (frame.width() != width || frame.height() != height) {
            throw new IOException(file + ": a frame of " + frame.width() + " x " + frame.height()
                    + " pixels does not fit a video of " + width + " x " + height + ".");
        }
        try (var even = new Frame(even(width), even(height), Frame.DEPTH_UBYTE, 3)) {
            var pixels = (ByteBuffer) even.image[0];
            for (int y = 0; y < even.imageHeight; y++) {
                int row = Math.min(y, height - 1);
                int at = y * even.imageStride;
                pixels.put(at, frame.rgb(), 3 * width * row, 3 * width);
                if (even.imageWidth > width) {
                    pixels.put(at + 3 * width, frame.rgb(), 3 * width * (row + 1) - 3, 3);
                }
            }
            open.record(even, avutil.AV_PIX_FMT_RGB24);
        } catch (org.bytedeco.javacv.FrameRecorder.Exception e) {
            throw new IOException(file + ": cannot be written; is there room on the disk?", e);
        }
    }

    /// The codec halves the colours' resolution, so that sides must be even.
    private static int even(int side) {
        return side + side % 2;
    }

    private FFmpegFrameRecorder start(Picture frame) throws IOException {
        avutil.av_log_set_level(avutil.AV_LOG_QUIET);
        width = frame.width();
        height = frame.height();
        var made = new FFmpegFrameRecorder(temporary.toFile(), even(width), even(height));
        made.setFormat("mp4");
        made.setVideoCodec(avcodec.AV_CODEC_ID_H264);
        made.setPixelFormat(avutil.AV_PIX_FMT_YUV420P);
        // With the index first, a file that was cut off can still be read to where it ends.
        made.setOption("movflags", "faststart");
        made.setFrameRate(framesPerSecond);
        made.setGopSize(Math.max(1, (int) Math.round(framesPerSecond)));
        made.setVideoBitrate(
                (int) Math.clamp(BITS * width * height * framesPerSecond, LEAST_BITS_A_SECOND, Integer.MAX_VALUE / 2));
        try {
            made.start();
            return made;
        } catch (org.bytedeco.javacv.FrameRecorder.Exception e) {
            throw new IOException(file + ": cannot be written as a video of " + width + " x " + height + " pixels.", e);
        }
    }

    @Override
    public void finish() throws IOException {
        FFmpegFrameRecorder open = recorder;
        if (open == null) {
            throw new IOException(file + ": there is no frame to write.");
        }
        recorder = null;
        try {
            open.stop();
            open.release();
        } catch (org.bytedeco.javacv.FrameRecorder.Exception e) {
            throw new IOException(file + ": cannot be written; is there room on the disk?", e);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        finished = true;
    }

    @Override
    public void close() throws IOException {
        FFmpegFrameRecorder open = recorder;
        recorder = null;
        try {
            if (open != null) {
                open.release();
            }
        } catch (org.bytedeco.javacv.FrameRecorder.Exception e) {
            throw new IOException(file + ": cannot be closed.", e);
        } finally {
            if (!finished) {
                Files.deleteIfExists(temporary);
            }
        }
    }
}
