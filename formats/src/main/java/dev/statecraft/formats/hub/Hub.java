package dev.statecraft.formats.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Models and data sets of the Hugging Face Hub, downloaded into its cache where they are not there
 * yet. What is in the cache is used as it is; the Hub is asked only which commit a branch or tag
 * stands for, and if it does not answer, the commit that was last seen serves. For one thread.
 */
public final class Hub {
  private static final JsonMapper JSON = new JsonMapper();

  /** Bytes of a listing: a million files of a data set take some 60 MB. */
  private static final int MOST_LISTING = 1 << 27;

  private final HubSettings settings;
  private final HubListener listener;
  private final HubHttp http;

  /** A Hub. */
  public Hub(HubSettings settings, HubListener listener) {
    this(settings, listener, Retry.USUAL);
  }

  Hub(HubSettings settings, HubListener listener, Retry retry) {
    this.settings = settings;
    this.listener = listener;
    http = new HubHttp(settings, retry, listener);
  }

  /** Where it is. */
  public URI endpoint() {
    return settings.endpoint().uri();
  }

  /**
   * What is in the cache.
   *
   * @param id the repository at its commit
   * @param path the folder of that commit, or a file in it
   */
  public record Cached(HubId id, Path path) {}

  /**
   * A model with all files that are read of one: configuration, tokenizer and safetensors weights.
   *
   * @throws InvalidInputException if there is no such model, it cannot be read, access is refused,
   *     a file's checksum stays wrong, or the Hub is out of reach and the cache does not have it;
   *     the message is one line
   * @throws IOException if the cache cannot be read or written
   */
  public Cached model(HubId id) throws IOException {
    HubCache cache = new HubCache(settings.cache(), id);
    if (id.isPinned() && ModelFiles.missing(snapshot(cache)).isEmpty()) {
      return new Cached(id, snapshot(cache));
    }
    try {
      Listing listing = listing(id, cache);
      HubId pinned = id.at(listing.commit());
      boolean single = listing.files().contains(ModelFiles.WEIGHTS);
      for (String file : ModelFiles.first(id, listing.files())) {
        fetch(pinned, cache, file);
      }
      Path folder = cache.snapshot(listing.commit());
      for (String file : ModelFiles.weights(folder, single)) {
        fetch(pinned, cache, file);
      }
      return new Cached(pinned, folder);
    } catch (UnavailableException e) {
      Path folder = fallback(id, cache, e);
      List<String> missing = ModelFiles.missing(folder);
      if (!missing.isEmpty()) {
        throw new InvalidInputException(
            id + ": " + e.getMessage() + ", and the cache lacks " + missing + " in " + folder, e);
      }
      return used(id, folder, e);
    }
  }

  /**
   * One file, without the others of its repository.
   *
   * @throws InvalidInputException as {@link #model} does
   * @throws IOException if the cache cannot be read or written
   */
  public Cached file(HubFile file) throws IOException {
    HubId id = file.repository();
    HubCache cache = new HubCache(settings.cache(), id);
    Path pinned = InnerPath.of(snapshot(cache), file.path(), id.toString());
    if (id.isPinned() && Files.isRegularFile(pinned)) {
      return new Cached(id, pinned);
    }
    try {
      Listing listing = listing(id, cache);
      if (!listing.files().contains(file.path())) {
        throw new InvalidInputException(
            id + ": expected a file " + file.path() + ", found " + near(file, listing.files()));
      }
      HubId at = id.at(listing.commit());
      return new Cached(at, fetch(at, cache, file.path()));
    } catch (UnavailableException e) {
      Path folder = fallback(id, cache, e);
      Path place = InnerPath.of(folder, file.path(), id.toString());
      if (!Files.isRegularFile(place)) {
        throw new InvalidInputException(
            file + ": " + e.getMessage() + ", and the cache does not have it in " + folder, e);
      }
      return new Cached(used(id, folder, e).id(), place);
    }
  }

  private static Path snapshot(HubCache cache) throws IOException {
    return cache.snapshot(cache.commit().orElse("none"));
  }

