package dev.statecraft.models.pretrained;

import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.NamedTensors;
import dev.statecraft.models.family.ModelConfig;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Names under which a checkpoint may hold a family's weights, and the one by which the graph asks
 * for them. transformers reads all of these:
 *
 * <ul>
 *   <li>{@code LayerNorm.gamma} and {@code LayerNorm.beta}, as the first BERTs were published;
 *   <li>the weights of a bare {@code LlamaModel} or {@code ViTModel}, without {@code model.} or
 *       {@code vit.}; those of a bare BERT keep their names, its backbone asks for them so;
 *   <li>{@code lm_head.weight} alone where {@code tie_word_embeddings} says that it is the
 *       embedding.
 * </ul>
 */
final class CanonicalNames {
  private CanonicalNames() {}

  /** The checkpoint as the graphs of a model's family ask for it; itself if nothing is renamed. */
  static CheckpointSource of(CheckpointSource checkpoint, ModelConfig config) {
    Set<String> names = checkpoint.names();
    Map<String, String> own = new TreeMap<>();
    for (String name : names) {
      String canonical = canonical(name, config);
      // A tensor that has the name itself comes first; the other is then of no use.
      own.put(names.contains(canonical) ? name : canonical, name);
    }
    config
        .tied()
        .filter(tied -> own.containsKey(tied.head()) && !own.containsKey(tied.embedding()))
        .ifPresent(tied -> own.put(tied.embedding(), own.remove(tied.head())));
    return own.keySet().equals(names) ? checkpoint : new NamedTensors(checkpoint, own);
  }

  private static String canonical(String name, ModelConfig config) {
    String plain =
        name.endsWith("LayerNorm.gamma")
            ? name.substring(0, name.length() - "gamma".length()) + "weight"
            : name.endsWith("LayerNorm.beta")
                ? name.substring(0, name.length() - "beta".length()) + "bias"
                : name;
    return config.canonicalName(plain);
  }
}
