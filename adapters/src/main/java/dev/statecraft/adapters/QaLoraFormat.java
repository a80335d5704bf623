package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.PooledLowRank;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/**
 * QA-LoRA as JSON. PEFT's {@code use_qalora} of a {@code LoraConfig} is another: it is for GPTQ
 * bases alone, whose inputs it does not group as this does, and scales the means by their number.
 */
final class QaLoraFormat implements PartCodec<QaLoraPart> {
  @Override
  public Class<QaLoraPart> part() {
    return QaLoraPart.class;
  }

  @Override
  public List<Source<?, QaLoraPart>> sources() {
    return List.of(new Source<>(QaLora.class, QaLoraPart::new));
  }

  @Override
  public Optional<Alone<QaLoraPart>> alone() {
    return Optional.empty();
  }

  @Override
  public Optional<String> type() {
    return Optional.of("qa-lora");
  }

  @Override
  public QaLoraPart read(JsonKeys keys, List<String> saved) {
    return new QaLoraPart(
        new QaLora(
            keys.positive("rank"),
            keys.number("alpha"),
            PeftFormat.dropout(keys, "dropout"),
            keys.positive("group"),
            keys.texts("targets"),
            ControlFormat.layers(keys)));
  }

  @Override
  public void write(ObjectNode node, QaLoraPart part, TaskModel family, List<String> saved) {
    QaLora linears = part.linears();
    node.put("rank", linears.rank());
    node.put("alpha", linears.alpha());
    node.put("dropout", linears.dropout());
    node.put("group", linears.group());
    node.put("layers", linears.layers().toString());
    linears.targets().forEach(node.putArray("targets")::add);
  }

  /** The function of an edge between states. */
  static PooledLowRank function(JsonKeys edge) {
    return new PooledLowRank(
        edge.positive("rank"),
        edge.number("scale"),
        edge.positive("group"),
        PeftFormat.dropout(edge, "dropout"));
  }

  static void writeFunction(ObjectNode edge, PooledLowRank function) {
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
    edge.put("group", function.group());
    edge.put("dropout", function.dropout());
  }
}
