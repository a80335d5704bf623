package dev.statecraft.studio.track;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.statecraft.base.WebAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Keeps what MLflow would keep, and misbehaves as it is told, on loopback. */
final class MlflowServer implements AutoCloseable {
  /** What happens to a request instead of an answer. */
  enum Fault {
    STATUS_500,
    STATUS_503_AFTER_DOING_IT,
    STATUS_429,
    CUT,
    HANG,
    NOT_JSON,
    STATUS_401,
    REDIRECT
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();
  final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
  final List<JsonNode> metrics = Collections.synchronizedList(new ArrayList<>());
  final Map<String, String> parameters = new ConcurrentHashMap<>();
  final Map<String, String> experiments = new ConcurrentHashMap<>();
  final Map<String, String> runs = new ConcurrentHashMap<>();

  MlflowServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/2.0/mlflow/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  WebAddress address() {
    return WebAddress.of("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring("/api/2.0/mlflow/".length());
      requests.add(path);
      authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Fault fault = faults.poll();
      if (fault == null) {
        done(exchange, path, body);
        return;
      }
      switch (fault) {
        case STATUS_500 -> send(exchange, 500, "{\"message\": \"broken\"}");
        case STATUS_503_AFTER_DOING_IT -> {
          done(path, exchange, body);
          send(exchange, 503, "");
        }
        case STATUS_429 -> send(exchange, 429, "<html>slow\ndown</html>");
        case CUT -> exchange.getResponseBody().close();
        case HANG -> hang();
        case NOT_JSON -> send(exchange, 200, "<html>hello</html>");
        case STATUS_401 -> send(exchange, 401, "{\"message\": \"who are you?\"}");
        case REDIRECT -> {
          exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
          send(exchange, 302, "");
        }
      }
    }
  }

  private static void hang() {
    try {
      Thread.sleep(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void done(HttpExchange exchange, String path, String body) throws IOException {
    String answer = done(path, exchange, body);
    if (answer.isEmpty()) {
      send(exchange, 404, "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"none\"}");
    } else {
      send(exchange, 200, answer);
    }
  }

  /** Empty if there is no such thing. */
  private String done(String path, HttpExchange exchange, String body) throws IOException {
    JsonNode request = body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
    switch (path) {
      case "experiments/get-by-name" -> {
        String name = exchange.getRequestURI().getQuery().replace("experiment_name=", "");
        String id = experiments.get(name);
        return id == null
            ? ""
            : "{\"experiment\": {\"experiment_id\": \""
                + id
                + "\", \"lifecycle_stage\": \"active\"}}";
      }
      case "experiments/create" -> {
        String id = String.valueOf(experiments.size() + 1);
        experiments.put(request.path("name").asText(), id);
        return "{\"experiment_id\": \"" + id + "\"}";
      }
      case "runs/create" -> {
        String id = "run" + (runs.size() + 1);
        runs.put(id, "RUNNING");
        return "{\"run\": {\"info\": {\"run_id\": \"" + id + "\"}}}";
      }
      case "runs/log-batch" -> {
        request.path("metrics").forEach(metrics::add);
        request
            .path("params")
            .forEach(p -> parameters.put(p.path("key").asText(), p.path("value").asText()));
        return "{}";
      }
      case "runs/update" -> {
        String id = request.path("run_id").asText();
        return runs.replace(id, request.path("status").asText()) == null ? "" : "{}";
      }
      default -> throw new IOException("unknown path " + path);
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
