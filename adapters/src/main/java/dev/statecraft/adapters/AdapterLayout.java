package dev.statecraft.adapters;

import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How an adapter's files are called, and what its settings and tensors are called in them. */
interface AdapterLayout {
  /** Whether an {@code adapter_config.json} is of this kind. */
  boolean isOf(JsonKeys settings);

  /** What the file with the tensors may be called; the first is the one to write. */
  List<String> weightsFiles();

  /**
   * Reads the settings.
   *
   * @param file the tensors, of which names and shapes are there
   * @param metadata of that file
   * @param own functions that the program has, which an adapter can name
   * @throws dev.statecraft.base.InvalidInputException if they are not as they should be
   */
  AdapterDescription read(
      JsonKeys settings, CheckpointSource file, Map<String, String> metadata, UserFunctions own);

  /**
   * The keys of each trained parameter: first the one to write, then where else it may be found.
   *
   * @param tuned the family's graph with the adapter
   */
  Map<Parameter, List<String>> keys(AdapterDescription description, TaskModel family, Graph tuned);

  /** What it would take to be written like this, and what was found; empty if it can be. */
  Optional<String> problem(AdapterDescription description, TaskModel family);

  /**
   * The settings of an adapter that can be written like this.
   *
   * @param saved the modules of the head that are saved
   */
  String settings(AdapterDescription description, TaskModel family, List<String> saved);
}
