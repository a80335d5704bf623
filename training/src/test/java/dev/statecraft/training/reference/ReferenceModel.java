package dev.statecraft.training.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.run.Batch;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model of the reference vectors with the inputs they were computed on. */
record ReferenceModel(TaskModel family, ReferenceVectors base) {

  static ReferenceModel read(Path folder, String name) throws IOException {
    TaskModel family = TinyFamily.read(folder.resolve(name));
    return new ReferenceModel(family, ReferenceVectors.read(folder, name + ".base"));
  }

  boolean isCausal() {
    return family.writesTexts();
  }

  /** Lengths of the sequences without their padding. */
  int[] lengths() {
    Optional<PixelInput> pixels = family.input().pixels();
    if (pixels.isPresent()) {
      int[] lengths = new int[base.get("labels").length];
      Arrays.fill(lengths, pixels.get().length());
      return lengths;
    }
    int[] lengths = new int[(int) base.shapes().get("input_ids")[0]];
    boolean padded = base.values().containsKey("attention_mask");
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] =
          padded
              ? Arrays.stream(base.row("attention_mask", i)).sum()
              : (int) base.shapes().get("input_ids")[1];
    }
    return lengths;
  }

  private List<int[]> ids() {
    List<int[]> ids = new ArrayList<>();
    int[] lengths = lengths();
    for (int i = 0; i < lengths.length; i++) {
      ids.add(Arrays.copyOf(base.row("input_ids", i), lengths[i]));
    }
    return ids;
  }

  private int[] classes() {
    return Arrays.stream(base.get("labels")).mapToInt(label -> (int) label).toArray();
  }

  /** The batch with its labels. */
  Batch labelled(Torch torch, DType type) {
    if (family.input().pixels().isPresent()) {
      double[] pixels = base.get("pixel_values");
      float[] values = new float[pixels.length];
      for (int i = 0; i < pixels.length; i++) {
        values[i] = (float) pixels[i];
      }
      return ImageBatches.classified(family.input().pixels().get(), values, classes())
          .upload(torch, type);
    }
    if (!isCausal()) {
      List<int[]> ids = ids();
      List<int[]> types = ids.stream().map(sequence -> new int[sequence.length]).toList();
      return TokenBatches.classified(family.input().tokens().orElseThrow(), ids, types, classes())
          .upload(torch, type);
    }
    List<LabelledTokens> examples = new ArrayList<>();
    List<int[]> ids = ids();
    for (int i = 0; i < ids.size(); i++) {
      int[] labels = Arrays.copyOf(base.row("labels", i), ids.get(i).length);
      labels[0] = LabelledTokens.IGNORED; // Nothing predicts the first token.
      examples.add(new LabelledTokens(ids.get(i), labels));
    }
    return TokenBatches.causal(examples).upload(torch, type);
  }

  /** The batch with the scores of all tokens wanted (causal models). */
  Batch scored(Torch torch, DType type) {
    return TokenBatches.scored(ids()).upload(torch, type);
  }

  /** Number of labels that the loss is the mean over. */
  long labels() {
    if (!isCausal()) {
      return base.get("labels").length;
    }
    long count = 0;
    int[] lengths = lengths();
    for (int i = 0; i < lengths.length; i++) {
      int[] labels = base.row("labels", i);
      for (int t = 1; t < lengths[i]; t++) {
        count += labels[t] == LabelledTokens.IGNORED ? 0 : 1;
      }
    }
    return count;
  }

  /** The rows of a padded {@code [sequences, longest, width]} array that are no padding. */
  double[] withoutPadding(double[] padded) {
    int[] lengths = lengths();
    int longest =
        family.input().pixels().isPresent() ? lengths[0] : (int) base.shapes().get("input_ids")[1];
    int width = padded.length / (lengths.length * longest);
    double[] rows = new double[Arrays.stream(lengths).sum() * width];
    int offset = 0;
    for (int i = 0; i < lengths.length; i++) {
      System.arraycopy(padded, i * longest * width, rows, offset, lengths[i] * width);
      offset += lengths[i] * width;
    }
    return rows;
  }

  /** The tuning that a method's JSON describes. */
  Tuning tuning(ReferenceVectors method) {
    JsonNode json = method.json();
    return switch (method.method()) {
      case "lora" -> lora(json);
      case "dora" ->
          new Dora(
              json.get("rank").asInt(),
              json.get("alpha").asDouble(),
              0,
              targets(json),
              LayerSelection.ALL);
      case "vera" ->
          new Vera(
              json.get("rank").asInt(),
              json.get("d_initial").asDouble(),
              0,
              0,
              targets(json),
              LayerSelection.ALL);
      case "adalora" ->
          new AdaLora(
              json.get("init_r").asInt(),
              json.get("alpha").asDouble(),
              0,
              json.get("orth_reg_weight").asDouble(),
              new RankBudget(
                  json.get("target_r").asInt(),
                  json.get("tinit").asLong(),
                  json.get("tfinal").asLong(),
                  json.get("deltaT").asLong(),
                  json.get("total_step").asLong(),
                  json.get("beta1").asDouble(),
                  json.get("beta2").asDouble()),
              targets(json),
              LayerSelection.ALL,
              Map.of());
      case "qa-lora" ->
          new QaLora(
              json.get("rank").asInt(),
              json.get("alpha").asDouble(),
              0,
              json.get("group").asInt(),
              targets(json),
              LayerSelection.ALL);
      case "control" -> StateTuning.control(lowRank(json), LayerSelection.ALL);
      case "double-control" -> StateTuning.doubleControl(lowRank(json), LayerSelection.ALL);
      case "patch-control" ->
          StateTuning.control(
              new Patch(json.get("rank").asInt(), 1, family.backbone().controlInit()),
              LayerSelection.ALL);
      case "loreft" ->
          new StateTuning(
              List.of(
                  new ControlEdge(
                      "output",
                      "output",
                      "output",
                      new Reft(Reft.Variant.LOREFT, json.get("rank").asInt(), 1, Positions.ALL))),
              LayerSelection.ALL);
      case "control+lora" ->
          Tuning.all(
              List.of(
                  StateTuning.control(lowRank(json.get("control")), LayerSelection.ALL),
                  lora(json.get("lora"))));
      case "ia3" -> new Ia3(targets(json), names(json.get("feedforward")), LayerSelection.ALL);
      case "bitfit" -> new BitFit(List.of(), LayerSelection.ALL);
      default -> throw ReferenceVectorsTest.unknown(method.method());
    };
  }

  private static Lora lora(JsonNode json) {
    return new Lora(
        json.get("rank").asInt(),
        json.get("alpha").asDouble(),
        0,
        targets(json),
        LayerSelection.ALL);
  }

  private LowRank lowRank(JsonNode json) {
    return new LowRank(
        json.get("rank").asInt(),
        json.get("alpha").asDouble(),
        json.path("bias").asBoolean(false),
        0,
        family.backbone().controlInit());
  }

  private static List<String> targets(JsonNode json) {
    return names(json.get("targets"));
  }

  private static List<String> names(JsonNode array) {
    List<String> names = new ArrayList<>();
    array.forEach(name -> names.add(name.asText()));
    return names;
  }
}
