package org.sekkei.fit.siren;

import java.util.List;
import org.sekkei.inr.siren.SirenShape;

/// The networks to choose from where none is named. Each rung has about twice the parameters of the one below; few
/// deep layers fit faster than many thin ones at the same number of parameters (`docs/performance.md`).
final class SirenLadder {
    private SirenLadder() {}

    static List<SirenShape> forPixels(double pixels) {
        if (pixels <= 48 * 48) {
            return List.of(new SirenShape(5, 13), new SirenShape(5, 18), new SirenShape(5, 26));
        }
        if (pixels <= 96 * 96) {
            return List.of(new SirenShape(5, 20), new SirenShape(5, 28), new SirenShape(5, 40));
        }
        if (pixels <= 300 * 300) {
            return List.of(new SirenShape(6, 28), new SirenShape(6, 40), new SirenShape(6, 56));
        }
        return List.of(new SirenShape(6, 48), new SirenShape(6, 72), new SirenShape(6, 104));
    }
}
