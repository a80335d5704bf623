package dev.statecraft.formats.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A Hub on loopback with one repository, which misbehaves as it is told. Files of weights are
 * large: the Hub redirects to them, to another host if there is one.
 */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
  private final Map<String, String> etags = new ConcurrentHashMap<>();
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final Optional<FakeHub> storage;

  /** Something else than the right answer; true if it has answered. */
  interface Fault {
    boolean answer(HttpExchange exchange, byte[] content) throws IOException;
  }

  record Request(String method, String path, Optional<String> range, Optional<String> token) {}

  private FakeHub(Optional<FakeHub> storage) throws IOException {
    this.storage = storage;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** With large files at another host. */
  static FakeHub withStorage() throws IOException {
    return new FakeHub(Optional.of(new FakeHub(Optional.empty())));
  }

  static FakeHub alone() throws IOException {
    return new FakeHub(Optional.empty());
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  FakeHub storage() {
    return storage.orElse(this);
  }

  FakeHub put(String file, String content) {
    return put(file, content.getBytes(StandardCharsets.UTF_8));
  }

  FakeHub put(String file, byte[] content) {
    files.put(file, content);
    storage.ifPresent(other -> other.put(file, content));
    return this;
  }

  /** Makes the next downloads of a file go wrong, one fault each. */
  FakeHub fault(String file, Fault... next) {
    faults.computeIfAbsent(file, key -> new ArrayDeque<>()).addAll(Arrays.asList(next));
    return this;
  }

  void etag(String file, String etag) {
    etags.put(file, etag);
  }

  List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** The GETs of a file's contents, here and at the other host, as far as they gave any. */
  List<Request> downloads(String file) {
    return storage().requests().stream()
        .filter(request -> request.method().equals("GET") && request.path().endsWith("/" + file))
        .toList();
  }

  void forgetRequests() {
    requests.clear();
    storage.ifPresent(FakeHub::forgetRequests);
  }

  static Fault status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
      return true;
    };
  }

  /** Promises all and cuts the connection after some. */
  static Fault cutAfter(int bytes) {
    return (exchange, content) -> {
      int start = start(exchange);
      exchange.getResponseHeaders().set("Content-Range", range(start, content));
      exchange.sendResponseHeaders(start > 0 ? 206 : 200, content.length - start);
      exchange.getResponseBody().write(content, start, bytes);
      exchange.getResponseBody().flush();
      pause(200); // What was sent is read before the end is seen.
      return true;
    };
  }

  /** Promises all, sends some, and then nothing, without ending. */
  static Fault silentAfter(int bytes, long millis) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, bytes);
      exchange.getResponseBody().flush();
      pause(millis);
      return true;
    };
  }

  /** Sends other contents, as if they were all. */
  static Fault instead(byte[] other) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, other.length);
      exchange.getResponseBody().write(other);
      return true;
    };
  }

  static Fault slow(long millis) {
    return (exchange, content) -> {
      pause(millis);
      return false;
    };
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              path,
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")),
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))));
      if (path.startsWith("/api/")) {
        list(exchange);
      } else {
        file(exchange, path.replaceFirst(".*/(resolve|stored)/[^/]*/", ""));
      }
    }
  }

  private void list(HttpExchange exchange) throws IOException {
    if (failed(exchange, "api", new byte[0])) {
      return;
    }
    String siblings =
        files.keySet().stream()
            .map(file -> "{\"rfilename\": \"" + file + "\"}")
            .collect(Collectors.joining(", "));
    byte[] answer =
        ("{\"sha\": \"" + COMMIT + "\", \"siblings\": [" + siblings + "]}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
  }

  private void file(HttpExchange exchange, String file) throws IOException {
    byte[] content = files.get(file);
    if (content == null) {
      exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (failed(exchange, (head ? "HEAD " : "") + file, content)) {
      return;
    }
    boolean large = file.endsWith(".safetensors");
    String etag = etags.getOrDefault(file, large ? sha256(content) : gitSha1(content));
    if (large && storage.isPresent()) {
      exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + etag + "\"");
      exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
      exchange
          .getResponseHeaders()
          .set("Location", storage.get().endpoint() + "/stored/" + COMMIT + "/" + file);
      exchange.sendResponseHeaders(302, -1);
      return;
    }
    exchange.getResponseHeaders().set("ETag", "\"" + etag + "\"");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    int start = start(exchange);
    if (start > 0) {
      exchange.getResponseHeaders().set("Content-Range", range(start, content));
    }
    exchange.sendResponseHeaders(start > 0 ? 206 : 200, content.length - start);
    exchange.getResponseBody().write(content, start, content.length - start);
  }

  private boolean failed(HttpExchange exchange, String file, byte[] content) throws IOException {
    Deque<Fault> next = faults.getOrDefault(file, new ArrayDeque<>());
    Fault fault;
    synchronized (next) {
      fault = next.poll();
    }
    return fault != null && fault.answer(exchange, content);
  }

  private static int start(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  private static String range(int start, byte[] content) {
    return "bytes " + start + "-" + (content.length - 1) + "/" + content.length;
  }

  static String sha256(byte[] content) {
    return hash("SHA-256", content);
  }

  static String gitSha1(byte[] content) {
    byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] both = Arrays.copyOf(header, header.length + content.length);
    System.arraycopy(content, 0, both, header.length, content.length);
    return hash("SHA-1", both);
  }

  private static String hash(String name, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    storage.ifPresent(FakeHub::close);
  }
}
