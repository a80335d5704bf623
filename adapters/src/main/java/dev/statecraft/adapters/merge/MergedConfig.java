package dev.statecraft.adapters.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.TextPart;
import dev.statecraft.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code config.json} of a merged model: the base model's, with what the merge changes. Of a
 * model that also sees or hears it is the text part's, which is what the weights are of.
 *
 * @param type of all floating weights; empty where each stays in its own
 * @param labels of the head's outputs, where they are known
 * @param family the model's, with the head that it now has
 */
record MergedConfig(Optional<DType> type, Optional<List<String>> labels, TaskModel family) {
  /** Name of the file. */
  static final String FILE = "config.json";

  /**
   * The configuration.
   *
   * @param head whether the head is the adapter's
   */
  ObjectNode of(BaseFiles base, boolean head) throws IOException {
    ObjectNode config =
        TextPart.of(
                JsonKeys.parse(new String(base.config(), StandardCharsets.UTF_8), base.source()))
            .object();
    type.ifPresent(
        wanted ->
            // The newer name, which transformers has used since 4.56, where the file has it.
            config.put(config.has("dtype") ? "dtype" : "torch_dtype", wanted.label()));
    if (family.writesTexts()) {
      config.putArray("architectures").add(architecture());
      // What the checkpoint has, whatever the base model's file said.
      config.put("tie_word_embeddings", family.config().tied().isPresent());
    } else if (head) {
      putHead(config);
    }
    return config;
  }

  private void putHead(ObjectNode config) {
    config.putArray("architectures").add(architecture());
    family.objective().problemType().ifPresent(type -> config.put("problem_type", type.key()));
    if (family.head().pooling().equals(Optional.of(Pooling.MEAN))) {
      config.put("classifier_pooling", "mean");
    } else {
      config.remove("classifier_pooling");
    }
    // id2label says how many there are; transformers takes num_labels first where both are there.
    config.remove(List.of("num_labels", "_num_labels"));
    List<String> names = labels.orElseGet(() -> known(config));
    ObjectNode byId = config.putObject("id2label");
    ObjectNode byLabel = config.putObject("label2id");
    for (int i = 0; i < names.size(); i++) {
      byId.put(String.valueOf(i), names.get(i));
      byLabel.put(names.get(i), i);
    }
  }

  private String architecture() {
    return family.head().architecture(family.backbone());
  }

  /** The base model's names if there are as many, else names as transformers gives them. */
  private List<String> known(ObjectNode config) {
    int outputs = family.head().outputs();
    JsonNode byId = config.path("id2label");
    boolean same = byId.size() == outputs;
    List<String> names = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      names.add(same ? byId.path(String.valueOf(i)).asText("LABEL_" + i) : "LABEL_" + i);
    }
    return names;
  }
}
