package dev.statecraft.studio.engine;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.formats.checkpoint.Leftovers;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A copy of a large resource in the file system, for it to be mapped: one for all processes of a
 * user, in a folder of the temporary folder that nobody else can write to. It is moved into place
 * when it is whole, and stays for the next process.
 */
final class SharedCopy {
  /** Seconds; longer than a copy takes. */
  private static final long HOUR = 3600;

  private SharedCopy() {}

  /**
   * The copy; made if it is not there, or not of the resource's size.
   *
   * @param resource in a jar or a folder
   * @param name of the copy
   */
  static Path of(URL resource, String name) throws IOException {
    return of(resource, name, Path.of(System.getProperty("java.io.tmpdir")));
  }

  static Path of(URL resource, String name, Path temporary) throws IOException {
    URLConnection connection = resource.openConnection();
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      long size = connection.getContentLengthLong();
      // Another version is another file.
      String version =
          connection instanceof JarURLConnection jar && jar.getJarEntry() != null
              ? Long.toHexString(jar.getJarEntry().getCrc())
              : Long.toHexString(connection.getLastModified());
      Path folder = folder(temporary);
      Path copy = folder.resolve(version + "-" + name);
      if (Files.isRegularFile(copy, LinkOption.NOFOLLOW_LINKS) && Files.size(copy) == size) {
        return copy;
      }
      Leftovers.sweepOlder(copy, HOUR);
      AtomicFile.fill(copy, partial -> Files.copy(in, partial));
      return copy;
    }
  }

  /**
   * A folder of this user's alone; another one for this process where somebody else has its name.
   */
  private static Path folder(Path temporary) throws IOException {
    String user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9._-]", "_");
    Path folder = temporary.resolve("statecraft-" + user);
    boolean posix = Files.getFileStore(temporary).supportsFileAttributeView("posix");
    if (!posix) {
      return Files.createDirectories(folder);
    }
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      Path mine = Files.createTempFile(temporary, "statecraft", ".owner");
      try {
        boolean safe =
            Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(mine))
                && PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
                    .equals("rwx------");
        if (!safe) {
          return Files.createTempDirectory(temporary, "statecraft");
        }
      } finally {
        Files.delete(mine);
      }
    }
    return folder;
  }
}
