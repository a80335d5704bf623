package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/** IA3 as the keys of PEFT's {@code IA3Config}, which cannot restrict names to some layers. */
final class Ia3Format implements PartCodec<Ia3Part> {
  private static final String FEED_FORWARD = "feedforward_modules";

  @Override
  public Class<Ia3Part> part() {
    return Ia3Part.class;
  }

  @Override
  public List<Source<?, Ia3Part>> sources() {
    return List.of(
        new Source<>(
            Ia3.class,
            ia3 -> new Ia3Part(new Targets.Named(ia3.targets(), ia3.layers()), ia3.feedForward())));
  }

  @Override
  public Optional<Alone<Ia3Part>> alone() {
    return Optional.of(new Alone<>("IA3", part -> "ia3"));
  }

  @Override
  public Optional<String> type() {
    return Optional.of("ia3");
  }

  @Override
  public Ia3Part read(JsonKeys keys, List<String> saved) {
    if (keys.flag("fan_in_fan_out", false)) {
      throw keys.invalid("fan_in_fan_out", "false (true is not supported)");
    }
    if (!keys.get(FEED_FORWARD).isArray()) {
      throw keys.invalid(FEED_FORWARD, "a list of names (one regular expression is not supported)");
    }
    return new Ia3Part(PeftFormat.targets(keys, saved), keys.texts(FEED_FORWARD));
  }

  @Override
  public void write(ObjectNode node, Ia3Part part, TaskModel family, List<String> saved) {
    Ia3 ia3 = part.tuning(family);
    Targets.Named scaled = new Targets.Named(ia3.targets(), ia3.layers());
    List<Projection> all = PeftFormat.projections(scaled, family);
    List<Projection> inputs =
        ia3.feedForward().isEmpty()
            ? List.of()
            : PeftFormat.projections(new Targets.Named(ia3.feedForward(), ia3.layers()), family);
    List<String> names = PeftFormat.modules(List.of(scaled), family, saved, false).names();
    List<String> ends =
        ia3.feedForward().stream().map(family.backbone()::peftTarget).distinct().toList();
    boolean asShort =
        names.containsAll(ends)
            && all.stream()
                .filter(projection -> Ia3Part.isFeedForward(projection, ends))
                .toList()
                .equals(inputs);
    node.putNull("exclude_modules");
    node.put("fan_in_fan_out", false);
    (asShort ? ends : modules(inputs)).forEach(node.putArray(FEED_FORWARD)::add);
    node.put("init_ia3_weights", true);
    (asShort ? names : modules(all)).forEach(node.putArray("target_modules")::add);
  }

  private static List<String> modules(List<Projection> projections) {
    return projections.stream().map(Projection::peftModule).toList();
  }
}
