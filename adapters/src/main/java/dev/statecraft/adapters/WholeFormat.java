package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/**
 * Parts that have no settings and no others beside them.
 *
 * @param part their class
 * @param value the one that there is
 * @param tuning the class of its tuning
 * @param peftType how it is written
 * @param method the name of the method that makes it
 */
record WholeFormat<P extends AdapterPart>(
    Class<P> part, P value, Class<? extends Tuning> tuning, String peftType, String method)
    implements PartCodec<P> {
  static WholeFormat<AdapterPart.Full> ofFull() {
    return new WholeFormat<>(
        AdapterPart.Full.class, new AdapterPart.Full(), FullTuning.class, "FULL", "full");
  }

  static WholeFormat<AdapterPart.Head> ofHead() {
    return new WholeFormat<>(
        AdapterPart.Head.class, new AdapterPart.Head(), HeadTuning.class, "PROBE", "probe");
  }

  @Override
  public List<Source<?, P>> sources() {
    return List.of(new Source<>(tuning, any -> value));
  }

  @Override
  public Optional<Alone<P>> alone() {
    return Optional.of(new Alone<>(peftType, any -> method));
  }

  @Override
  public Optional<String> type() {
    return Optional.empty();
  }

  @Override
  public P read(JsonKeys keys, List<String> saved) {
    return value;
  }

  @Override
  public void write(ObjectNode node, P any, TaskModel family, List<String> saved) {}
}
