package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import picocli.CommandLine.Model.CommandSpec;

/** A running server's admin API, as the options and the environment name it. */
final class Api {
  private static final String BY_DEFAULT = "http://127.0.0.1:8080";
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** A push of a large mesh is rendered before it is committed. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final URI server;
  private final Optional<String> token;
  private final String user;
  private final HttpClient client;

  private Api(URI server, Optional<String> token, String user, HttpClient client) {
    this.server = server;
    this.token = token;
    this.user = user;
    this.client = client;
  }

  /** Its address, without a slash at the end. */
  String server() {
    String text = server.toString();
    return text.substring(0, text.length() - 1);
  }

  /** An answer: the status, and the body, which is JSON. */
  record Answer(int status, JsonNode body) {}

  /** The options of every command that talks to a server. */
  static void addOptions(CommandSpec spec) {
    spec.addOption(
        Command.text(
            "URL",
            "The server's admin address (default: LISH_SERVER, else " + BY_DEFAULT + ").",
            "--server"));
    spec.addOption(
        Command.text(
            "FILE",
            "The admin token (default: the token in LISH_TOKEN, else data/admin.token).",
            "--token-file"));
    spec.addOption(
        Command.text(
            "FILE", "Who signed the server's certificate, PEM (default: LISH_CA).", "--tls-ca"));
  }

  static Api of(Terminal terminal, Arguments given) {
    String url =
        given.text("--server").or(() -> terminal.variable("LISH_SERVER")).orElse(BY_DEFAULT);
    HttpClient.Builder client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
    given
        .text("--tls-ca")
        .or(() -> terminal.variable("LISH_CA"))
        .ifPresent(ca -> client.sslContext(TrustedCa.context(terminal, ca)));
    return new Api(
        uri(url),
        token(terminal, given),
        terminal.variable("USER").or(() -> terminal.variable("LOGNAME")).orElse(""),
        client.build());
  }

  private static URI uri(String url) {
    if (!url.matches("https?://[^/\\s]+/?")) {
      throw Failure.usage("server " + url + " (expected: http(s)://HOST:PORT)");
    }
    try {
      return URI.create(url.endsWith("/") ? url : url + "/");
    } catch (IllegalArgumentException e) {
      throw Failure.usage("server " + url + " (expected: http(s)://HOST:PORT)");
    }
  }

  private static Optional<String> token(Terminal terminal, Arguments given) {
    Optional<String> token = readToken(terminal, given);
    if (token.isPresent() && !token.get().matches("[!-~]+")) {
      throw Failure.usage("the token is empty or no token (expected: letters, digits and signs)");
    }
    return token;
  }

  private static Optional<String> readToken(Terminal terminal, Arguments given) {
    Optional<String> file = given.text("--token-file");
    if (file.isEmpty() && terminal.variable("LISH_TOKEN").isPresent()) {
      return terminal.variable("LISH_TOKEN").map(String::strip);
    }
    Path path = terminal.resolve(file.orElse("data/admin.token"));
    if (file.isEmpty() && !Files.isReadable(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(path, UTF_8).strip());
    } catch (NoSuchFileException e) {
      throw Failure.world("token file " + path + ": no such file");
    } catch (IOException e) {
      throw Failure.world("token file " + path + ": cannot be read: " + e.getMessage());
    }
  }

  /** The body of {@code GET /api/v1/PATH}; what is not 200 ends the command. */
  JsonNode get(String... path) {
    return get(Map.of(), path);
  }

  /** The same with a query. */
  JsonNode get(Map<String, String> query, String... path) {
    Answer answer = send(request(lists(query), path).GET().build());
    if (answer.status() != 200) {
      throw failure(answer);
    }
    return answer.body();
  }

  private static Map<String, List<String>> lists(Map<String, String> query) {
    Map<String, List<String>> lists = new TreeMap<>();
    query.forEach((key, value) -> lists.put(key, List.of(value)));
    return lists;
  }

