package dev.statecraft.studio.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.WebAddress;
import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class MlflowTrackerTest {
  /** For servers that answer, on machines that are busy. */
  private static final MlflowTracker.Patience PATIENT =
      new MlflowTracker.Patience(
          Duration.ofSeconds(20),
          Duration.ofMillis(1),
          Duration.ofMillis(1),
          Duration.ofMillis(4),
          Duration.ofSeconds(40));

  /** For servers that never answer. */
  private static final MlflowTracker.Patience IMPATIENT =
      new MlflowTracker.Patience(
          Duration.ofMillis(300),
          Duration.ofMillis(1),
          Duration.ofMillis(1),
          Duration.ofMillis(4),
          Duration.ofMillis(600));

  @TempDir private Path folder;
  private final List<String> notes = new CopyOnWriteArrayList<>();
  private MlflowTracker.Patience patience = PATIENT;
  private MlflowServer server;
  private Recipe recipe;
  private RunDirectory run;

  @BeforeEach
  void start() throws IOException {
    server = new MlflowServer();
    recipe = SampleRuns.recipe("lora", folder.resolve("tickets"));
    run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MlflowTracker tracker(WebAddress address) {
    return new MlflowTracker(recipe, run, address, Optional.of("secret"), notes::add, patience);
  }

  /** A run of so many steps with an evaluation at its end. */
  private void train(MlflowTracker tracker, int steps) {
    tracker.started(1234, steps);
    for (int step = 1; step <= steps; step++) {
      double loss = step == 2 ? Double.NaN : 1.0 / step;
      tracker.step(new StepMetrics(step, step, loss, 1e-3, 2, 640, 3200, 1 << 20));
    }
    tracker.evaluated(new Evaluation(steps, steps, Map.of("accuracy", 0.75)));
  }

  private void finish(int steps) {
    try (MlflowTracker tracker = tracker(server.address())) {
      train(tracker, steps);
      tracker.ended(MlflowTracker.Ending.FINISHED);
    }
  }

  /** What stands before the host gets to the server, and nowhere else. */
  @Test
  void aPasswordInTheAddressIsInNoFileAndNoNote() throws IOException {
    String with = server.address().toString().replace("://", "://me:PASSWORD@");
    Recipe named = recipe.withTracking(recipe.tracking().withMlflow(with));
    WebAddress address = named.tracking().mlflow().orElseThrow();
    try (MlflowTracker tracker =
        new MlflowTracker(named, run, address, Optional.empty(), notes::add, patience)) {
      train(tracker, 2);
      tracker.ended(MlflowTracker.Ending.FINISHED);
    }
    // RFC 7617: base64("me:PASSWORD").
    assertThat(server.authorizations).isNotEmpty().containsOnly("Basic bWU6UEFTU1dPUkQ=");
    assertThat(Files.readString(run.mlflow()))
        .contains(server.address().toString())
        .doesNotContain("PASSWORD");
    run.writeRecipe(named);
    assertThat(run.folder().resolve("recipe.yaml"))
        .content()
        .contains(server.address().toString())
        .doesNotContain("PASSWORD");
    assertThat(named.options().toString()).doesNotContain("PASSWORD");
    server.close();
    try (MlflowTracker tracker =
        new MlflowTracker(named, run, address, Optional.empty(), notes::add, IMPATIENT)) {
      train(tracker, 1);
    }
    assertThat(notes).isNotEmpty().noneMatch(note -> note.contains("PASSWORD"));
  }

  private List<String> values(String key) {
    return server.metrics.stream()
        .filter(metric -> metric.path("key").asText().equals(key))
        .map(metric -> metric.path("step").asLong() + ": " + metric.path("value").asText())
        .toList();
  }

  @Test
  void theServerHasOptionsNumbersAndTheEnd() {
    finish(3);
    assertThat(notes).isEmpty();
    assertThat(server.experiments).containsOnlyKeys("statecraft");
    assertThat(server.runs).isEqualTo(Map.of("run1", "FINISHED"));
    assertThat(server.parameters)
        .containsEntry("method.name", "lora")
        .containsEntry("train.learning_rate", "2.0E-4")
        .containsEntry("trainable_parameters", "1234");
    assertThat(values("train/loss")).containsExactly("1: 1.0", "2: NaN", "3: 0.3333333333333333");
    assertThat(values("eval/accuracy")).containsExactly("3: 0.75");
    assertThat(server.metrics).hasSize(3 * 6 + 1);
    assertThat(server.metrics.get(0).path("timestamp").asLong()).isPositive();
    assertThat(server.authorizations).containsOnly("Bearer secret");
  }

  @Test
  void manyNumbersGoInBatchesTheServerTakes() {
    finish(1000);
    assertThat(server.metrics).hasSize(6001);
    assertThat(server.metrics.stream().map(JsonNode::toString).distinct()).hasSize(6001);
    assertThat(server.requests).filteredOn("runs/log-batch"::equals).hasSizeGreaterThan(6);
  }

  @Test
  void aRunThatGoesOnIsTheSame() {
    try (MlflowTracker tracker = tracker(server.address())) {
      train(tracker, 2);
    }
    assertThat(server.runs).isEqualTo(Map.of("run1", "FAILED"));
    try (MlflowTracker tracker = tracker(server.address())) {
      train(tracker, 2);
      tracker.ended(MlflowTracker.Ending.KILLED);
    }
    assertThat(server.runs).isEqualTo(Map.of("run1", "KILLED"));
    server.runs.clear();
    finish(2);
    assertThat(server.runs).as("made again if the server lost it").hasSize(1);
    assertThat(notes).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = MlflowServer.Fault.class,
      names = {"STATUS_500", "STATUS_503_AFTER_DOING_IT", "STATUS_429", "CUT", "HANG"})
  void whatPassesIsTriedAgainAndToldOnce(MlflowServer.Fault fault) {
    patience = IMPATIENT;
    server.experiments.put("statecraft", "7");
    server.faults.addAll(List.of(fault, fault));
    finish(3);
    assertThat(notes).hasSize(1);
    assertThat(notes.get(0))
        .startsWith("MLflow at " + server.address() + " does not answer: ")
        .doesNotContain("\n")
        .endsWith("; the run goes on, and it is asked again");
    assertThat(values("train/loss")).hasSize(3);
    assertThat(server.runs).containsValue("FINISHED");
  }

  @ParameterizedTest
  @EnumSource(
      value = MlflowServer.Fault.class,
      names = {"STATUS_401", "NOT_JSON", "REDIRECT"})
  void whatDoesNotPassIsToldAndLeftAtThat(MlflowServer.Fault fault) {
    server.faults.add(fault);
    finish(3);
    assertThat(notes).hasSize(1);
    assertThat(notes.get(0)).contains(" refuses: ").endsWith("; nothing more is sent");
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aServerThatIsNotThereHoldsNothingUp() throws IOException {
    patience = IMPATIENT;
    WebAddress nobody = server.address();
    server.close();
    long begun = System.nanoTime();
    try (MlflowTracker tracker = tracker(nobody)) {
      train(tracker, 3);
      assertThat(System.nanoTime() - begun).isLessThan(5_000_000_000L);
    }
    assertThat(notes).hasSize(2);
    assertThat(notes.get(0)).contains("does not answer");
    assertThat(notes.get(1)).endsWith("was not told all: 19 numbers were not sent");
  }

  @Test
  void aServerThatHangsForeverIsLeft() {
    patience = IMPATIENT;
    for (int i = 0; i < 1000; i++) {
      server.faults.add(MlflowServer.Fault.HANG);
    }
    finish(3);
    assertThat(notes.get(0)).contains("does not answer");
    assertThat(notes).hasSize(2);
  }

  @Test
  void aRunThatNeverStartedAsksNothing() {
    try (MlflowTracker tracker = tracker(server.address())) {
      tracker.note("no data");
    }
    assertThat(server.requests).isEmpty();
  }

  @Test
  void theOldestNumbersAreDroppedWhereTooManyWait() throws InterruptedException {
    MetricQueue queue = new MetricQueue(2);
    for (int i = 0; i < 5; i++) {
      queue.add(List.of(new MetricQueue.Metric("loss", i, 0, i)));
    }
    assertThat(queue.undelivered()).isEqualTo(5);
    assertThat(queue.take(10)).extracting(MetricQueue.Metric::value).containsExactly(3.0, 4.0);
    queue.end();
    assertThat(queue.take(10)).isEmpty();
    assertThat(queue.undelivered()).isEqualTo(3);
  }

  @Test
  void addressesAreChecked() {
    for (String address : List.of("ftp://host", "mlflow.example.org", "http:", "http://a b")) {
      assertThatThrownBy(() -> recipe.tracking().withMlflow(address))
          .hasMessage("mlflow: expected an http or https address, found '" + address + "'");
    }
  }
}
