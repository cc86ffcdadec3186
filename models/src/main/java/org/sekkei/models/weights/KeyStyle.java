package org.sekkei.models.weights;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// Whose names a ViT's weights can be given.
public enum KeyStyle {
    /// For instance `blocks.0.attn.qkv.weight`.
    TIMM(KeyDialect.Rule::to),
    /// For instance `encoder.layers.encoder_layer_0.self_attention.in_proj_weight`.
    TORCHVISION(KeyDialect.Rule::from);

    private final List<KeyTemplate> forms;

    KeyStyle(Function<KeyDialect.Rule, KeyTemplate> side) {
        forms = KeyDialects.TORCHVISION_VIT.rules().stream().map(side).toList();
    }

    /// As it is written on a command line, for instance `timm`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean hasForm(String name) {
        return forms.stream().anyMatch(form -> form.rewrite(name, form) != null);
    }
}
