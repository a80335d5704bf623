package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.FrozenWeights;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Suggestion;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The adapters of an open model, and the model without one, over one base, and the conversations
 * that go on with them. After {@link #close} everything throws {@link IllegalStateException}. For
 * the session's thread.
 */
final class OpenAdapters implements AutoCloseable {
  private final PretrainedModel model;
  private final UserFunctions functions;
  private final BaseCheck base;
  private final AnswerKind kind;
  private final FrozenWeights frozen;
  private final Map<String, Entry> open = new LinkedHashMap<>();
  private final Set<Runnable> conversations = new LinkedHashSet<>();
  private boolean answersUntuned;
  private String used = OpenModel.NONE;
  private boolean closed;

  /** What answers, its weights, and how many conversations and answers it is in. */
  private static final class Entry {
    private final Answering answering;
    private final Weights weights;
    private int entered;

    Entry(Answering answering, Weights weights) {
      this.answering = answering;
      this.weights = weights;
    }
  }

  /**
   * None yet; nothing is read.
   *
   * @param name of the model, as the user gave it
   * @param functions what the program has of its own, which adapters can name
   */
  OpenAdapters(
      String name,
      PretrainedModel model,
      UserFunctions functions,
      AnswerKind kind,
      Torch torch,
      DType dtype,
      Quantization quantization) {
    this.model = model;
    this.kind = kind;
    this.functions = functions;
    base = new BaseCheck(name, model);
    Graph graph = kind.untuned().graph();
    frozen = new FrozenWeights(torch, graph, dtype, quantization, model.weights(graph));
  }

  /** Lets the model answer without an adapter as well; it is opened when it is first used. */
  void answerUntuned() {
    answersUntuned = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
  }

  List<String> names() {
    requireOpen();
    List<String> names = new ArrayList<>(open.keySet());
    names.remove(OpenModel.NONE);
    if (answersUntuned) {
      names.add(0, OpenModel.NONE);
    }
    return names;
  }

  String used() {
    requireOpen();
    return used;
  }

  /** A question to what answers. */
  @FunctionalInterface
  interface Question<T> {
    T ask(Answering answering) throws IOException;
  }

  /**
   * Asks what is used, which stays open until it has answered: whoever is told of an answer as it
   * comes may use and unload others.
   */
  <T> T answer(Question<T> question) throws IOException {
    String name = used();
    Answering answering = enter(name);
    try {
      return question.ask(answering);
    } finally {
      leave(name);
    }
  }

  private Entry entry(String name) {
    require(name);
    if (!open.containsKey(name)) {
      AnswerKind.Way way = kind.untuned();
      Graph graph = way.graph();
      open.put(name, opened(way, graph, model.weights(graph)));
    }
    return open.get(name);
  }

  private void require(String name) {
    List<String> names = names();
    if (!names.contains(name)) {
      throw new UsageException(
          "adapter: expected one of "
              + names
              + ", found '"
              + name
              + "'"
              + Suggestion.of(name, names));
    }
  }

  private Entry opened(AnswerKind.Way way, Graph graph, WeightSource source) {
    Weights weights = frozen.open(graph, source, 0).settle();
    boolean done = false;
    try {
      Entry entry = new Entry(way.answering().of(graph, weights), weights);
      done = true;
      return entry;
    } finally {
      if (!done) {
        weights.close();
      }
    }
  }

  /**
   * Opens an adapter.
   *
   * @param known how it answers, if that is known; else its run or its file says
   * @throws UsageException if one of its name is open
   * @throws dev.statecraft.base.InvalidInputException if it cannot be used, or is another model's
   */
  void load(NamedAdapter named, Optional<AnswerKind.Way> known) throws IOException {
    requireOpen();
    if (open.containsKey(named.name())) {
      throw new UsageException(
          "adapter: expected names that differ, found '"
              + named.name()
              + "' twice; call one otherwise");
    }
    AdapterPlace place = AdapterPlace.of(named.path());
    try (Adapter adapter = AdapterFolder.open(place.folder(), functions)) {
      base.require(place);
      AnswerKind.Way way = known.isPresent() ? known.get() : kind.tuned(place, adapter);
      Graph graph = way.graph(adapter);
      WeightSource source = way.weights(adapter, model.weights(graph));
      open.put(named.name(), opened(way, graph, source));
    }
  }

  /** Lets another one answer. */
  void use(String name) {
    entry(name);
    used = name;
  }

  /** The one of a name, which stays open until it is left. */
  Answering enter(String name) {
    Entry entry = entry(name);
    entry.entered++;
    return entry.answering;
  }

  /** After {@link #enter}. */
  void leave(String name) {
    open.get(name).entered--;
  }

  /**
   * Keeps a conversation, which holds memory.
   *
   * @param end frees it; called before weights are freed, unless it has {@link #ended}
   */
  void began(Runnable end) {
    conversations.add(end);
  }

  /** After {@link #began}. */
  void ended(Runnable end) {
    conversations.remove(end);
  }

  /**
   * Closes an adapter.
   *
   * @throws UsageException if there is none of this name
   * @throws IllegalStateException if it is used
   */
  void unload(String name) {
    require(name);
    if (name.equals(OpenModel.NONE)) {
      throw new UsageException("adapter: expected one to unload, found the model without one");
    }
    if (name.equals(used) || open.get(name).entered > 0) {
      throw new IllegalStateException("the adapter '" + name + "' is in use");
    }
    open.remove(name).weights.close();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    List.copyOf(conversations).forEach(Runnable::run);
    closed = true;
    open.values().forEach(entry -> entry.weights.close());
    open.clear();
    frozen.close();
  }
}
