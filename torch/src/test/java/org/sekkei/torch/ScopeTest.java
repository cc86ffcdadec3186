package org.sekkei.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void aTensorDiesWithItsScope() {
        Tensor tensor;
        try (var _ = Scope.open()) {
            tensor = Tensor.ones(2);
        }
        assertThatThrownBy(tensor::sin)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("scope");
    }

    @Test
    void aKeptTensorBelongsToTheEnclosingScope() {
        Tensor kept;
        try (var _ = Scope.open()) {
            try (Scope inner = Scope.open()) {
                kept = inner.keep(Tensor.ones(2));
            }
            assertThat(kept.toFloats()).containsExactly(1, 1);
        }
        assertThatThrownBy(kept::sin).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keepingInAnOuterScopeLiftsATensorOfAnInnerOne() {
        Tensor kept;
        try (Scope outer = Scope.open()) {
            try (var _ = Scope.open()) {
                kept = outer.keep(Tensor.ones(2));
            }
        }
        assertThat(kept.toFloats()).containsExactly(1, 1);
        kept.free();
        assertThatThrownBy(kept::sin).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keepingATensorOfTheOuterScopeInTheInnerOneChangesNothing() {
        Tensor outerTensor;
        try (var _ = Scope.open()) {
            outerTensor = Tensor.ones(2);
            try (Scope inner = Scope.open()) {
                inner.keep(outerTensor);
            }
            assertThat(outerTensor.toFloats()).containsExactly(1, 1);
        }
        assertThatThrownBy(outerTensor::sin).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTensorOfNoScopeOutlivesAllAndCanBeAdopted() throws InterruptedException {
        Tensor[] made = new Tensor[1];
        Thread thread = new Thread(() -> {
            try (var _ = Scope.open()) {
                made[0] = Tensor.ones(2).keep();
            }
        });
        thread.start();
        thread.join();
        try (Scope scope = Scope.open()) {
            assertThat(scope.adopt(made[0]).toFloats()).containsExactly(1, 1);
        }
        assertThatThrownBy(made[0]::sin).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void freeingInsideAScopeIsHarmlessWhenItCloses() {
        try (var _ = Scope.open()) {
            Tensor tensor = Tensor.ones(2);
            Tensor view = tensor.view(2, 1);
            tensor.free();
            assertThat(view.toFloats()).containsExactly(1, 1);
        }
        Tensor unowned = Tensor.ones(3);
        unowned.free();
        unowned.free();
        assertThat(unowned).hasToString("a freed tensor on no device");
    }
}
