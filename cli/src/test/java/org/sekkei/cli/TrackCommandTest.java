package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sekkei.pictures.Picture;
import org.sekkei.pictures.PictureWriter;
import org.sekkei.pictures.video.FrameSink;
import org.sekkei.pictures.video.FrameSource;
import org.sekkei.torch.Device;
import org.sekkei.train.Precision;
import tools.jackson.databind.JsonNode;

class TrackCommandTest {
    private static final int FRAMES = 10;
    private static final int WITHOUT = 6;
    private static final Path PHOTOS = Path.of(System.getProperty("sekkei.root", ".."), "samples", "photos");

    @TempDir
    private Path folder;

    private Path frames = Path.of("");

    /// A two-coloured square moves over a slope; from frame 6 on it is gone.
    private static Picture frame(int index) {
        var rgb = new byte[3 * 160 * 120];
        for (int y = 0; y < 120; y++) {
            for (int x = 0; x < 160; x++) {
                boolean inside = index < WITHOUT && Math.abs(x - 60 - 2 * index) < 12 && Math.abs(y - 60) < 12;
                int at = 3 * (y * 160 + x);
                rgb[at] = (byte) (inside ? 230 : 70 + x / 4);
                rgb[at + 1] = (byte) (inside ? y < 60 ? 40 : 200 : 80 + y / 4);
                rgb[at + 2] = (byte) (inside ? 30 : 90);
            }
        }
        return new Picture(160, 120, rgb);
    }

    @BeforeEach
    void frames() throws IOException {
        frames = Files.createDirectory(folder.resolve("frames"));
        for (int i = 0; i < FRAMES; i++) {
            PictureWriter.png(frames.resolve(i + 1 + ".png"), frame(i));
        }
    }

    @Test
    void followsIntoAVideoAndALossIsSaid() throws Exception {
        Path out = folder.resolve("made/out.mp4");
        Path csv = folder.resolve("boxes.csv");
        Invocation made =
                Invocation.of("track", frames, "--box", "49,49,23,23", "--online", "-o", out, "--csv", csv, "--json");
        assertThat(made.code()).as("%s", made.err()).isZero();
        JsonNode result = made.json();
        assertThat(result.propertyNames())
                .containsExactly(
                        "video",
                        "tracker",
                        "frames",
                        "skipped",
                        "lost",
                        "lostSpans",
                        "endsEarly",
                        "announced",
                        "framesPerSecond",
                        "seconds");
        assertThat(result.get("tracker").asString()).isEqualTo("trtr-online");
        assertThat(result.get("frames").asInt()).isEqualTo(FRAMES);
        assertThat(result.get("lost").asInt()).isBetween(1, FRAMES - WITHOUT);
        List<String> rows = Files.readAllLines(csv);
        assertThat(rows).hasSize(FRAMES + 1).first().isEqualTo("frame,x,y,width,height,score,state");
        assertThat(rows.get(1)).isEqualTo("1,49.00,49.00,23.00,23.00,1.000,found");
        double x = Double.parseDouble(rows.get(WITHOUT).split(",", -1)[1]);
        assertThat(x).isBetween(49.0 + 2 * (WITHOUT - 1) - 6, 49.0 + 2 * (WITHOUT - 1) + 6);
        assertThat(rows.getLast()).endsWith(",lost");
        try (FrameSource source = FrameSource.open(out)) {
            assertThat(source.announced()).isEqualTo(FRAMES);
        }
    }

    @Test
    void anUnreadableFrameIsSkippedAndCounted() throws Exception {
        Files.writeString(frames.resolve("3.png"), "no picture");
        Path out = folder.resolve("out");
        Path csv = folder.resolve("boxes.csv");
        Invocation made =
                Invocation.of("track", frames, "--box", "49,49,23,23", "--tracker", "kcf", "-o", out, "--csv", csv);
        assertThat(made.code()).as("%s", made.err()).isZero();
        assertThat(made.err()).contains("skipped: ").contains("3.png");
        assertThat(made.out()).contains("1 unreadable and skipped");
        assertThat(Files.readAllLines(csv).get(3)).isEqualTo("3,,,,,,unreadable");
        assertThat(out.resolve("00000009.png")).exists();
        assertThat(out.resolve("00000010.png")).doesNotExist();
    }

