package dev.statecraft.cli.terminal;

import dev.statecraft.base.Shown;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.studio.run.Progress;
import java.util.Optional;

/** Shows downloads as any other progress, in megabytes. */
public final class DownloadDisplay implements HubListener {
  private static final long MEGABYTE = 1_000_000;

  private final Progress progress;

  /** One that shows nothing until something is downloaded. */
  public DownloadDisplay(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void progress(String file, long done, long total) {
    // Smaller files are there before anybody has read their name.
    if (total > MEGABYTE) {
      progress.update(
          new Progress.Update(
              file + " (MB)",
              done == total ? (total + MEGABYTE - 1) / MEGABYTE : done / MEGABYTE,
              (total + MEGABYTE - 1) / MEGABYTE,
              Optional.empty(),
              0,
              0));
    }
  }

  @Override
  public void note(String line) {
    progress.note(Shown.line(line));
  }
}
