package dev.statecraft.formats.hub;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Downloads the contents of a file to {@code blobs/<etag>}: into {@code <etag>.incomplete}, which
 * is moved into place once its size and checksum are right. What an earlier attempt left, of this
 * process or another, is gone on from.
 *
 * @param file for messages and progress
 * @param repository where it is
 * @param address where the contents are
 * @param etag what names them
 * @param size of them in bytes, or -1 if the server does not say
 * @param blob where they go
 */
record BlobDownload(String file, HubId repository, URI address, String etag, long size, Path blob) {
  private static final int MOST_WRONG = 2;
  private static final int BUFFER = 1 << 16;

  /**
   * Downloads it; under the blob's lock.
   *
   * @throws InvalidInputException if the server refuses, the contents are other than they should be
   *     each time, or the disk has no room
   * @throws UnavailableException if the server does not answer, or connections keep failing without
   *     bringing anything
   */
  void run(HubHttp http, HubListener listener) throws IOException {
    Files.createDirectories(blob.getParent());
    Path partial = blob.resolveSibling(etag + ".incomplete");
    checkRoom(partial);
    long most = size >= 0 ? size : room(partial);
    Retry retry = http.retry();
    int failed = 0;
    int wrong = 0;
    while (true) {
      long before = length(partial);
      String problem = attempt(http, partial, most, listener);
      if (problem.isEmpty()) {
        String fault = fault(partial);
        if (fault.isEmpty()) {
          AtomicFile.move(partial, blob);
          return;
        }
        Files.delete(partial);
        // Once may be a partial file that something else has written into.
        wrong++;
        if (wrong == MOST_WRONG) {
          throw new InvalidInputException(
              file + ": " + fault + ", in each of " + wrong + " downloads");
        }
        problem = fault;
        before = 0;
      }
      failed = length(partial) > before ? 1 : failed + 1;
      if (failed >= retry.attempts()) {
        throw new UnavailableException(
            file + ": " + problem + ", " + failed + " times in a row without getting on");
      }
      http.pause(file + ": " + problem, retry.after(failed));
    }
  }

  /** Gets on as far as the connection lasts; says why it did not last to the end, or nothing. */
  private String attempt(HubHttp http, Path partial, long most, HubListener listener)
      throws IOException {
    long have = length(partial);
    if (size >= 0 && have > size) {
      Files.delete(partial);
      have = 0;
    }
    if (size < 0 || have < size || have == 0) {
      Map<String, String> range = have > 0 ? Map.of("Range", "bytes=" + have + "-") : Map.of();
      HttpResponse<InputStream> response = http.get(address, range);
      String problem;
      try (InputStream body = response.body()) {
        problem = take(http, response, body, partial, have, most, listener);
      }
      if (!problem.isEmpty()) {
        return problem;
      }
    }
    long found = length(partial);
    if (size >= 0 && found < size) {
      return "the connection was cut after " + found + " of " + size + " bytes";
    }
    return "";
  }

  /**
   * What is wrong with all that has come; nothing if it is as it should be. The file is read again
   * for it: what counts is what is on the disk.
   */
  private String fault(Path partial) throws IOException {
    long found = Files.size(partial);
    return size >= 0 && found != size
        ? "expected " + size + " bytes, found " + (found > size ? "more" : found)
        : Checksum.fault(partial, etag);
  }

  private String take(
      HubHttp http,
      HttpResponse<InputStream> response,
      InputStream body,
      Path partial,
      long have,
      long most,
      HubListener listener)
      throws IOException {
    int status = response.statusCode();
    boolean appends =
        status == 206
            && response
                .headers()
                .firstValue("Content-Range")
                .orElse("")
                .startsWith("bytes " + have + "-");
    if (status == 416 || (status == 206 && !appends)) {
      Files.deleteIfExists(partial);
      return "the server cannot go on from byte " + have;
    }
    if (status != 200 && status != 206) {
      throw http.refusal(file, repository, response);
    }
    long done = appends ? have : 0;
    byte[] buffer = new byte[BUFFER];
    try (OutputStream out = open(partial, appends);
        StallGuard guard = new StallGuard(body, http.retry().stall())) {
      while (true) {
        int count;
        try {
          count = body.read(buffer);
        } catch (IOException e) {
          return (guard.stalled() ? "the connection was silent" : "the connection was cut")
              + " after "
              + done
              + (size < 0 ? "" : " of " + size)
              + " bytes";
        }
        if (count < 0) {
          return "";
        }
        guard.heard();
        if (done + count > most) {
          // A byte too many is enough to see that there are.
          write(out, buffer, (int) (most + 1 - done));
          return tooMuch(most);
        }
        write(out, buffer, count);
        done += count;
        listener.progress(file, done, Math.max(size, done));
      }
    }
  }

  /** Contents that are too long are told as wrong ones; of a size that nobody said, at once. */
  private String tooMuch(long most) {
    if (size >= 0) {
      return "";
    }
    throw new InvalidInputException(
        file
            + ": expected at most "
            + most
            + " bytes, half of the room there is, as the server does not say how many; found more");
  }

  private static OutputStream open(Path partial, boolean append) throws IOException {
    return Files.newOutputStream(
        partial,
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
  }

  private void write(OutputStream out, byte[] buffer, int count) {
    try {
      out.write(buffer, 0, count);
    } catch (IOException e) {
      throw new InvalidInputException(
          blob.getParent() + ": cannot keep " + file + ": " + e.getMessage(), e);
    }
  }

  /** The most bytes of contents whose size the server does not say. */
  private long room(Path partial) throws IOException {
    return length(partial) + Files.getFileStore(blob.getParent()).getUsableSpace() / 2;
  }

  private void checkRoom(Path partial) throws IOException {
    long needed = size - length(partial);
    long free = Files.getFileStore(blob.getParent()).getUsableSpace();
    if (needed > free) {
      throw new InvalidInputException(
          blob.getParent()
              + ": expected room for "
              + needed
              + " bytes of "
              + file
              + ", found "
              + free
              + "; HF_HUB_CACHE names another folder");
    }
  }

  private static long length(Path partial) throws IOException {
    return Files.exists(partial) ? Files.size(partial) : 0;
  }
}
