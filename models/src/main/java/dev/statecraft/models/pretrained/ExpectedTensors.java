package dev.statecraft.models.pretrained;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.LanguageOutputs;
import dev.statecraft.models.family.ModelConfig;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tensors that a configuration's network is made of, but for heads that a task brings along.
 *
 * @param byName each by its name in the checkpoint of a model with a head, and also by that in a
 *     bare one's where the family tells them apart
 */
record ExpectedTensors(TreeMap<String, Parameter> byName) {

  static ExpectedTensors of(ModelConfig config) {
    TreeMap<String, Parameter> byName = new TreeMap<>();
    add(config.backbone(), byName);
    add(config.backbone(Set.of()), byName);
    return new ExpectedTensors(byName);
  }

  private static void add(Backbone backbone, TreeMap<String, Parameter> byName) {
    GraphBuilder graph = new GraphBuilder();
    backbone.build(graph);
    byName.putAll(graph.build().parameters());
    backbone
        .languageOutputs()
        .map(LanguageOutputs::table)
        .ifPresent(table -> byName.put(table.name(), table));
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  /** Rows of a tensor; empty if there is none of that name. */
  Optional<Long> rows(String name) {
    return Optional.ofNullable(byName.get(name)).map(parameter -> parameter.sizes()[0]);
  }
}
