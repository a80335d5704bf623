package dev.statecraft.studio.track;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.Json;
import dev.statecraft.base.Shown;
import dev.statecraft.base.TextFile;
import dev.statecraft.base.WebAddress;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sends a run's options and numbers to an MLflow server, on a thread of its own. The run never
 * waits for the server and never ends because of it: what cannot be sent is kept and tried again,
 * ever more rarely, and the user is told once. A run that goes on is the same run for the server.
 */
public final class MlflowTracker implements RunHandler, AutoCloseable {
  private static final int CAPACITY = 200_000;
  private static final int BATCH_METRICS = 1000;
  private static final int BATCH_PARAMETERS = 100;
  private static final int LONGEST_PARAMETER = 500;

  /** How a run ended, in the server's words. */
  public enum Ending {
    /** It came to its end. */
    FINISHED,
    /** It ended with an error. */
    FAILED,
    /** It was interrupted. */
    KILLED
  }

  /**
   * How long things may take.
   *
   * @param request one request
   * @param between from one batch of numbers to the next
   * @param firstWait before a request is tried again; doubled every time
   * @param longestWait at most
   * @param atEnd what the run's end waits for the last numbers
   */
  record Patience(
      Duration request,
      Duration between,
      Duration firstWait,
      Duration longestWait,
      Duration atEnd) {
    static final Patience USUAL =
        new Patience(
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(10));
  }

  /** A request. */
  private interface Request {
    void send() throws IOException, InterruptedException;
  }

  /** The server did not answer until the run's end. */
  private static final class GaveUpException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int lost;

