package dev.statecraft.adapters;

import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/**
 * VeRA.
 *
 * @param rank r
 * @param initial what every d starts at
 * @param dropout probability
 * @param seed of the shared A and B
 * @param linears which linears
 */
record VeraPart(int rank, double initial, double dropout, long seed, Targets linears)
    implements AdapterPart {
  @Override
  public boolean isInWeights() {
    return true;
  }

  @Override
  public boolean isPeft() {
    return true;
  }

  @Override
  public Optional<List<String>> savedModules() {
    return linears.savedModules();
  }

  @Override
  public Tuning tuning(TaskModel family) {
    Targets.Named named = linears.in(family);
    return new Vera(rank, initial, dropout, seed, named.names(), named.layers());
  }
}
