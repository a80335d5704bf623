package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;

/** A BERT of random weights with a head, as save_pretrained writes it; word i is spelled w<i>. */
public final class LabelledBert {
  /** Rows of the embedding; the tokenizer has two words more, which the model has not. */
  public static final int WORDS = 60;

  private LabelledBert() {}

  /**
   * Writes the model.
   *
   * @param labels of its head, in the order of its outputs
   */
  public static Path write(Path folder, List<String> labels) throws IOException {
    StringJoiner ids = new StringJoiner(", ");
    for (int i = 0; i < labels.size(); i++) {
      ids.add("\"" + i + "\": \"" + labels.get(i) + "\"");
    }
    String config =
        """
        {"model_type": "bert", "architectures": ["BertForSequenceClassification"],
         "vocab_size": %d, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2,
         "num_attention_heads": 2, "max_position_embeddings": 24, "type_vocab_size": 2,
         "layer_norm_eps": 1e-12, "id2label": {%s}}
        """
            .formatted(WORDS, ids);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config);
    Backbone bert = Families.parse(config, "config.json").backbone();
    TaskModel model = TaskModel.classifier(bert, labels.size(), Pooling.FIRST);
    Random random = new Random(3);
    SafetensorsWriter writer = new SafetensorsWriter();
    for (Parameter parameter : model.graph().parameters().values()) {
      ByteBuffer values =
          ByteBuffer.allocate((int) parameter.elements() * 4).order(ByteOrder.LITTLE_ENDIAN);
      while (values.hasRemaining()) {
        values.putFloat(value(parameter, random));
      }
      values.flip();
      writer.add(
          TensorEntry.of(parameter.name(), ElementType.F32, parameter.sizes()), () -> values);
    }
    writer.writeTo(folder.resolve("model.safetensors"));
    tokenizer(folder.resolve("tokenizer.json"));
    return folder;
  }

  private static float value(Parameter parameter, Random random) {
    if (parameter.name().contains("LayerNorm")) {
      return parameter.name().endsWith("weight") ? 1 : 0;
    }
    return parameter.name().endsWith("bias") ? 0 : (float) (random.nextGaussian() * 0.4);
  }

  private static void tokenizer(Path file) throws IOException {
    StringJoiner words = new StringJoiner(", ");
    for (int id = 4; id < WORDS + 2; id++) {
      words.add("\"w" + id + "\": " + id);
    }
    Files.writeString(
        file,
        """
        {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                      {"Sequence": {"id": "A", "type_id": 0}},
                      {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                    {"Sequence": {"id": "B", "type_id": 1}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
           "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                              "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
         "model": {"type": "WordLevel", "unk_token": "[UNK]",
                   "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, %s}}}
        """
            .formatted(words));
  }
}
