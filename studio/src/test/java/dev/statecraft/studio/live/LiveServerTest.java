package dev.statecraft.studio.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.studio.recipe.RecipeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LiveServerTest {
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final AtomicInteger count = new AtomicInteger();

  private LiveServer start() throws IOException {
    return LiveServer.start(0, () -> "<p>page " + count.incrementAndGet() + "</p>");
  }

  private HttpResponse<String> get(URI address) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The first line of the answer to a request for another host. */
  private static String status(LiveServer server, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
          .readLine();
    }
  }

  /** Clients that ask for a page of 8 MB and do not read it, or never finish asking. */
  @Test
  void clientsThatDoNotReadHoldUpNobody() throws IOException, InterruptedException {
    String page = "x".repeat(8 << 20);
    List<Socket> silent = new ArrayList<>();
    try (LiveServer server = LiveServer.start(0, () -> page)) {
      int port = server.address().getPort();
      for (int i = 0; i < 6; i++) {
        Socket socket = new Socket();
        silent.add(socket);
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String asked = "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n";
        String said = i % 2 == 0 ? asked : asked.substring(0, 9);
        socket.getOutputStream().write(said.getBytes(StandardCharsets.UTF_8));
      }
      Thread.sleep(200);
      HttpRequest request =
          HttpRequest.newBuilder(server.address()).timeout(Duration.ofSeconds(5)).build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
          .hasSize(page.length());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void everyRequestGetsANewPage() throws IOException, InterruptedException {
    LiveServer server = start();
    assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
    assertThat(get(server.address()).body()).isEqualTo("<p>page 1</p>");
    HttpResponse<String> second = get(server.address());
    assertThat(second.body()).isEqualTo("<p>page 2</p>");
    assertThat(second.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(second.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(second.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'");
    assertThat(get(server.address().resolve("/recipe.yaml")).statusCode()).isEqualTo(404);
    HttpRequest post =
        HttpRequest.newBuilder(server.address()).POST(HttpRequest.BodyPublishers.noBody()).build();
    assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(405);

    // A browser that follows has the last page, and then there is nothing more.
    CompletableFuture<Void> end = CompletableFuture.runAsync(server::close);
    while (!end.isDone()) {
      try {
        assertThat(get(server.address()).body()).startsWith("<p>page");
      } catch (IOException e) {
        end.join(); // It stopped between the last page and this request.
      }
    }
    assertThat(count.get()).isGreaterThan(2);
    assertThatThrownBy(() -> get(server.address())).isInstanceOf(ConnectException.class);
  }

  @Test
  void requestsForOtherHostsAreRefused() throws IOException {
    try (LiveServer server = start()) {
      int port = server.address().getPort();
      assertThat(status(server, "evil.example:" + port)).contains(" 403 ");
      assertThat(status(server, "127.0.0.1")).contains(" 403 ");
      assertThat(count.get()).isZero();
      assertThat(status(server, "localhost:" + port)).contains(" 200 ");
    }
  }

  @Test
  void nobodyIsWaitedForWhereNobodyLooked() throws IOException {
    long begun = System.nanoTime();
    start().close();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (LiveServer server = start()) {
      int port = server.address().getPort();
      assertThatThrownBy(() -> LiveServer.start(port, () -> ""))
          .isInstanceOf(RecipeException.class)
          .hasMessage("--live: expected a free port, found " + port + " taken");
    }
  }
}
