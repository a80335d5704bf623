package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A vision transformer of random weights, in a folder as transformers' save_pretrained writes it.
 */
public final class SmallVit {
  private SmallVit() {}

  /**
   * Writes the model.
   *
   * @param labels of its head
   */
  public static Path write(
      Path folder, int imageSize, int patchSize, int channels, List<String> labels)
      throws IOException {
    String ids =
        IntStream.range(0, labels.size())
            .mapToObj(i -> "\"" + i + "\": \"" + labels.get(i) + "\"")
            .collect(Collectors.joining(", "));
    String config =
        """
        {"model_type": "vit", "architectures": ["ViTForImageClassification"],
         "image_size": %d, "patch_size": %d, "num_channels": %d, "hidden_size": 48,
         "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
         "layer_norm_eps": 1e-12, "id2label": {%s}}
        """
            .formatted(imageSize, patchSize, channels, ids);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config);
    Backbone vit = Families.parse(config, "config.json").backbone();
    Random random = new Random(0);
    SafetensorsWriter writer = new SafetensorsWriter();
    for (Parameter parameter : TaskModel.usual(vit, labels.size()).graph().parameters().values()) {
      ByteBuffer values =
          ByteBuffer.allocate((int) parameter.elements() * 4).order(ByteOrder.LITTLE_ENDIAN);
      while (values.hasRemaining()) {
        values.putFloat(value(parameter, random));
      }
      values.flip();
      boolean convolution = parameter.name().endsWith("projection.weight");
      long[] shape =
          convolution
              ? new long[] {parameter.sizes()[0], channels, patchSize, patchSize}
              : parameter.sizes();
      writer.add(TensorEntry.of(parameter.name(), ElementType.F32, shape), () -> values);
    }
    writer.writeTo(folder.resolve("model.safetensors"));
    return folder;
  }

  private static float value(Parameter parameter, Random random) {
    if (parameter.name().contains("layernorm")) {
      return parameter.name().endsWith("weight") ? 1 : 0;
    }
    if (parameter.name().endsWith("bias")) {
      return 0;
    }
    // As wide as keeps the size of what passes a linear.
    double fanIn = parameter.elements() / (double) parameter.sizes()[0];
    return (float)
        (random.nextGaussian() * (parameter.sizes()[0] == 1 ? 0.2 : 1 / Math.sqrt(fanIn)));
  }
}
