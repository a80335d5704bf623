package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;

/** A BERT or RoBERTa of random weights with a tokenizer: id i is spelled {@code w<i>}. */
final class SmallBert {
  private static final int VOCABULARY = 48;

  private SmallBert() {}

  /**
   * Writes the model, without a head.
   *
   * @param type {@code bert} or {@code roberta}
   * @param bare whether the weights have no prefix
   * @param keys more of its configuration, each with a comma before it
   */
  static Path write(Path folder, String type, boolean bare, String keys) throws IOException {
    String config =
        """
        {"model_type": "%s", "architectures": ["BertForPreTraining"], "vocab_size": %d,
         "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
         "num_attention_heads": 4, "max_position_embeddings": 40, "type_vocab_size": 2,
         "layer_norm_eps": 1e-12, "hidden_act": "gelu", "pad_token_id": 0, "torch_dtype": "float32",
         "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0%s}
        """
            .formatted(type, VOCABULARY, keys);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config);
    ModelConfig bert = Families.parse(config, "config.json");
    Backbone backbone = bare ? bert.backbone(Set.of()) : bert.backbone();
    TaskModel family = TaskModel.classifier(backbone, 2, Pooling.FIRST);
    Random random = new Random(7);
    SafetensorsWriter writer = new SafetensorsWriter();
    for (Parameter parameter : family.graph().parameters().values()) {
      if (parameter.role() == Parameter.Role.BASE) {
        writer.add(
            TensorEntry.of(parameter.name(), ElementType.F32, parameter.sizes()),
            () -> values(parameter, random));
      }
    }
    writer.writeTo(folder.resolve("model.safetensors"));
    StringJoiner words = new StringJoiner(", ");
    for (int id = 4; id < VOCABULARY; id++) {
      words.add("\"w" + id + "\": " + id);
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0",
         "added_tokens": [
           {"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true},
           {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true}],
         "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
         "model": {"type": "WordLevel", "unk_token": "[UNK]",
                   "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, %s}}}
        """
            .formatted(words));
    return folder;
  }

  private static ByteBuffer values(Parameter parameter, Random random) {
    ByteBuffer values =
        ByteBuffer.allocate((int) parameter.elements() * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    boolean norm = parameter.name().endsWith("LayerNorm.weight");
    while (values.hasRemaining()) {
      values.putFloat((float) (random.nextGaussian() * 0.2 + (norm ? 1 : 0)));
    }
    return values.flip();
  }
}
