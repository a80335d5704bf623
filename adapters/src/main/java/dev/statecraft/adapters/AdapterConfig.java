package dev.statecraft.adapters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code adapter_config.json}.
 *
 * <p>{@code peft_type} is {@code LORA} for LoRA and DoRA, {@code IA3}, {@code VERA} and {@code
 * ADALORA} for these, all other keys then being PEFT's; {@code FULL} and {@code PROBE} need no
 * settings; {@code CONTROL} has {@code method} and {@code parts}, each with its {@code type}:
 * {@code control}, {@code qa-lora}, {@code bitfit}, {@code norms}, or {@code lora}, {@code ia3},
 * {@code vera} and {@code adalora}, which have PEFT's keys.
 */
final class AdapterConfig {
  /** {@code peft_type} of adapters that say their method and parts themselves. */
  private static final String CONTROL = "CONTROL";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private AdapterConfig() {}

  /**
   * Reads the text of a file.
   *
   * @param source what error messages call it
   * @param metadata of the tensors' file
   */
  static AdapterDescription read(String json, String source, Map<String, String> metadata) {
    return read(JsonKeys.parse(json, source), metadata, UserFunctions.NONE);
  }

  /**
   * Reads the keys of a file.
   *
   * @param own functions that the program has
   */
  static AdapterDescription read(JsonKeys keys, Map<String, String> metadata, UserFunctions own) {
    List<String> saved = keys.texts("modules_to_save");
    String base = keys.optionalText("base_model_name_or_path").orElse("");
    String type = keys.text("peft_type");
    if (type.equals(CONTROL)) {
      return new AdapterDescription(method(keys), base, parts(keys, saved, own), metadata);
    }
    for (PartCodec<?> codec : PartCodecs.ALL) {
      if (peftType(codec).equals(type)) {
        return alone(codec, keys, saved, base, metadata);
      }
    }
    throw keys.invalid(
        "peft_type",
        "one of " + PartCodecs.ALL.stream().map(AdapterConfig::peftType).distinct().toList());
  }

  private static String peftType(PartCodec<?> codec) {
    return codec.alone().map(PartCodec.Alone::peftType).orElse(CONTROL);
  }

  private static <P extends AdapterPart> AdapterDescription alone(
      PartCodec<P> codec,
      JsonKeys keys,
      List<String> saved,
      String base,
      Map<String, String> metadata) {
    P part = codec.read(keys, saved);
    String method = codec.alone().orElseThrow().method().apply(part);
    return new AdapterDescription(method, base, List.of(part), metadata);
  }

  private static String method(JsonKeys keys) {
    String method = keys.text("method");
    if (method.isBlank()) {
      throw keys.invalid("method", "a method's name");
    }
    return method;
  }

  private static List<AdapterPart> parts(JsonKeys keys, List<String> saved, UserFunctions own) {
    List<AdapterPart> parts = new ArrayList<>();
    for (JsonKeys part : keys.objects("parts")) {
      parts.add(
          PartCodecs.ofType(part.text("type"))
              .orElseThrow(() -> part.invalid("type", PartCodecs.types()))
              .read(part, saved, own));
    }
    return parts;
  }

  /** The text of the file for an adapter on a family, its head saved along. */
  static String write(AdapterDescription description, TaskModel family) {
    return write(
        description,
        family,
        description.isFull() ? List.of() : heads(family),
        description.isPeft());
  }

  /**
   * The text of the file.
   *
   * @param any the adapter's
   * @param heads the modules of the head that are saved
   * @param peft whether LoRA and DoRA are written as PEFT writes them
   */
  static String write(AdapterDescription any, TaskModel family, List<String> heads, boolean peft) {
    AdapterDescription description = any.in(family);
    List<String> saved = SavedModules.written(description, family, heads);
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    PartCodec<?> first = PartCodecs.of(description.parts().get(0));
    boolean alone = peft || first.type().isEmpty();
    root.put("peft_type", alone ? peftType(first) : CONTROL);
    root.put("task_type", taskType(family));
    root.put(
        "base_model_name_or_path",
        description.baseModel().isEmpty() ? null : description.baseModel());
    root.put("inference_mode", true);
    if (saved.isEmpty()) {
      root.putNull("modules_to_save");
    } else {
      saved.forEach(root.putArray("modules_to_save")::add);
    }
    if (peft) {
      root.putNull("auto_mapping");
      root.putNull("revision");
    }
    if (alone) {
      first.writeAny(root, description.parts().get(0), family, saved);
      return text(root);
    }
    root.put("method", description.method());
    ArrayNode parts = root.putArray("parts");
    for (AdapterPart part : description.parts()) {
      ObjectNode node = parts.addObject();
      PartCodec<?> codec = PartCodecs.of(part);
      node.put("type", codec.type().orElseThrow());
      codec.writeAny(node, part, family, saved);
    }
    return text(root);
  }

  /** The settings of a part alone. */
  static String settings(AdapterPart part, TaskModel family) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    PartCodec<?> codec = PartCodecs.of(part);
    node.put("peft_type", peftType(codec));
    codec.type().ifPresent(type -> node.put("type", type));
    codec.writeAny(node, part, family, List.of());
    return text(node);
  }

  /** A tree as it stands in a file. */
  static String text(ObjectNode root) {
    try {
      return JSON.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values cannot be written", e);
    }
  }

  /** PEFT's task; it has none for images, nor for the heads of bare encoders. */
  static String taskType(TaskModel family) {
    return family.head().peftTask(family.backbone()).orElse(null);
  }

  /** The modules of the head, as {@code modules_to_save} names them. */
  static List<String> heads(TaskModel family) {
    return family.graph().parameters().values().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.HEAD)
        .map(parameter -> family.backbone().peftModule(parameter.name()))
        .map(name -> name.substring(0, name.indexOf('.')))
        .distinct()
        .toList();
  }

  /** Throws if a LoRA adapter of Python's trains modules whole that are not the head. */
  static void requireHeads(String source, List<String> saved, TaskModel family) {
    List<String> heads = heads(family);
    for (String module : saved) {
      for (Parameter parameter : family.graph().parameters().values()) {
        String name = "." + family.backbone().peftModule(parameter.name());
        if (parameter.role() == Parameter.Role.BASE && name.contains("." + module + ".")) {
          throw new InvalidInputException(
              source
                  + ": modules_to_save: expected none but the head's "
                  + heads
                  + ", found '"
                  + module
                  + "', which is '"
                  + parameter.name()
                  + "'");
        }
      }
    }
  }
}
