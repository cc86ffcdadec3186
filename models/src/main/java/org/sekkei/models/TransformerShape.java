package org.sekkei.models;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The measures of a vision transformer of one's own, for instance of a small one for small pictures. Its name says all
/// of them, so that a checkpoint which names its architecture can be used again: `vit_d8_w192_h3_p4_s32`.
///
/// @param depth blocks, 1..128
/// @param width numbers a token, 8..4096, a multiple of `heads`
/// @param heads 1..64
/// @param patch side of a patch in pixels
/// @param side of the pictures that the position embeddings are made for, in pixels: a multiple of `patch`
public record TransformerShape(int depth, int width, int heads, int patch, int side) {
    /// What the blocks are made of.
    public enum Family {
        /// Of [VisionTransformer].
        VIT("vit") {
            @Override
            Model model(TransformerShape shape) {
                return VisionTransformer.shaped(shape);
            }
        },
        /// Of [DeepVit], with Re-Attention in all of them.
        DEEPVIT("deepvit") {
            @Override
            Model model(TransformerShape shape) {
                return DeepVit.shaped(shape);
            }
        };

        private final String prefix;

        Family(String prefix) {
            this.prefix = prefix;
        }

        /// The name before the measures.
        public String prefix() {
            return prefix;
        }

        abstract Model model(TransformerShape shape);
    }

    private static final Pattern NAME =
            Pattern.compile("(vit|deepvit)_d([0-9]{1,4})_w([0-9]{1,5})_h([0-9]{1,3})_p([0-9]{1,4})_s([0-9]{1,5})");

    public TransformerShape {
        require(depth >= 1 && depth <= 128, "the depth must be in 1 to 128 blocks, not " + depth);
        require(width >= 8 && width <= 4096, "the width must be in 8 to 4096 numbers a token, not " + width);
        require(heads >= 1 && heads <= 64, "the heads must be 1 to 64, not " + heads);
        require(width % heads == 0, "the width " + width + " is no multiple of the " + heads + " heads");
        require(patch >= 1 && side >= patch, "the patch must be in 1 to " + side + " pixels, not " + patch);
        require(
                side % patch == 0 && side <= 8192,
                "pictures of " + side + " pixels do not divide into patches of " + patch);
    }

    /// For instance `vit_d8_w192_h3_p4_s32`.
    public String name(Family family) {
        return family.prefix + "_d" + depth + "_w" + width + "_h" + heads + "_p" + patch + "_s" + side;
    }

    /// The model that a name of this kind means; empty if it is of another kind.
    ///
    /// @throws IllegalArgumentException if the measures are out of range
    static Optional<Model> model(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var shape = new TransformerShape(
                number(matcher, 2), number(matcher, 3), number(matcher, 4), number(matcher, 5), number(matcher, 6));
        Family family = matcher.group(1).equals(Family.VIT.prefix) ? Family.VIT : Family.DEEPVIT;
        return Optional.of(family.model(shape));
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
