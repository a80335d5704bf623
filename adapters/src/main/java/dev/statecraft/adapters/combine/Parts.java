package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.adapters.combine.method.Linear;
import dev.statecraft.adapters.merge.LinearUpdates;
import dev.statecraft.core.graph.Parameter;
import java.util.ArrayList;
import java.util.List;

/** The parts of all members, by what they are. */
final class Parts {
  /**
   * A member's part.
   *
   * @param run the member's index
   */
  record Of(int run, AdapterPart part) {}

  /** One that updates linears. */
  record Linear(int run, AdapterPart part, LinearUpdates updates) {}

  private final List<Linear> linear = new ArrayList<>();
  private final List<Of> control = new ArrayList<>();
  private final List<Of> others = new ArrayList<>();

  Parts(List<Member> members) {
    for (int run = 0; run < members.size(); run++) {
      Member member = members.get(run);
      for (AdapterPart part : member.description().parts()) {
        LinearUpdates updates = LinearUpdates.of(part, member.family());
        if (!updates.isEmpty()) {
          linear.add(new Linear(run, part, updates));
        } else if (part.states().isPresent()) {
          control.add(new Of(run, part));
        } else {
          others.add(new Of(run, part));
        }
      }
    }
  }

  List<Linear> linear() {
    return linear;
  }

  List<Of> control() {
    return control;
  }

  List<Of> others() {
    return others;
  }

  /** What a part has in files, but for the head. */
  static List<Parameter> parameters(AdapterPart part, Member member) {
    return part
        .tuning(member.family())
        .apply(member.family().graph())
        .parameters()
        .values()
        .stream()
        .filter(Parameter::isSaved)
        .filter(parameter -> parameter.role() != Parameter.Role.HEAD)
        .toList();
  }
}
