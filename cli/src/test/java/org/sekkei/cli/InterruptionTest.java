package org.sekkei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A command that is told to stop by the system, in a process of its own.
class InterruptionTest {
    @TempDir
    private Path folder;

    @Test
    void aStepThatIsRunningIsNotADisaster() throws Exception {
        Path source = pictures();
        Path dataset = folder.resolve("d.inr");
        assertThat(Invocation.of("pack", source, dataset, "--val", "0.25").code())
                .isZero();
        Process training = start("train", dataset, "--epochs", "1000", "--size", "96", "--out", folder.resolve("run"));
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = training.errorReader()) {
            String line = lines.readLine();
            while (line != null) {
                said.add(line);
                if (line.startsWith("training:")) {
                    training.toHandle().destroy();
                }
                line = lines.readLine();
            }
        }
        assertThat(training.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(training.exitValue()).as("%s", said).isEqualTo(130);
        assertThat(said).contains("Interrupted. The same command with --resume goes on from the newest checkpoint.");
    }

    private Process start(Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private Path pictures() throws IOException {
        var random = new Random(3);
        for (int index = 0; index < 8; index++) {
            Path file =
                    folder.resolve("src").resolve(index % 2 == 0 ? "a" : "b").resolve(index + ".png");
            Files.createDirectories(file.getParent());
            var image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            image.createGraphics().drawLine(random.nextInt(32), 0, random.nextInt(32), 31);
            ImageIO.write(image, "png", file.toFile());
        }
        return folder.resolve("src");
    }
}
