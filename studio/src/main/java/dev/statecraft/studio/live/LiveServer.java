package dev.statecraft.studio.live;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.statecraft.studio.recipe.RecipeException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows one page, made anew for each request, on the loopback interface alone. Requests that name
 * another host are refused, so that no website can read the page through a name of its own that
 * points here. At its end it waits shortly for a browser that follows, which then has the last
 * page.
 */
public final class LiveServer implements AutoCloseable {
  /** How often the page asks; a browser that did not for longer is gone. */
  private static final long FOLLOWING_NANOS = 5_000_000_000L;

  private static final int LAST_LOOK_SECONDS = 4;
  private static final int MOST_CLIENTS = 32;

  /** How long a client may take to ask, and to read. The JDK's server reads them once. */
  private static final Map<String, String> LIMITS =
      Map.of("sun.net.httpserver.maxReqTime", "10", "sun.net.httpserver.maxRspTime", "10");

  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final HttpServer server;
  private final ExecutorService threads;
  private final Supplier<String> page;
  private final Set<String> hosts;
  private final CountDownLatch lastLook = new CountDownLatch(1);
  private volatile long askedAt = System.nanoTime() - 2 * FOLLOWING_NANOS;
  private volatile boolean ended;

  private LiveServer(HttpServer server, Supplier<String> page) {
    this.server = server;
    this.page = page;
    int port = server.getAddress().getPort();
    hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    // Whoever does not read what it asked for, or does not finish asking, holds up a thread, for as
    // long as the server lets it. One too many is turned away.
    threads =
        new ThreadPoolExecutor(
            0,
            MOST_CLIENTS,
            1,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> {
              Thread made = new Thread(work, "statecraft-live");
              made.setDaemon(true);
              return made;
            });
  }

  /**
   * Starts to serve.
   *
   * @param port 0 for any that is free
   * @param page called on another thread
   * @throws RecipeException if the port is taken
   */
  public static LiveServer start(int port, Supplier<String> page) throws IOException {
    LIMITS.forEach(
        (key, seconds) -> {
          if (System.getProperty(key) == null) {
            System.setProperty(key, seconds);
          }
        });
    HttpServer server;
    try {
      byte[] loopback = {127, 0, 0, 1};
      server =
          HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(loopback), port), 0);
    } catch (BindException e) {
      throw new RecipeException("--live: expected a free port, found " + port + " taken", e);
    }
    LiveServer live = new LiveServer(server, page);
    server.setExecutor(live.threads);
    server.createContext("/", live::answer);
    server.start();
    return live;
  }

  /** Where the page is. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      if (!hosts.contains(String.valueOf(exchange.getRequestHeaders().getFirst("Host")))) {
        send(exchange, 403, "text/plain", "expected a request to " + address());
      } else if (!exchange.getRequestMethod().equals("GET")) {
        send(exchange, 405, "text/plain", "expected GET");
      } else if (!exchange.getRequestURI().getPath().equals("/")) {
        send(exchange, 404, "text/plain", "expected " + address());
      } else {
        page(exchange);
      }
    }
  }

  private void page(HttpExchange exchange) throws IOException {
    askedAt = System.nanoTime();
    boolean last = ended;
    exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
    send(exchange, 200, "text/html", page.get());
    if (last) {
      lastLook.countDown();
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    ended = true;
    try {
      if (System.nanoTime() - askedAt < FOLLOWING_NANOS) {
        // Whether anybody came back or not, it is over now.
        boolean unused = lastLook.await(LAST_LOOK_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      server.stop(0);
      threads.shutdownNow();
    }
  }
}
