package org.sekkei.fit.field;

import java.util.ArrayList;
import java.util.List;
import org.sekkei.fit.field.BasisParameters.Network;
import org.sekkei.inr.field.FieldNetwork;

/// The contexts of one step of training, with weights that integers can hold.
///
/// @param groups channels of each group
/// @param energy `[K]`: weights 1..255, zero in group 0
/// @param networks of the groups from 1 on, in octaves
record BasisContexts(int[] groups, int[] energy, List<Network> networks) {
    private static final int HIDDEN = FieldNetwork.HIDDEN;

    /// The networks as records decode with them.
    List<FieldNetwork> integers() {
        List<FieldNetwork> integers = new ArrayList<>();
        float weight = BasisParameters.WEIGHT;
        float bias = BasisParameters.WEIGHT * BasisParameters.OCTAVE;
        for (Network network : networks) {
            int inputs = network.inputs();
            int[] hidden = new int[HIDDEN * inputs];
            int[] hiddenBias = new int[HIDDEN];
            for (int h = 0; h < HIDDEN; h++) {
                for (int i = 0; i < inputs; i++) {
                    // The level comes first here and last there.
                    int to = (i + inputs - 1) % inputs;
                    hidden[h * inputs + to] = Math.round(network.hiddenWeight()[i * HIDDEN + h] * weight);
                }
                // Half of what the shift drops, so that it rounds.
                hiddenBias[h] = Math.round(network.hiddenBias()[h] * bias)
                        - hidden[h * inputs + inputs - 1] * BasisParameters.MIDDLE_LEVEL
                        + (int) weight / 2;
            }
            int[] scale = new int[network.channels() * HIDDEN];
            for (int i = 0; i < scale.length; i++) {
                scale[i] = Math.round(network.scaleWeight()[i] * weight);
            }
            int[] scaleBias = new int[network.channels()];
            for (int k = 0; k < scaleBias.length; k++) {
                scaleBias[k] = Math.round(network.scaleBias()[k] * bias) + (int) weight / 2;
            }
            integers.add(new FieldNetwork(inputs, network.channels(), hidden, hiddenBias, scale, scaleBias));
        }
        return integers;
    }
}
