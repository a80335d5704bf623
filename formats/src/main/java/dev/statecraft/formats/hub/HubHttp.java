package dev.statecraft.formats.hub;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sends requests: follows redirects, gives the token to the Hub and to no other host, waits and
 * tries again where a server is busy or a connection fails.
 */
final class HubHttp {
  private static final int MOST_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> BUSY = Set.of(408, 429, 500, 502, 503, 504);

  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private final HubSettings settings;
  private final Retry retry;
  private final HubListener listener;

  /** Whether the Hub has answered; a first failure to connect means that there is no network. */
  private boolean reached;

  HubHttp(HubSettings settings, Retry retry, HubListener listener) {
    this.settings = settings;
    this.retry = retry;
    this.listener = listener;
  }

  Retry retry() {
    return retry;
  }

  /**
   * The final answer to a GET. Its status is not one of a redirect or of a busy server, and may be
   * one of failure. The caller closes the body.
   *
   * @throws UnavailableException if there is no answer, or none but that the server is busy
   */
  HttpResponse<InputStream> get(URI address, Map<String, String> headers)
      throws UnavailableException {
    return persistently(address, () -> follow("GET", address, headers, false).response());
  }

  /**
   * What a HEAD says about a file: the headers of the answers on the way, the Hub's own first. A
   * redirect to another host is not followed once the Hub has named the contents.
   *
   * @throws UnavailableException as {@link #get} does
   */
  Answer head(URI address) throws UnavailableException {
    return persistently(address, () -> follow("HEAD", address, Map.of(), true));
  }

  /**
   * An answer to a HEAD.
   *
   * @param response the last answer
   * @param etag what names the contents, as the server writes it
   * @param size of the contents in bytes, or -1
   */
  record Answer(HttpResponse<InputStream> response, Optional<String> etag, long size) {
    int status() {
      return response.statusCode();
    }
  }

