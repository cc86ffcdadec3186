package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorTest {
    private static final Offset<Float> CLOSE = Offset.offset(1e-6f);

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void knowsItsVersion() {
        assertThat(Torch.version()).startsWith("2.");
    }

    @Test
    void goesInAndOut() {
        Tensor floats = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(floats.shape()).containsExactly(2, 3);
        assertThat(floats.transpose(0, 1).toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(floats).hasToString("FLOAT32 [2, 3] on cpu");
        assertThat(Tensor.of(new byte[] {-1, 1}).toFloats()).containsExactly(255, 1);
        assertThat(Tensor.of(new long[] {1L << 40}).toLongs()).containsExactly(1L << 40);
        assertThat(Tensor.of(new double[] {0.1}).toDoubles()).containsExactly(0.1);
        assertThat(Tensor.of(new int[] {3, -3}).toLongs()).containsExactly(3, -3);
        assertThat(Tensor.scalar(2.5).shape()).isEmpty();
        assertThat(Tensor.scalar(2.5).item()).isEqualTo(2.5);
    }

    @Test
    void sharesMemoryWithASegment() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
            Tensor shared = Tensor.sharing(segment, DType.FLOAT32, 2, 2);
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, 3, 40);
            assertThat(shared.toFloats()).containsExactly(1, 2, 3, 40);
            shared.mulInPlace(2);
            assertThat(segment.getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(2);

            MemorySegment target = arena.allocate(16, 4);
            shared.transpose(0, 1).copyTo(target);
            assertThat(target.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(2, 6, 4, 80);
            assertThat(Tensor.of(segment, DType.FLOAT32, 4).isAliasOf(shared)).isFalse();
        }
    }

    @Test
    void refusesMemoryOfAnotherSize() {
        assertThatThrownBy(() -> Tensor.of(new float[3], 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("FLOAT32 [2, 2] takes 16 bytes, but the memory given has 12");
        assertThatThrownBy(() -> Tensor.sharing(MemorySegment.ofArray(new float[4]), DType.FLOAT32, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("native");
        assertThatThrownBy(() -> Tensor.of(new byte[1], Long.MAX_VALUE, 4)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void errorsAreOneLineWithTheShapes() {
        assertThatThrownBy(() -> Tensor.ones(2, 3).matmul(Tensor.ones(2, 3)))
                .isInstanceOf(TorchException.class)
                .hasMessageStartingWith("matmul: ")
                .hasMessageEndingWith("(given FLOAT32 [2, 3], FLOAT32 [2, 3])")
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("frame #");
        assertThatThrownBy(() -> Tensor.ones(2).item()).isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> Tensor.ones(2).size(4)).isInstanceOf(TorchException.class);
    }

    @Test
    void tellsWhenMemoryRunsOut() {
        assertThatThrownBy(() -> Tensor.zeros(1L << 50))
                .isInstanceOfSatisfying(
                        TorchException.class,
                        error -> assertThat(error.isOutOfMemory()).isTrue());
    }

    @Test
    void calculates() {
        Tensor a = Tensor.of(new float[] {1, -2, 3});
        Tensor b = Tensor.of(new float[] {4, 5, 6});
        assertThat(a.add(b).toFloats()).containsExactly(5, 3, 9);
        assertThat(a.sub(1).toFloats()).containsExactly(0, -3, 2);
        assertThat(a.addcmul(2, a, b).toFloats()).containsExactly(9, -22, 39);
        assertThat(a.addcdiv(1, b, a).toFloats()).containsExactly(new float[] {5, -4.5f, 5}, CLOSE);
        assertThat(a.clamp(-1, 2).toFloats()).containsExactly(1, -1, 2);
        assertThat(Tensor.where(a.gt(0), a, b).toFloats()).containsExactly(1, 5, 3);
        assertThat(a.sin().toFloats())
                .containsExactly(new float[] {(float) Math.sin(1), (float) Math.sin(-2), (float) Math.sin(3)}, CLOSE);
        assertThat(a.eq(3).toLongs()).containsExactly(0, 0, 1);
        assertThat(a.copy().mulInPlace(b).toFloats()).containsExactly(4, -10, 18);
        assertThat(Tensor.arange(3).mul(2).dtype()).isEqualTo(DType.INT64);
        assertThat(Tensor.arange(3).mul(0.5).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Tensor.arange(3).div(2).toFloats()).containsExactly(0, 0.5f, 1);
    }

    @Test
    void reducesAndRanks() {
        Tensor m = Tensor.of(new float[] {1, 9, 3, 7, 5, 2}, 2, 3);
        assertThat(m.sum().item()).isEqualTo(27);
        assertThat(m.mean(true, 1).shape()).containsExactly(2, 1);
        assertThat(m.sum(false, 0).toFloats()).containsExactly(8, 14, 5);
        assertThat(m.amax(false, 1).toFloats()).containsExactly(9, 7);
        assertThat(m.argmax(1).toLongs()).containsExactly(1, 0);
        Tensor.Ranked top = m.topk(2, 1);
        assertThat(top.values().toFloats()).containsExactly(9, 3, 7, 5);
        assertThat(top.indices().toLongs()).containsExactly(1, 2, 0, 1);
        assertThat(m.sort(1, false).values().toFloats()).containsExactly(1, 3, 9, 2, 5, 7);
        assertThat(m.softmax(1).sum().item()).isCloseTo(2, Offset.offset(1e-6));
        assertThat(m.std().item()).isCloseTo(2.8137, Offset.offset(1e-4));
    }

    @Test
    void joinsAndCuts() {
        Tensor m = Tensor.arange(6).view(2, 3);
        assertThat(Tensor.cat(List.of(m, m), 0).shape()).containsExactly(4, 3);
        assertThat(Tensor.stack(List.of(m, m), 2).shape()).containsExactly(2, 3, 2);
        assertThat(m.chunk(3, 1))
                .hasSize(3)
                .allSatisfy(part -> assertThat(part.shape()).containsExactly(2, 1));
        assertThat(m.narrow(1, 1, 2).toLongs()).containsExactly(1, 2, 4, 5);
        assertThat(m.indexSelect(1, Tensor.of(new long[] {2, 0})).toLongs()).containsExactly(2, 0, 5, 3);
        assertThat(m.gather(1, Tensor.of(new long[] {2, 0}, 2, 1)).toLongs()).containsExactly(2, 3);
        assertThat(m.select(0, 1).toLongs()).containsExactly(3, 4, 5);
        assertThat(m.flip(1).toLongs()).containsExactly(2, 1, 0, 5, 4, 3);
        assertThat(m.permute(1, 0).contiguous().view(6).toLongs()).containsExactly(0, 3, 1, 4, 2, 5);
    }

    @Test
    void multipliesMatrices() {
        Tensor a = Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2);
        assertThat(a.bmm(a).toFloats()).containsExactly(7, 10, 15, 22);
        assertThat(Tensor.ones(1, 1, 2).baddbmm(a, a).toFloats()).containsExactly(8, 11, 16, 23);
    }

    @Test
    void convertsTypesAndLayouts() {
        Tensor picture = Tensor.arange(24).to(DType.FLOAT32).view(1, 2, 3, 4);
        Tensor last = picture.channelsLast();
        assertThat(last.isChannelsLast()).isTrue();
        assertThat(last.isContiguous()).isFalse();
        assertThat(last.toFloats()).containsExactly(picture.toFloats());
        assertThat(picture.to(DType.BFLOAT16).dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(picture.to(Device.CPU)).isSameAs(picture);
    }

    @Test
    void aSeedGivesTheSameNumbers() {
        float[] first = Tensor.randn(new Generator(7), 100).toFloats();
        Generator generator = new Generator(7);
        assertThat(Tensor.randn(generator, 100).toFloats()).containsExactly(first);
        Tensor state = generator.state();
        float[] next = Tensor.rand(generator, 5).toFloats();
        generator.setState(state);
        assertThat(Tensor.rand(generator, 5).toFloats()).containsExactly(next);
        assertThat(Tensor.randperm(generator, 5).sort(0, false).values().toLongs())
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(Tensor.randint(generator, 3, 4, 2).toLongs()).containsExactly(3, 3);
    }

    @Test
    void parsesDevices() {
        assertThat(Device.parse("cpu")).isEqualTo(Device.CPU);
        assertThat(Device.parse("auto").isAvailable()).isTrue();
        assertThatThrownBy(() -> Device.parse("gpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown device 'gpu'; use auto, cpu, cuda or cuda:N");
        assertThatThrownBy(() -> Device.parse("cuda:98"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not available");
    }
}
