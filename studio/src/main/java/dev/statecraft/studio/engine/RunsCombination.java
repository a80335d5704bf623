package dev.statecraft.studio.engine;

import dev.statecraft.adapters.combine.Combination;
import dev.statecraft.adapters.combine.CombinedAdapter;
import dev.statecraft.adapters.combine.CombinedEdge;
import dev.statecraft.adapters.combine.Member;
import dev.statecraft.adapters.combine.method.EdgeInputs;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.Json;
import dev.statecraft.base.UsageException;
import dev.statecraft.formats.checkpoint.NewFolder;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.studio.combine.BaseHashes;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.combine.CombineSettings;
import dev.statecraft.studio.combine.NamedRun;
import dev.statecraft.studio.combine.TaskScores;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Runs that become one run directory: {@code recipe.yaml} and {@code adapter} of the first task,
 * the same for each task in {@code tasks/NAME} where there are several heads, and {@value
 * RunDirectory#COMBINED}, which says what of.
 */
final class RunsCombination implements AutoCloseable {
  private final CombineRequest request;
  private final Inputs inputs;
  private final Sessions sessions;
  private final Consumer<String> listener;
  private final List<String> notes = new ArrayList<>();
  private final List<RunDirectory> runs = new ArrayList<>();
  private final List<Recipe> recipes = new ArrayList<>();
  private final List<OpenAdapter> open = new ArrayList<>();
  private final BaseHashes base;

  private RunsCombination(
      CombineRequest request, Inputs inputs, Sessions sessions, Consumer<String> listener)
      throws IOException {
    this.request = request;
    this.inputs = inputs;
    this.sessions = sessions;
    this.listener = listener;
    for (NamedRun run : request.runs()) {
      RunDirectory directory = RunDirectory.open(run.folder());
      runs.add(directory);
      recipes.add(directory.recipe());
    }
    base = requireOneBase();
    requireHead();
  }

  /**
   * Opens the runs.
   *
   * @throws dev.statecraft.base.InvalidInputException if they are of several bases
   */
  static RunsCombination open(
      CombineRequest request, Inputs inputs, Sessions sessions, Consumer<String> listener)
      throws IOException {
    RunsCombination combination = new RunsCombination(request, inputs, sessions, listener);
    boolean done = false;
    try {
      combination.openAdapters();
      done = true;
      return combination;
    } finally {
      if (!done) {
        combination.close();
      }
    }
  }

  private BaseHashes requireOneBase() throws IOException {
    BaseHashes first = BaseHashes.of(runs.get(0));
    for (RunDirectory run : runs) {
      first.require(runs.get(0).folder().toString(), BaseHashes.of(run), run.folder().toString());
    }
    return first;
  }

  private void requireHead() {
    List<String> names = request.runs().stream().map(NamedRun::name).toList();
    request
        .head()
        .filter(name -> !names.contains(name))
        .ifPresent(
            name -> {
              throw new UsageException(
                  "--head: expected the name of a run, one of " + names + ", found '" + name + "'");
            });
  }

  private void openAdapters() throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      open.add(
          OpenAdapter.of(
              new AdapterSource(
                  runs.get(i).adapter(),
                  Optional.of(recipes.get(i).model()),
                  Optional.of(recipes.get(i))),
              inputs));
      if (recipes.get(i).quantize() != recipes.get(0).quantize()) {
        note(
            request.runs().get(i).name()
                + " was trained on a base held as "
                + recipes.get(i).quantize().label()
                + ", "
                + request.runs().get(0).name()
                + " on "
                + recipes.get(0).quantize().label());
      }
    }
  }

  private void note(String line) {
    notes.add(line);
    listener.accept(line);
  }

  private List<Member> members() {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      OpenAdapter one = open.get(i);
      members.add(
          new Member(
              request.runs().get(i).name(),
              one.adapter(),
              one.family(),
              CheckpointWeights.of(one.model().checkpoint())));
    }
    return members;
  }

  /** What would become of the edges; no weights are read. */
  CombineOutcome plan() {
    Combination combination = new CombineMethods(request.settings(), members()).planned();
    combination.notes().forEach(this::note);
    return new CombineOutcome(request.settings().method(), combination.plan(), List.of(), notes);
  }

  /**
   * Combines, goes on for the steps that were asked for, and scores every task.
   *
   * @param engine that tunes and scores, without a word of its own
   * @throws CancellationException if the steps were interrupted; the run directory is there then,
   *     with what was learned up to there
   */
  CombineOutcome run(Engine engine) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      // The base as it is now, not only as the runs say it was.
      new BaseCheck(recipes.get(i).model(), open.get(i).model())
          .require(AdapterPlace.of(runs.get(i).folder()));
    }
    List<CombinedTask> all = CombinedTask.of(request.runs(), open, recipes);
    List<CombinedTask> kept = heads(all);
    List<CombinedTask> tasks =
        all.stream()
            .map(task -> kept.stream().filter(task::isOf).findFirst().orElse(task))
            .toList();
    try (Interrupts interrupts = Interrupts.watch(); // Until all is in place.
        NewFolder folder =
            NewFolder.beside(
                request.to(),
                request.replace(),
                List.of(RunDirectory.COMBINED),
                "what combine made")) {
      CombinedRun run =
          new CombinedRun(request, folder.path(), tasks, inputs.functions(), engine, listener);
      List<CombinedEdge> edges;
      try (Torch torch = sessions.open(Device.CPU);
          CombinedAdapter combined = combined(torch)) {
        run.save(combined);
        edges = combined.edges();
      }
      Optional<CancellationException> interrupted = tuned(run);
      run.place(kept);
      if (kept.size() > 1) {
        note(
            "a head for each task: "
                + kept.get(0).name()
                + "'s in "
                + request.to()
                + ", each one's in tasks/NAME below it; --head keeps one");
      }
      List<TaskScores> scores =
          request.scored() && interrupted.isEmpty()
              ? run.scores(
                  runs.stream().map(RunDirectory::adapter).toList(),
                  this::note,
                  interrupts::requested)
              : List.of();
      run.sweep();
      CombineOutcome outcome =
          new CombineOutcome(request.settings().method(), edges, scores, notes);
      writeOutcome(folder.path(), outcome);
      if (kept.size() > 1) { // Each is a run directory that may go its own way.
        for (CombinedTask task : kept) {
          writeOutcome(task.in(folder.path()), outcome);
        }
      }
      folder.commit();
      if (interrupted.isPresent()) {
        listener.accept("interrupted: " + request.to() + " has what was learned up to there");
        throw interrupted.get();
      }
      return outcome;
    }
  }

  private Optional<CancellationException> tuned(CombinedRun run) throws IOException {
    try {
      if (request.tune() > 0) {
        run.tune();
      }
      return Optional.empty();
    } catch (CancellationException e) {
      return Optional.of(e);
    }
  }

  private CombinedAdapter combined(Torch torch) throws IOException {
    CombineSettings settings = request.settings();
    List<Member> members = members();
    List<EdgeInputReader> readers = new ArrayList<>();
    try {
      Combination combination =
          new CombineMethods(settings, members).ready(torch, plan -> inputs(plan, torch, readers));
      combination.notes().forEach(this::note);
      return combination.make(torch);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      readers.forEach(EdgeInputReader::close);
    }
  }

  private EdgeInputs inputs(Combination plan, Torch torch, List<EdgeInputReader> readers) {
    EdgeInputReader reader =
        new EdgeInputReader(plan.meetingStates(), request.settings().rows(), torch);
    readers.add(reader);
    try {
      for (int i = 0; i < runs.size(); i++) {
        listener.accept("reading what enters the edges on data of " + name(i));
        reader.read(recipes.get(i), open.get(i).model(), runs.get(i).adapter(), inputs, listener);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return reader.inputs();
  }

  private String name(int run) {
    return request.runs().get(run).name();
  }

  /** The tasks whose heads are kept, the one of the run directory itself first. */
  private List<CombinedTask> heads(List<CombinedTask> tasks) {
    if (request.head().isEmpty()) {
      return tasks.get(0).hasHead() ? tasks : tasks.subList(0, 1);
    }
    int wanted = request.runs().stream().map(NamedRun::name).toList().indexOf(request.head().get());
    return tasks.stream()
        .filter(task -> task.runs().contains(wanted))
        .map(task -> task.only(wanted))
        .toList();
  }

  private void writeOutcome(Path folder, CombineOutcome outcome) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>(base.toMap());
    Map<String, Object> names = new LinkedHashMap<>();
    request.runs().forEach(run -> names.put(run.name(), run.folder().toString()));
    map.put("runs", names);
    map.put("settings", request.settings().toMap());
    map.put("tune", request.tune());
    request.learningRate().ifPresent(rate -> map.put("learning_rate", rate));
    map.put("head", request.head());
    map.putAll(outcome.toMap());
    AtomicFile.write(folder.resolve(RunDirectory.COMBINED), Json.pretty(map));
  }

  @Override
  public void close() {
    open.forEach(OpenAdapter::close);
  }
}