  /** A body that is no JSON. */
  String text(Map<String, String> query, String... path) {
    HttpResponse<String> response =
        exchange(
            request(lists(query), path).GET().build(), HttpResponse.BodyHandlers.ofString(UTF_8));
    if (response.statusCode() != 200) {
      throw failure(new Answer(response.statusCode(), parse(response.body())));
    }
    return response.body();
  }

  /** The answer of {@code POST /api/v1/PATH}, if it is one of these; others end the command. */
  Answer post(JsonNode body, List<Integer> expected, String... path) {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString(), UTF_8));
    if (!user.isEmpty()) {
      request.header("X-Lish-User", user.replaceAll("[^ -~]", "?"));
    }
    Answer answer = send(request.build());
    if (!expected.contains(answer.status())) {
      throw failure(answer);
    }
    return answer;
  }

  /** A body that may go on for ever, by lines; to be closed. */
  Stream<String> lines(Map<String, List<String>> query, String... path) {
    HttpResponse<Stream<String>> response =
        exchange(request(query, path).GET().build(), HttpResponse.BodyHandlers.ofLines());
    if (response.statusCode() != 200) {
      String body = response.body().collect(Collectors.joining("\n"));
      throw failure(new Answer(response.statusCode(), parse(body)));
    }
    return response.body();
  }

  private HttpRequest.Builder request(String... path) {
    return request(Map.of(), path);
  }

  private HttpRequest.Builder request(Map<String, List<String>> query, String... path) {
    StringBuilder url = new StringBuilder("api/v1");
    for (String part : path) {
      url.append('/').append(URLEncoder.encode(part, UTF_8).replace("+", "%20"));
    }
    char mark = '?';
    for (Map.Entry<String, List<String>> each : new TreeMap<>(query).entrySet()) {
      for (String value : each.getValue()) {
        url.append(mark).append(each.getKey()).append('=').append(URLEncoder.encode(value, UTF_8));
        mark = '&';
      }
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(url.toString())).timeout(ANSWER);
    token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
    return request.header("Accept", "application/json");
  }

  private Answer send(HttpRequest request) {
    HttpResponse<String> response = exchange(request, HttpResponse.BodyHandlers.ofString(UTF_8));
    return new Answer(response.statusCode(), parse(response.body()));
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return client.send(request, handler);
    } catch (HttpTimeoutException e) {
      throw Failure.world(server + " did not answer in time");
    } catch (ConnectException e) {
      throw Failure.world(
          "no connection to "
              + server
              + " (is lish serve running there? --server or LISH_SERVER"
              + " names another)");
    } catch (SSLException e) {
      throw Failure.world(
          "no TLS connection to "
              + server
              + ": "
              + e.getMessage()
              + " (--tls-ca names who signed its certificate)");
    } catch (IOException e) {
      throw Failure.world("the connection to " + server + " broke: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.world("interrupted");
    }
  }

  private JsonNode parse(String body) {
    try {
      JsonNode tree = Json.MAPPER.readTree(body);
      if (tree.isObject()) {
        return tree;
      }
    } catch (JsonProcessingException e) {
      throw noLish();
    }
    throw noLish();
  }

  private Failure noLish() {
    return Failure.world(server + " does not answer like a Lish (expected: a JSON object)");
  }

  private Failure failure(Answer answer) {
    String error = Terminal.clean(answer.body().path("error").asText("status " + answer.status()));
    return switch (answer.status()) {
      case 400 -> Failure.usage(error);
      case 401, 403 ->
          Failure.world(
              error
                  + (token.isPresent()
                      ? " (the token was refused)"
                      : " (no token: --token-file or LISH_TOKEN gives it; the server keeps it in"
                          + " data/admin.token)"));
      case 404, 409, 422 -> Failure.input(error);
      default -> Failure.world(server + ": " + error);
    };
  }
}
