package dev.statecraft.adapters.combine;

import dev.statecraft.core.control.ControlEdge;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** An edge that one run has, and that stays as it is. */
final class SiteAsItIs extends ControlSite {
  SiteAsItIs(Setting setting) {
    super(setting);
  }

  @Override
  CombinedEdge planned() {
    return row(EdgeAction.KEPT, firstRank(), OptionalDouble.empty(), "");
  }

  @Override
  List<ControlEdge> make(
      Optional<StrandMerge.Made> made, int rank, PlainValues plain, CombinedValues values) {
    values.putAll(setting().parameters(first()), setting().member(first()));
    return List.of(first().placed().edge());
  }
}
