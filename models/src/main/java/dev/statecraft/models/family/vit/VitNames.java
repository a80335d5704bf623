package dev.statecraft.models.family.vit;

import dev.statecraft.models.family.Prefix;
import java.util.List;

/** What others call the modules of a ViT. */
final class VitNames {
  static final Prefix PREFIX =
      new Prefix("vit.", List.of("embeddings.", "encoder.", "layernorm.", "pooler."));

  private VitNames() {}

  /** transformers 5 renames ViT's modules on loading; PEFT sees the new names. */
  static String peftModule(String module) {
    return module
        .replace("vit.encoder.layer.", "vit.layers.")
        .replace(".attention.attention.query", ".attention.q_proj")
        .replace(".attention.attention.key", ".attention.k_proj")
        .replace(".attention.attention.value", ".attention.v_proj")
        .replace(".attention.output.dense", ".attention.o_proj")
        .replace(".intermediate.dense", ".mlp.fc1")
        .replace(".output.dense", ".mlp.fc2");
  }

  static String peftTarget(String target) {
    return switch (target) {
      case "query" -> "q_proj";
      case "key" -> "k_proj";
      case "value" -> "v_proj";
      case "attention.output.dense" -> "o_proj";
      case "intermediate.dense" -> "fc1";
      case "output.dense" -> "fc2";
      default -> target;
    };
  }

  /** {@code blocks.0.controller.down_proj.weight} for {@code layers.0.mlp.A.weight}. */
  static String timm(String parameter) {
    if (parameter.startsWith("classifier.")) {
      return parameter.replaceFirst("classifier", "head");
    }
    return parameter
        .replaceFirst("^layers\\.", "blocks.")
        .replaceFirst("\\.mlp\\.A\\.", ".controller.down_proj.")
        .replaceFirst("\\.mlp\\.B\\.", ".controller.up_proj.");
  }
}
