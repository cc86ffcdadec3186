package org.sekkei.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sekkei.torch.Scope;

/// A damaged file is read or refused in words. `benchmarks/run CheckpointFuzz` tries more, and more kinds of damage.
class DamagedFilesTest {
    private static final int FILES = 150;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zip.pth",
                "training.pth.tar",
                "legacy.pth",
                "training_legacy.pth.tar",
                "arrays.npz",
                "compressed.npz",
                "saver.index"
            })
    void areReadOrRefusedInWords(String fixture) throws IOException {
        byte[] whole = Fixtures.bytes(fixture);
        Fixtures.copy("saver.data-00000-of-00001", folder);
        Path file = folder.resolve(fixture);
        for (int seed = 0; seed < FILES; seed++) {
            Files.write(file, damaged(whole, new SplittableRandom(seed)));
            try (var _ = Scope.open();
                    Checkpoint opened = Checkpoint.open(file)) {
                assertThat(opened.tensors()).hasSameSizeAs(opened.entries().keySet());
            } catch (CheckpointException error) {
                assertThat(error)
                        .as("seed %d", seed)
                        .hasMessageStartingWith(folder.toString())
                        .hasMessageNotContaining("\n");
            }
        }
    }

    private static byte[] damaged(byte[] whole, SplittableRandom random) {
        byte[] damaged = whole.clone();
        int position = random.nextInt(whole.length - Long.BYTES);
        switch (random.nextInt(4)) {
            case 0 -> damaged = Arrays.copyOf(whole, position);
            case 1 -> damaged[position] ^= (byte) (1 << random.nextInt(8));
            case 2 -> ByteBuffer.wrap(damaged).putInt(position, random.nextInt(4) - 2);
            default -> ByteBuffer.wrap(damaged).putLong(position, Long.MAX_VALUE >>> random.nextInt(64));
        }
        return damaged;
    }
}