    /**
     * @param lost numbers of the request that was given up
     */
    GaveUpException(int lost) {
      this.lost = lost;
    }
  }

  private final Recipe recipe;
  private final Path idFile;
  private final WebAddress server;
  private final Patience patience;
  private final MlflowApi api;
  private final Consumer<String> notes;
  private final MetricQueue queue = new MetricQueue(CAPACITY);
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private final Thread sender = new Thread(this::send, "statecraft-mlflow");
  // An interrupt of the process is to be told, too: its end is held up until it is.
  private final Thread hook = new Thread(this::awaitSender, "tell MLflow of the end");
  private volatile Ending ending = Ending.FAILED;
  private boolean noted;
  private String runId = "";

  /**
   * A tracker; it asks nothing of the server before the run starts.
   *
   * @param server its address
   * @param token for its access, if it wants one
   * @param notes told, on another thread, if the server does not do its part
   */
  public MlflowTracker(
      Recipe recipe,
      RunDirectory run,
      WebAddress server,
      Optional<String> token,
      Consumer<String> notes) {
    this(recipe, run, server, token, notes, Patience.USUAL);
  }

  MlflowTracker(
      Recipe recipe,
      RunDirectory run,
      WebAddress server,
      Optional<String> token,
      Consumer<String> notes,
      Patience patience) {
    this.recipe = recipe;
    this.server = server;
    this.notes = notes;
    this.patience = patience;
    idFile = run.mlflow();
    api = new MlflowApi(server, token, patience.request());
    sender.setDaemon(true);
  }

  @Override
  public void started(long trainableParameters, long totalSteps) {
    parameters.putAll(recipe.options());
    parameters.put("trainable_parameters", String.valueOf(trainableParameters));
    parameters.put("total_steps", String.valueOf(totalSteps));
    Runtime.getRuntime().addShutdownHook(hook);
    sender.start();
  }

  @Override
  public void step(StepMetrics step) {
    add(step.step(), Scalars.of(step));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    add(evaluation.step(), Scalars.of(evaluation));
  }

  private void add(long step, Map<String, Double> scalars) {
    long now = System.currentTimeMillis();
    queue.add(
        scalars.entrySet().stream()
            .map(e -> new MetricQueue.Metric(e.getKey(), e.getValue(), now, step))
            .toList());
  }

  /** How the run ended; if this is not said before {@link #close}, it failed. */
  public void ended(Ending how) {
    ending = how;
  }

  private void send() {
    try {
      patiently(0, this::connect);
      List<MetricQueue.Metric> batch = queue.take(BATCH_METRICS);
      while (!batch.isEmpty()) {
        List<MetricQueue.Metric> metrics = batch;
        patiently(metrics.size(), () -> api.logBatch(runId, metrics, Map.of()));
        if (metrics.size() < BATCH_METRICS) {
          queue.awaitEnd(patience.between().toMillis());
        }
        batch = queue.take(BATCH_METRICS);
      }
      patiently(0, () -> api.terminate(runId, ending.name(), System.currentTimeMillis()));
      if (queue.undelivered() > 0) {
        warn("was away too long: " + queue.undelivered() + " numbers were dropped");
      }
    } catch (RefusedException e) {
      warn("refuses: " + e.getMessage() + "; nothing more is sent");
    } catch (GaveUpException e) {
      warn("was not told all: " + (e.lost + queue.undelivered()) + " numbers were not sent");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Goes on with the run that the folder names, or makes one. */
  private void connect() throws IOException, InterruptedException {
    runId = earlier();
    if (!runId.isEmpty()) {
      try {
        api.reopen(runId);
        return;
      } catch (RefusedException e) {
        if (e.status() != 404) {
          throw e;
        }
      }
    }
    String experiment = api.experiment(recipe.tracking().experiment());
    String name = String.valueOf(recipe.output().getFileName());
    String made = api.createRun(experiment, name, System.currentTimeMillis());
    remember(experiment, made);
    runId = made;
    Map<String, String> some = new LinkedHashMap<>();
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      String value = parameter.getValue();
      some.put(parameter.getKey(), value.substring(0, Math.min(LONGEST_PARAMETER, value.length())));
      if (some.size() == BATCH_PARAMETERS) {
        api.logBatch(runId, List.of(), some);
        some.clear();
      }
    }
    api.logBatch(runId, List.of(), some);
  }

  private String earlier() {
    try {
      if (Files.exists(idFile)) {
        JsonNode known = new ObjectMapper().readTree(TextFile.read(idFile));
        return known.path("server").asText().equals(server.toString())
            ? known.path("run_id").asText()
            : "";
      }
    } catch (IOException e) {
      warn("the run's id cannot be read (" + e.getMessage() + "); a new run is made");
    }
    return "";
  }

  private void remember(String experiment, String run) throws RefusedException {
    Map<String, Object> known = new LinkedHashMap<>();
    known.put("server", server.toString());
    known.put("experiment_id", experiment);
    known.put("run_id", run);
    try {
      AtomicFile.write(idFile, Json.pretty(known));
    } catch (IOException e) {
      throw new RefusedException(200, idFile + " cannot be written: " + e.getMessage());
    }
  }

  /** Until it is done, or refused, or the run's end has waited long enough. */
  private void patiently(int metrics, Request request)
      throws RefusedException, GaveUpException, InterruptedException {
    Duration wait = patience.firstWait();
    long end = 0;
    while (true) {
      try {
        request.send();
        return;
      } catch (RefusedException e) {
        throw e;
      } catch (IOException e) {
        if (!noted) {
          noted = true;
          String reason = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
          warn("does not answer: " + reason + "; the run goes on, and it is asked again");
        }
      }
      if (queue.awaitEnd(wait.toMillis())) {
        end = end == 0 ? System.nanoTime() + patience.atEnd().toNanos() : end;
        if (System.nanoTime() >= end) {
          throw new GaveUpException(metrics);
        }
        Thread.sleep(Math.min(wait.toMillis(), patience.firstWait().toMillis()));
      }
      Duration twice = wait.multipliedBy(2);
      wait = twice.compareTo(patience.longestWait()) < 0 ? twice : patience.longestWait();
    }
  }

  private void warn(String what) {
    notes.accept(Shown.line("MLflow at " + server + " " + what));
  }

  private void awaitSender() {
    try {
      sender.join(patience.atEnd().plus(patience.request()).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends what is left, for a while, and the run's end. */
  @Override
  public void close() {
    queue.end();
    awaitSender();
    if (sender.isAlive()) {
      sender.interrupt();
      warn("does not answer: the end of the run could not be told");
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends already; the hook has nothing left to wait for.
    }
  }
}
