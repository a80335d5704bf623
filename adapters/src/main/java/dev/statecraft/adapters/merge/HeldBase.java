package dev.statecraft.adapters.merge;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A base in 4 bits, of which an adapter moves zero points.
 *
 * @param zeroPoints what they are
 * @param names of the weights that are held so
 * @param shifts updates of some of them
 */
record HeldBase(
    ZeroPoints zeroPoints, Set<String> names, Map<String, MergedLinear.GroupMeans> shifts) {
  HeldBase {
    names = new LinkedHashSet<>(names);
    shifts = new LinkedHashMap<>(shifts);
  }

  /** Whether a tensor is written in 4 bits. */
  boolean keeps(String name) {
    return zeroPoints.kept() && names.contains(name);
  }
}
