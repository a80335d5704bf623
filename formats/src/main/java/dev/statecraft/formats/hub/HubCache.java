package dev.statecraft.formats.hub;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The cache's folders, as {@code huggingface_hub} lays them out:
 *
 * <pre>{@code
 * models--org--name/blobs/<etag>                 contents
 * models--org--name/snapshots/<commit>/<file>    relative links to them
 * models--org--name/refs/<revision>              the commit that a branch or tag was last seen at
 * .locks/models--org--name/<etag>.lock           held while a blob is downloaded
 * }</pre>
 *
 * @param root the cache
 * @param repository the repository in it
 */
record HubCache(Path root, HubId repository) {
  private Path folder() {
    return root.resolve(folderName());
  }

  private String folderName() {
    return repository.kind().plural() + "--" + repository.name().replace("/", "--");
  }

  Path blob(String etag) {
    return folder().resolve("blobs").resolve(etag);
  }

  Path lock(String etag) {
    return root.resolve(".locks").resolve(folderName()).resolve(etag + ".lock");
  }

  Path snapshot(String commit) {
    return folder().resolve("snapshots").resolve(commit);
  }

  /** The commit of the repository's revision as far as the cache knows it. */
  Optional<String> commit() throws IOException {
    if (repository.isPinned()) {
      return repository.revision();
    }
    Path ref = ref();
    return Files.isRegularFile(ref)
        ? Optional.of(Files.readString(ref).strip()).filter(commit -> commit.matches("\\w+"))
        : Optional.empty();
  }

  private Path ref() {
    return folder().resolve("refs").resolve(repository.revisionOrMain());
  }

  /** Remembers the commit of the repository's revision. */
  void remember(String commit) throws IOException {
    if (repository.isPinned() || commit().equals(Optional.of(commit))) {
      return;
    }
    Path ref = ref();
    Files.createDirectories(ref.getParent());
    AtomicFile.write(ref, commit);
  }

  /**
   * Puts a blob into a snapshot, by a relative link: a symbolic one, or where the system has none
   * for this user (Windows) a second name, or where that fails as well a copy.
   */
  void link(String etag, String commit, String file) throws IOException {
    Path snapshot = snapshot(commit);
    Path place = InnerPath.of(snapshot, file, repository.toString());
    Path blob = blob(etag);
    Files.createDirectories(place.getParent());
    if (!InnerPath.isWithin(snapshot, place.getParent())) {
      throw new InvalidInputException(
          repository
              + ": expected a folder in "
              + snapshot
              + ", found a link to "
              + place.getParent().toRealPath());
    }
    if (Files.exists(place)) {
      return;
    }
    Files.deleteIfExists(place); // A link to a blob that is no more.
    try {
      Files.createSymbolicLink(place, place.getParent().relativize(blob));
    } catch (FileAlreadyExistsException e) {
      // Another process was faster.
    } catch (UnsupportedOperationException | FileSystemException e) {
      try {
        Files.createLink(place, blob);
      } catch (UnsupportedOperationException | FileSystemException noLinks) {
        Files.copy(blob, place, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
