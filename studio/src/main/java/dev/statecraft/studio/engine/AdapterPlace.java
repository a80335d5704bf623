package dev.statecraft.studio.engine;

import dev.statecraft.studio.run.RunDirectory;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where an adapter lies.
 *
 * @param folder the adapter's
 * @param run that made it, if it is named by that
 * @param owner the run that made it, if it lies in one
 */
record AdapterPlace(Path folder, Optional<RunDirectory> run, Optional<RunDirectory> owner) {
  /**
   * The place that a path names.
   *
   * @param path an adapter's folder, or a run's directory; need not exist
   */
  static AdapterPlace of(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (RunDirectory.isAt(absolute)) {
      Optional<RunDirectory> run = Optional.of(RunDirectory.open(absolute));
      return new AdapterPlace(run.get().adapter(), run, run);
    }
    Optional<RunDirectory> owner =
        Optional.ofNullable(absolute.getParent())
            .filter(RunDirectory::isAt)
            .map(RunDirectory::open)
            .filter(run -> run.adapter().equals(absolute));
    return new AdapterPlace(path, Optional.empty(), owner);
  }

  /** The name of its run, or of its folder. */
  String name() {
    Path named = owner.map(RunDirectory::folder).orElse(folder);
    return String.valueOf(named.toAbsolutePath().normalize().getFileName());
  }
}
