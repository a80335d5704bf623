package dev.statecraft.studio.track;

import dev.statecraft.base.WebAddress;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.NotesLog;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.RunListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * All that follows one run: its file of notes and TensorBoard's files, and an MLflow server if the
 * recipe has one.
 */
public final class Trackers implements AutoCloseable {
  private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";

  private final NotesLog notes;
  private final TensorBoardLog events;
  private final Optional<MlflowTracker> mlflow;

  private Trackers(NotesLog notes, TensorBoardLog events, Optional<MlflowTracker> mlflow) {
    this.notes = notes;
    this.events = events;
    this.mlflow = mlflow;
  }

  /**
   * The trackers of a run. A server's token is that of the environment.
   *
   * @param notes told, also on other threads, what the user should know
   */
  public static Trackers of(Recipe recipe, RunDirectory run, Consumer<String> notes)
      throws IOException {
    NotesLog log = run.notesLog();
    Consumer<String> kept = notes.andThen(log::write);
    Optional<String> token = Optional.ofNullable(System.getenv(TOKEN)).filter(t -> !t.isBlank());
    return new Trackers(
        log,
        TensorBoardLog.of(run),
        recipe
            .tracking()
            .mlflow()
            .map(at -> new MlflowTracker(recipe, run, login(at), token, kept)));
  }

  private static WebAddress login(WebAddress server) {
    String user = System.getenv("MLFLOW_TRACKING_USERNAME");
    String password = System.getenv("MLFLOW_TRACKING_PASSWORD");
    return user == null || user.isBlank()
        ? server
        : server.orLogin(user, password == null ? "" : password);
  }

  /** A listener that tells one first, then the trackers, and then another. */
  public RunListener between(RunListener first, RunListener last) {
    List<RunListener> all = new ArrayList<>(List.of(first, new Noting(notes), events));
    mlflow.ifPresent(all::add);
    all.add(last);
    return new Listeners(all);
  }

  /** How the run ended; if this is not said before {@link #close}, it failed. */
  public void ended(MlflowTracker.Ending ending) {
    mlflow.ifPresent(tracker -> tracker.ended(ending));
  }

  @Override
  public void close() {
    mlflow.ifPresent(MlflowTracker::close);
    events.close();
  }

  /** Keeps the notes that come from the run. */
  private record Noting(NotesLog log) implements RunHandler {
    @Override
    public void note(String line) {
      log.write(line);
    }
  }
}
