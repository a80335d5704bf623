package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How parts of one kind are written down in {@code adapter_config.json} and read back. {@link
 * PartCodecs} lists all.
 */
interface PartCodec<P extends AdapterPart> {
  /**
   * Tunings that are parts of this kind.
   *
   * @param tuning their class
   * @param of the part that one of them is
   */
  record Source<T extends Tuning, P extends AdapterPart>(Class<T> tuning, Function<T, P> of) {
    Optional<P> part(Tuning any) {
      return tuning.isInstance(any) ? Optional.of(of.apply(tuning.cast(any))) : Optional.empty();
    }
  }

  /**
   * How an adapter is called that is one part alone, and is written as such.
   *
   * @param peftType {@code peft_type}
   * @param method the name of the method that makes such an adapter
   */
  record Alone<P extends AdapterPart>(String peftType, Function<P, String> method) {}

  /** The class of the parts. */
  Class<P> part();

  /** The tunings that are such parts. */
  List<Source<?, P>> sources();

  /** For adapters of one such part that are written as such. */
  Optional<Alone<P>> alone();

  /** The {@code type} among {@code parts}; empty if there can be no others beside it. */
  Optional<String> type();

  /**
   * Reads a part's keys.
   *
   * @param saved {@code modules_to_save} of the adapter
   * @throws dev.statecraft.base.InvalidInputException if they are not as they should be
   */
  P read(JsonKeys keys, List<String> saved);

  /**
   * The same where a part can name functions of a program's own.
   *
   * @param own what the program has
   */
  default P read(JsonKeys keys, List<String> saved, UserFunctions own) {
    return read(keys, saved);
  }

  /** Writes a part's keys. */
  void write(ObjectNode node, P part, TaskModel family, List<String> saved);

  /** The same for a part of this kind whose class the caller does not know. */
  default void writeAny(ObjectNode node, AdapterPart any, TaskModel family, List<String> saved) {
    write(node, part().cast(any), family, saved);
  }

  /** The part that a tuning is, if it is of this kind. */
  default Optional<P> of(Tuning tuning) {
    return sources().stream().flatMap(source -> source.part(tuning).stream()).findFirst();
  }
}
