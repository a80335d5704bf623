package dev.statecraft.studio.provenance;

import dev.statecraft.base.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * SHA-256 of files, read as streams of any length. A file is read once as long as its size and time
 * of change stay the same. For one thread.
 */
public final class FileHashes {
  private static final int BUFFER = 1 << 20;

  private final Map<Key, HashedFile> known = new HashMap<>();

  private record Key(Path path, long bytes, FileTime changed) {}

  /**
   * The hash of a file.
   *
   * @throws InvalidInputException if there is none
   * @throws IOException if it cannot be read
   */
  public HashedFile of(Path file) throws IOException {
    Path path = file.toAbsolutePath().normalize();
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(path + ": file not found", e);
    }
    Key key = new Key(path, attributes.size(), attributes.lastModifiedTime());
    HashedFile hashed = known.get(key);
    if (hashed == null) {
      try (InputStream in = Files.newInputStream(path)) {
        hashed = of(path.toString(), in);
      }
      known.put(key, hashed);
    }
    return hashed;
  }

  /**
   * One hash of all files of a folder and its sub-folders: of their paths within it and their
   * hashes, in order.
   *
   * @throws InvalidInputException if there is no such folder
   * @throws IOException if a file cannot be read
   */
  public HashedFile ofFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": folder not found");
    }
    MessageDigest digest = sha256();
    long bytes = 0;
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
      HashedFile hashed = of(file);
      bytes += hashed.bytes();
      digest.update((name + "\n" + hashed.sha256() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return new HashedFile(
        folder.toAbsolutePath().normalize().toString(),
        bytes,
        HexFormat.of().formatHex(digest.digest()));
  }

  /** The hash of a stream, read to its end. */
  public static HashedFile of(String name, InputStream in) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER];
    long bytes = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      digest.update(buffer, 0, read);
      bytes += read;
    }
    return new HashedFile(name, bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
