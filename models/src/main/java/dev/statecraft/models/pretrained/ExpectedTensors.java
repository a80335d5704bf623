package dev.statecraft.models.pretrained;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.LanguageOutputs;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.TiedTables;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tensors that a configuration's network is made of, but for heads that a task brings along.
 *
 * @param byName each by its name in the checkpoint of a model with a head, and also by that in a
 *     bare one's where the family tells them apart
 * @param head what the table that scores tokens is called where it is not the embedding; it may lie
 *     further out than the network
 */
record ExpectedTensors(TreeMap<String, Parameter> byName, Optional<String> head) {

  static ExpectedTensors of(ModelConfig config) {
    TreeMap<String, Parameter> byName = new TreeMap<>();
    add(config.backbone(), byName);
    add(config.backbone(Set.of()), byName);
    Optional<String> head =
        config
            .tied()
            .map(TiedTables::head)
            .or(() -> config.backbone().languageOutputs().map(outputs -> outputs.table().name()));
    return new ExpectedTensors(byName, head);
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