  private Path fallback(HubId id, HubCache cache, UnavailableException e) throws IOException {
    Optional<String> commit = cache.commit();
    if (commit.isEmpty() || !Files.isDirectory(cache.snapshot(commit.get()))) {
      throw new InvalidInputException(
          id + ": " + e.getMessage() + ", and the cache " + settings.cache() + " does not have it",
          e);
    }
    return cache.snapshot(commit.get());
  }

  private Cached used(HubId id, Path folder, UnavailableException e) {
    HubId pinned = id.at(folder.getFileName().toString());
    if (!settings.offline()) {
      listener.note(e.getMessage() + "; using " + pinned + " of the cache");
    }
    return new Cached(pinned, folder);
  }

  /**
   * What a revision has.
   *
   * @param commit it stands for
   * @param files all of its files
   */
  private record Listing(String commit, List<String> files) {}

  private Listing listing(HubId id, HubCache cache) throws IOException {
    if (settings.offline()) {
      throw new UnavailableException("HF_HUB_OFFLINE is set");
    }
    URI address =
        address("/api/", id, "/revision/" + encoded(id.revisionOrMain()).replace("/", "%2F"));
    HttpResponse<InputStream> response = http.get(address, Map.of());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw http.refusal(id.toString(), id, response);
      }
      JsonNode info =
          JSON.readTree(Answers.read(body, MOST_LISTING, http.retry().stall(), address));
      String commit = info.path("sha").asText();
      if (!commit.matches("[0-9a-f]{7,64}")) {
        throw new InvalidInputException(
            id
                + ": expected a commit in the answer of "
                + address
                + ", found '"
                + shortened(commit)
                + "'");
      }
      List<String> files = new ArrayList<>();
      for (JsonNode file : info.path("siblings")) {
        String name = file.path("rfilename").asText();
        // What cannot be a file of a folder is none that is asked for.
        if (InnerPath.isInner(name)) {
          files.add(name);
        }
      }
      cache.remember(commit);
      return new Listing(commit, List.copyOf(files));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          id + ": expected JSON from " + address + ", found something else", e);
    } catch (UnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw new UnavailableException(address.getHost() + ": the connection was cut", e);
    }
  }

  /** A file of a commit, downloaded unless it is there. */
  private Path fetch(HubId pinned, HubCache cache, String file) throws IOException {
    String commit = pinned.revisionOrMain();
    Path place = InnerPath.of(cache.snapshot(commit), file, pinned.toString());
    if (Files.exists(place)) {
      return place;
    }
    String prefix = pinned.kind() == HubId.Kind.MODEL ? "/" : "/datasets/";
    URI address =
        URI.create(
            settings.endpoint()
                + prefix
                + pinned.name()
                + "/resolve/"
                + commit
                + "/"
                + encoded(file));
    String shown = pinned.name() + " " + file;
    HubHttp.Answer head = http.head(address);
    head.response().body().close();
    if (head.status() >= 400) {
      throw http.refusal(shown, pinned, head.response());
    }
    String etag = etag(shown, head);
    try (CacheLock lock =
        CacheLock.acquire(cache.lock(etag), line -> listener.note(shown + ": " + line))) {
      if (!Files.exists(cache.blob(etag))) {
        new BlobDownload(shown, pinned, address, etag, head.size(), cache.blob(etag))
            .run(http, listener);
      }
      cache.link(etag, commit, file);
    }
    return place;
  }

  /** The name of the contents, without what HTTP puts around it. */
  private static String etag(String file, HubHttp.Answer head) {
    String text = head.etag().orElse("").replaceFirst("^W/", "").replace("\"", "");
    if (!text.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}")) {
      throw new InvalidInputException(
          file + ": expected an ETag that names the contents, found '" + shortened(text) + "'");
    }
    return text;
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  private URI address(String before, HubId id, String after) {
    return URI.create(settings.endpoint() + before + id.kind().plural() + "/" + id.name() + after);
  }

  private static String encoded(String path) {
    return Arrays.stream(path.split("/"))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  /** The files of the same ending, or all. */
  private static List<String> near(HubFile file, List<String> files) {
    String ending = file.path().replaceFirst(".*(?=\\.)", "");
    List<String> alike = files.stream().filter(other -> other.endsWith(ending)).toList();
    return (alike.isEmpty() ? files : alike).stream().limit(10).toList();
  }
}
