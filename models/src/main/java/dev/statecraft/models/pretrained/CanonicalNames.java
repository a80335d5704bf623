package dev.statecraft.models.pretrained;

import dev.statecraft.base.Quoted;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.NamedTensors;
import dev.statecraft.models.family.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Names under which a checkpoint may hold a family's weights, and the one by which the graph asks
 * for them. transformers reads all of these:
 *
 * <ul>
 *   <li>{@code LayerNorm.gamma} and {@code LayerNorm.beta}, as the first BERTs were published;
 *   <li>the weights of a bare {@code LlamaModel} or {@code ViTModel}, without {@code model.} or
 *       {@code vit.}; those of a bare BERT keep their names, its backbone asks for them so;
 *   <li>{@code lm_head.weight} alone where {@code tie_word_embeddings} says that it is the
 *       embedding;
 *   <li>all of them under the name of what the model was wrapped in, see {@link WrapperPrefix}.
 * </ul>
 *
 * @param checkpoint as the graphs of a model's family ask for it
 * @param notes what one should know of it, a line each
 */
record CanonicalNames(CheckpointSource checkpoint, List<String> notes) {
  CanonicalNames {
    notes = List.copyOf(notes);
  }

  /**
   * The names for a family.
   *
   * @param whole the {@code model_type} of what the model is the text part of, if it is one
   * @throws dev.statecraft.base.InvalidInputException if two models of the family lie side by side
   */
  static CanonicalNames of(
      CheckpointSource checkpoint, ModelConfig config, Optional<String> whole) {
    ExpectedTensors expected = ExpectedTensors.of(config);
    Set<String> names = checkpoint.names();
    String prefix = WrapperPrefix.of(names, expected, name -> canonical(name, config));
    // Where the network has no module of its own, the rest lies beside it in the wrapper.
    boolean alone = !plain(prefix).isEmpty();
    Map<String, String> own = new TreeMap<>();
    Set<String> others = new TreeSet<>();
    for (String name : names) {
      boolean within = name.startsWith(prefix);
      String canonical =
          within
              ? canonical(name.substring(prefix.length()), config)
              : expected.head().filter(head -> isAround(prefix, name, head)).orElse(name);
      boolean ours = expected.has(canonical) || expected.head().equals(Optional.of(canonical));
      if (whole.isPresent() && !ours && !(alone && within)) {
        others.add(name);
      } else {
        // A tensor that has the name itself comes first; the other is then of no use.
        boolean taken = names.contains(canonical) || own.containsKey(canonical);
        own.put(taken ? name : canonical, name);
      }
    }
    config
        .tied()
        .filter(tied -> own.containsKey(tied.head()) && !own.containsKey(tied.embedding()))
        .ifPresent(tied -> own.put(tied.embedding(), own.remove(tied.head())));
    CheckpointSource named =
        own.keySet().equals(names) ? checkpoint : new NamedTensors(checkpoint, own);
    List<String> notes = new ArrayList<>();
    whole.ifPresent(type -> notes.add(textPart(type, others)));
    CheckpointSource shown = Projections.of(named, expected);
    if (shown != named) {
      notes.add(
          "the checkpoint has the projections of attention or of the MLP in other pieces than"
              + " transformers' "
              + config.modelType()
              + ": they are cut or joined by rows, in the order q, k, v and gate, up");
    }
    return new CanonicalNames(shown, notes);
  }

  /** Whether a name is the head's, in one of the modules that the network lies in. */
  private static boolean isAround(String prefix, String name, String head) {
    return name.endsWith(head)
        && prefix.startsWith(name.substring(0, name.length() - head.length()));
  }

  /** A name without what {@code torch.compile} and wrappers for several devices put before it. */
  private static String plain(String name) {
    return name.replaceFirst("^((_orig_mod|module)\\.)+", "");
  }

  private static String textPart(String whole, Set<String> others) {
    Set<String> towers = new TreeSet<>();
    for (String name : others) {
      String plain = plain(name);
      String inner = plain.startsWith("model.") ? plain.substring("model.".length()) : plain;
      int dot = inner.indexOf('.');
      towers.add(dot < 0 ? inner : inner.substring(0, dot));
    }
    return "the text part of a "
        + whole
        + " model, and so are adapters for it (in Python they do nothing on the whole, but"
        + " fit the text part saved by itself)"
        + (others.isEmpty()
            ? ""
            : "; tensors left out: " + others.size() + ", of " + Quoted.list(List.copyOf(towers)));
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
