package org.sekkei.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class BatchMemoryTest {
    @Test
    void whatIsGivenBackIsUsedAgainAndWhatIsTakenIsNot() {
        try (var memory = new BatchMemory()) {
            MemorySegment large = memory.take(4096);
            MemorySegment small = memory.take(64);
            assertThat(small.address()).isNotEqualTo(large.address());
            assertThat(large.address() % 64).isZero();
            memory.giveBack(large);
            assertThat(memory.take(1000).address()).isEqualTo(large.address());
            assertThat(memory.take(1000).address()).isNotIn(large.address(), small.address());
        }
    }

    @Test
    void whatIsTooSmallIsLeft() {
        try (var memory = new BatchMemory()) {
            MemorySegment small = memory.take(64);
            memory.giveBack(small);
            assertThat(memory.take(65).byteSize()).isGreaterThanOrEqualTo(65);
            assertThat(memory.take(64).address()).isEqualTo(small.address());
        }
    }
}
