package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.data.Row;
import dev.statecraft.formats.hub.Hub;
import dev.statecraft.formats.hub.HubFile;
import dev.statecraft.formats.hub.HubId;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.formats.hub.HubSettings;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Finds what recipes name, on this machine or at the Hub, and opens it. */
final class Inputs {
  private final Supplier<HubSettings> settings;
  private final HubListener downloads;
  private final UserFunctions functions;

  /** Of this process's settings, which are read when the Hub is first asked. */
  Inputs(HubListener downloads) {
    this(downloads, UserFunctions.NONE);
  }

  /** The same where recipes and adapters can name functions of the program's own. */
  Inputs(HubListener downloads, UserFunctions functions) {
    this(HubSettings::ofProcess, downloads, functions);
  }

  Inputs(Supplier<HubSettings> settings, HubListener downloads, UserFunctions functions) {
    this.settings = settings;
    this.downloads = downloads;
    this.functions = functions;
  }

  /** What the program has of its own. */
  UserFunctions functions() {
    return functions;
  }

  /**
   * A model that comes with Statecraft, of a folder, or of the Hub.
   *
   * @param name as {@link Recipe#model()} has it
   * @throws InvalidInputException if there is no such model, or it cannot be had
   */
  PretrainedModel open(String name) {
    return folder(name).map(PretrainedModel::open).orElseGet(() -> Models.open(name));
  }

  /**
   * The folder of a model, downloaded if need be; empty for one that comes with Statecraft.
   *
   * @throws InvalidInputException if there is no such model, or it cannot be had
   */
  Optional<Path> folder(String name) {
    if (name.startsWith(Recipe.BUILTIN)) {
      return Optional.empty();
    }
    return Optional.of(ofHub(name).map(id -> downloaded(id).path()).orElseGet(() -> Path.of(name)));
  }

  /**
   * A model's configuration, without its weights.
   *
   * @param name a folder or a file (absolute), or a model of the Hub
   */
  Path config(String name) {
    Optional<HubId> id = ofHub(name);
    return id.isPresent() ? downloaded(new HubFile(id.get(), "config.json")).path() : Path.of(name);
  }

  /**
   * The same recipe with commits in place of branches and tags of the Hub, so that it means the
   * same tomorrow; what it names is then in the cache.
   */
  Recipe pinned(Recipe recipe) {
    String model =
        ofHub(recipe.model()).map(id -> downloaded(id).id().toString()).orElse(recipe.model());
    return recipe.withModel(model).withData(recipe.data().withFiles(this::pinned));
  }

  private DataRecipe.DataFile pinned(DataRecipe.DataFile file) {
    return file.source() instanceof DataRecipe.OfHub hub
        ? file.withSource(
            new DataRecipe.OfHub(new HubFile(downloaded(hub.file()).id(), hub.file().path())))
        : file;
  }

  /** Where a data file is, downloaded if need be. */
  Path path(DataRecipe.DataFile file) {
    return file.source() instanceof DataRecipe.OfHub hub
        ? downloaded(hub.file()).path()
        : ((DataRecipe.Local) file.source()).path();
  }

  /**
   * Goes through the rows of a data file.
   *
   * @throws InvalidInputException as {@link DataFiles#forEach} does, or if it cannot be had
   */
  void forEach(DataRecipe.DataFile file, Consumer<Row> action) {
    DataFiles.forEach(path(file), file.format(), action);
  }

  /** The name of a model of the Hub; local folders are absolute. */
  private static Optional<HubId> ofHub(String name) {
    return Path.of(name).isAbsolute() ? Optional.empty() : HubId.model(name);
  }

  private Hub.Cached downloaded(HubId model) {
    try {
      return hub().model(model);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InvalidInputException e) {
      // What looks like the name of a model of the Hub may have been meant as a folder.
      throw model.revision().isPresent()
          ? e
          : new InvalidInputException(e.getMessage() + "; nor is there a folder of this name", e);
    }
  }

  private Hub.Cached downloaded(HubFile file) {
    try {
      return hub().file(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Hub hub() {
    return new Hub(settings.get(), downloads);
  }
}