    @Test
    void aVideoThatEndsEarlyIsFollowedAsFarAsItGoes() throws Exception {
        Path video = folder.resolve("in.mp4");
        try (FrameSink sink = FrameSink.create(video, 25)) {
            for (int i = 0; i < 40; i++) {
                sink.write(frame(i % WITHOUT));
            }
            sink.finish();
        }
        byte[] bytes = Files.readAllBytes(video);
        Files.write(video, Arrays.copyOf(bytes, bytes.length * 6 / 10));
        Path csv = folder.resolve("boxes.csv");
        Invocation made = Invocation.of("track", video, "--box", "49,49,23,23", "--tracker", "kcf", "--csv", csv);
        assertThat(made.code()).isEqualTo(1);
        assertThat(made.err()).contains("in.mp4: ends early, after ").contains("of 40 frames");
        assertThat(Files.readAllLines(csv)).hasSizeBetween(3, 40);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,2,3|--box is four numbers",
                "a,b,c,d|--box is four numbers",
                "1,2,3,NaN|must be at least 1 pixel",
                "10,10,0,5|must be at least 1 pixel",
                "160,10,20,20|lies outside of the frames",
                "-30,10,20,20|lies outside of the frames",
            })
    void boxesThatCannotBeAreRefused(String box, String sentence) throws Exception {
        Invocation made = Invocation.of("track", frames, "--box", box, "--csv", folder.resolve("a.csv"));
        assertThat(made.code()).isEqualTo(2);
        assertThat(made.err()).contains(sentence).doesNotContain("\tat ");
        assertThat(folder.resolve("a.csv")).doesNotExist();
    }

    @Test
    void aBoxOfOnePixelAndOneThatReachesOutAreFollowedWithAWord() throws Exception {
        Path csv = folder.resolve("a.csv");
        Invocation one = Invocation.of("track", frames, "--box", "60,60,1,1", "--csv", csv);
        assertThat(one.code()).as("%s", one.err()).isZero();
        assertThat(one.err()).contains("holds little to go by");
        Invocation out = Invocation.of("track", frames, "--box", "-10,40,60,40", "--csv", csv);
        assertThat(out.code()).as("%s", out.err()).isZero();
        assertThat(out.err()).contains("reaches out of the frame");
    }

    @Test
    void whatDoesNotFitIsRefusedWithFigures() throws Exception {
        Invocation following = Invocation.of(
                "track", frames, "--box", "49,49,23,23", "--csv", folder.resolve("a.csv"), "--memory", "300M");
        assertThat(following.code()).isEqualTo(2);
        assertThat(following.err()).contains("of memory").contains("give it --memory ");
        Invocation training = Invocation.of(
                "track", "train", PHOTOS, "--out", folder.resolve("run"), "--memory", "500M", "--batch", "64");
        assertThat(training.code()).isEqualTo(2);
        assertThat(training.err()).contains("training in batches of 64").contains("give it --memory ");
    }

    @Test
    void trainsInWhatTheProcessorIsFastIn() throws Exception {
        Invocation trained = Invocation.of(
                "track",
                "train",
                PHOTOS,
                "--out",
                folder.resolve("run"),
                "--steps",
                "1",
                "--batch",
                "1",
                "--device",
                "cpu",
                "--json");
        assertThat(trained.code()).as("%s", trained.err()).isZero();
        assertThat(trained.json().get("precision").asString())
                .isEqualTo(Precision.AUTO.on(Device.CPU).toString());
    }

    @Test
    void composedSequencesAreReproducibleAndCompared() throws Exception {
        for (String name : List.of("a", "b")) {
            Invocation made = Invocation.of(
                    "track",
                    "compose",
                    PHOTOS,
                    "-o",
                    folder.resolve(name),
                    "--sequences",
                    "2",
                    "--frames",
                    "5",
                    "--width",
                    "120",
                    "--height",
                    "90");
            assertThat(made.code()).as("%s", made.err()).isZero();
        }
        for (String file : List.of("composed001/groundtruth_rect.txt", "composed002/img/0005.png")) {
            assertThat(folder.resolve("a").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("b").resolve(file));
        }
        Path csv = folder.resolve("scores.csv");
        Path report = folder.resolve("report.html");
        Invocation compared = Invocation.of(
                "track",
                "eval",
                folder.resolve("a"),
                "--trackers",
                "trtr,kcf",
                "--csv",
                csv,
                "--report",
                report,
                "--json");
        assertThat(compared.code()).as("%s", compared.err()).isZero();
        JsonNode mean = compared.json().get("mean");
        assertThat(mean.propertyNames()).containsExactly("trtr", "kcf");
        assertThat(mean.get("trtr").get("successArea").asDouble()).isBetween(0.2, 1.0);
        assertThat(Files.readAllLines(csv)).hasSize(1 + 2 * 2);
        assertThat(Files.readString(report)).contains("<svg").contains("composed001, frame 5");
    }

    @Test
    void trackersThatAreNotThereAreNamed() throws Exception {
        Invocation made = Invocation.of("track", "eval", frames, "--trackers", "trtr,tld");
        assertThat(made.code()).isEqualTo(2);
        assertThat(made.err()).contains("unknown tracker 'tld'; there are trtr, trtr-online, csrt, kcf and mil");
    }
}