  @FunctionalInterface
  private interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }

  private <T> T persistently(URI address, Attempt<T> attempt) throws UnavailableException {
    for (int failed = 1; ; failed++) {
      String problem;
      Duration wait = retry.after(failed);
      try {
        return attempt.run();
      } catch (BusyException e) {
        reached = true;
        problem = e.getMessage();
        wait = e.retryAfter.orElse(wait);
        if (wait.compareTo(retry.longest()) > 0) {
          throw new UnavailableException(
              problem + ", which asks to come back in " + wait.toSeconds() + " s", e);
        }
      } catch (IOException e) {
        problem = described(address, e);
        if (failed == retry.attempts() || (!reached && isNoNetwork(e))) {
          throw new UnavailableException(problem, e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UnavailableException("interrupted", e);
      }
      if (failed == retry.attempts()) {
        throw new UnavailableException(problem + ", " + failed + " times in a row");
      }
      pause(problem, wait);
    }
  }

  /** Waits, and says why. */
  void pause(String problem, Duration wait) throws UnavailableException {
    listener.note(problem + "; trying again in " + Math.max(1, wait.toSeconds()) + " s");
    try {
      Thread.sleep(wait.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted", e);
    }
  }

  private Answer follow(
      String method, URI address, Map<String, String> headers, boolean stopOutside)
      throws IOException, InterruptedException {
    URI at = address;
    Optional<String> linked = Optional.empty();
    long size = -1;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      HttpResponse<InputStream> response = send(method, at, headers);
      int status = response.statusCode();
      linked = linked.or(() -> response.headers().firstValue("X-Linked-Etag"));
      size = size < 0 ? response.headers().firstValueAsLong("X-Linked-Size").orElse(-1) : size;
      if (!REDIRECTS.contains(status)) {
        return new Answer(
            response,
            linked.or(() -> response.headers().firstValue("ETag")),
            size < 0 ? response.headers().firstValueAsLong("Content-Length").orElse(-1) : size);
      }
      response.body().close();
      URI next = target(at, response.headers());
      if (stopOutside && linked.isPresent() && !isHub(next)) {
        return new Answer(response, linked, size);
      }
      at = next;
    }
    throw new IOException("more than " + MOST_REDIRECTS + " redirects, the last to " + at);
  }

  private static URI target(URI at, HttpHeaders headers) throws IOException {
    String location = headers.firstValue("Location").orElse("");
    try {
      URI next = at.resolve(location);
      String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
      boolean web = List.of("http", "https").contains(scheme);
      if (!location.isEmpty() && web && next.getHost() != null) {
        if (scheme.equals("http") && at.getScheme().equalsIgnoreCase("https")) {
          throw new InvalidInputException(
              at.getHost() + " redirects from https to http, which is not followed: " + next);
        }
        return next;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new IOException(
        at.getHost() + " redirects to '" + shortened(location) + "', which is no web address");
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 197) + "...";
  }

  private HttpResponse<InputStream> send(String method, URI address, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(retry.stall())
            .header("User-Agent", "statecraft")
            .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    if (isHub(address)) {
      settings
          .token()
          .map(token -> "Bearer " + token)
          .or(settings.endpoint()::authorization)
          .ifPresent(value -> request.header("Authorization", value));
    }
    HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
    reached = true;
    if (BUSY.contains(response.statusCode())) {
      response.body().close();
      throw new BusyException(address, response);
    }
    return response;
  }

  private boolean isHub(URI address) {
    URI hub = settings.endpoint().uri();
    return hub.getScheme().equalsIgnoreCase(address.getScheme())
        && hub.getHost().equalsIgnoreCase(address.getHost())
        && hub.getPort() == address.getPort();
  }

  private static boolean isNoNetwork(IOException e) {
    return e instanceof ConnectException
        || e instanceof UnknownHostException
        || e.getCause() instanceof UnresolvedAddressException;
  }

  /** Host and port, without user info. */
  private static String place(URI address) {
    return address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
  }

  private static String described(URI address, IOException e) {
    String host = place(address);
    if (isNoNetwork(e)) {
      return host + " cannot be reached";
    }
    return host + ": " + (e.getMessage() == null ? "the connection failed" : e.getMessage());
  }

  /**
   * What a refusal means.
   *
   * @param what was asked for, as the user named it
   */
  InvalidInputException refusal(String what, HubId repository, HttpResponse<InputStream> response) {
    String code = response.headers().firstValue("X-Error-Code").orElse("");
    int status = response.statusCode();
    String at = " at " + settings.endpoint();
    String token =
        settings.token().isPresent()
            ? "the token that is set has no access to it"
            : "set HF_TOKEN if it is private";
    String message =
        switch (code) {
          case "GatedRepo" ->
              "access is granted by its authors: ask for it at "
                  + settings.endpoint()
                  + "/"
                  + repository.name()
                  + (settings.token().isPresent()
                      ? "; the token that is set has none yet"
                      : ", then set HF_TOKEN");
          case "RevisionNotFound" ->
              "no revision '" + repository.revisionOrMain() + "' of this " + kind(repository) + at;
          case "EntryNotFound" -> "no such file" + at;
          default ->
              switch (status) {
                case 401, 403, 404 ->
                    "no " + kind(repository) + " of this name" + at + " (" + status + "); " + token;
                default -> "unexpected answer " + status + at;
              };
        };
    return new InvalidInputException(what + ": " + message);
  }

  private static String kind(HubId repository) {
    return repository.kind().word();
  }

  /** A server that asks to come back later. */
  private static final class BusyException extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Optional<Duration> retryAfter;

    BusyException(URI address, HttpResponse<?> response) {
      super(
          place(address)
              + " answers "
              + response.statusCode()
              + (response.statusCode() == 429 ? " (too many requests)" : " (a fault of its own)"));
      retryAfter = response.headers().firstValue("Retry-After").flatMap(BusyException::duration);
    }

    /** Seconds, or a date (RFC 9110, 10.2.3). */
    private static Optional<Duration> duration(String text) {
      if (text.matches("[0-9]{1,9}")) {
        return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
      }
      try {
        Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        Duration wait = Duration.between(Instant.now(), then);
        return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
      } catch (DateTimeParseException e) {
        return Optional.empty();
      }
    }
  }
}
