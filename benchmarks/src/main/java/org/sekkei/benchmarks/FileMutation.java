package org.sekkei.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Damages files as accidents and attackers do.
enum FileMutation {
    FLIP_BITS {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            byte[] mutated = file.clone();
            for (int i = random.nextInt(1, 9); i > 0; i--) {
                mutated[random.nextInt(mutated.length)] ^= (byte) (1 << random.nextInt(8));
            }
            return mutated;
        }
    },
    SET_BYTES {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            byte[] mutated = file.clone();
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            return mutated;
        }
    },
    EXTREME_NUMBER {
        private static final long[] NUMBERS = {
            0,
            1,
            -1,
            127,
            128,
            255,
            256,
            0x7fff,
            0x8000,
            0xffff,
            0x7fffffffL,
            0x80000000L,
            0xffffffffL,
            1L << 40,
            Long.MAX_VALUE,
            Long.MIN_VALUE
        };

        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            byte[] mutated = Arrays.copyOf(file, Math.max(file.length, Long.BYTES));
            long number = NUMBERS[random.nextInt(NUMBERS.length)];
            ByteBuffer bytes = ByteBuffer.wrap(mutated)
                    .order(random.nextInt(8) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            int position = random.nextInt(mutated.length - Long.BYTES + 1);
            switch (random.nextInt(3)) {
                case 0 -> bytes.putShort(position, (short) number);
                case 1 -> bytes.putInt(position, (int) number);
                default -> bytes.putLong(position, number);
            }
            return mutated;
        }
    },
    DIGITS {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            byte[] mutated = file.clone();
            int begin = random.nextInt(mutated.length);
            for (int i = 0; i < mutated.length; i++) {
                int at = (begin + i) % mutated.length;
                if (mutated[at] >= '0' && mutated[at] <= '9') {
                    mutated[at] = (byte) ('0' + random.nextInt(10));
                    break;
                }
            }
            return mutated;
        }
    },
    TRUNCATE {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
    },
    REMOVE {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            int begin = random.nextInt(file.length);
            int end = Math.min(file.length, begin + random.nextInt(1, 65));
            return joined(Arrays.copyOf(file, begin), Arrays.copyOfRange(file, end, file.length));
        }
    },
    REPEAT {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            int begin = random.nextInt(file.length);
            int end = Math.min(file.length, begin + random.nextInt(1, 257));
            return joined(Arrays.copyOf(file, end), Arrays.copyOfRange(file, begin, file.length));
        }
    },
    COPY_WITHIN {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            byte[] mutated = file.clone();
            int length = Math.min(file.length, random.nextInt(1, 65));
            System.arraycopy(
                    file,
                    random.nextInt(file.length - length + 1),
                    mutated,
                    random.nextInt(file.length - length + 1),
                    length);
            return mutated;
        }
    },
    SPLICE {
        @Override
        byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others) {
            byte[] other = others.get(random.nextInt(others.size()));
            int cut = random.nextInt(file.length);
            return joined(
                    Arrays.copyOf(file, cut), Arrays.copyOfRange(other, Math.min(cut, other.length), other.length));
        }
    };

    /// @param file not empty
    /// @param others files of the same format
    abstract byte[] apply(byte[] file, SplittableRandom random, List<byte[]> others);

    /// One to three mutations.
    static byte[] any(byte[] file, SplittableRandom random, List<byte[]> others) {
        byte[] mutated = file;
        for (int i = random.nextInt(1, 4); i > 0 && mutated.length > 0; i--) {
            mutated = values()[random.nextInt(values().length)].apply(mutated, random, others);
        }
        return mutated;
    }

    private static byte[] joined(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }
}
