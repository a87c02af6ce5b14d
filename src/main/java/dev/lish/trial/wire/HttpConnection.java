package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;

/**
 * One HTTP/1.1 connection that is kept alive. Small on purpose: the JDK's clients send a GET again
 * when a kept connection breaks, which would hide just the losses that tests look for.
 */
public final class HttpConnection implements Closeable {
  private final Socket socket;
  private final InputStream in;
  private boolean reusable = true;

  private HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Connects. */
  public static HttpConnection open(String host, int port, int timeoutMillis) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(timeoutMillis);
      socket.connect(new InetSocketAddress(host, port), timeoutMillis);
      return new HttpConnection(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The same over TLS, to a port of this machine. */
  public static HttpConnection open(int port, int timeoutMillis, Tls tls, Tls.Client client)
      throws IOException {
    SSLSocket socket = (SSLSocket) tls.client(client).getSocketFactory().createSocket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(timeoutMillis);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMillis);
      socket.setSSLParameters(tls.parameters(socket.getSSLParameters(), client, "http/1.1"));
      socket.startHandshake();
      return new HttpConnection(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** False after an answer that announced the end of the connection. */
  public boolean isReusable() {
    return reusable;
  }

  /**
   * Sends a request and reads its answer.
   *
   * @param target method and path, e.g. {@code GET /payments}
   */
  public Answer exchange(String target, Map<String, String> headers, String body)
      throws IOException {
    StringBuilder head = new StringBuilder(target).append(" HTTP/1.1\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    byte[] content = body.getBytes(UTF_8);
    if (content.length > 0 || !target.startsWith("GET ")) {
      head.append("content-length: ").append(content.length).append("\r\n");
    }
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
    request.write(content);
    socket.getOutputStream().write(request.toByteArray());
    return answer(target.startsWith("HEAD "));
  }

  private Answer answer(boolean bodiless) throws IOException {
    String statusLine = line();
    if (!statusLine.matches("HTTP/1\\.[01] \\d{3}.*")) {
      throw new IOException("status line: " + statusLine + " (expected: HTTP/1.1 NNN)");
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("header: " + line + " (expected: NAME: VALUE)");
      }
      headers.merge(
          line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
    }
    if (headers.getOrDefault("connection", "").equalsIgnoreCase("close")) {
      reusable = false;
    }
    return new Answer(
        status, headers, new String(bodiless ? new byte[0] : body(status, headers), UTF_8));
  }

  private byte[] body(int status, Map<String, String> headers) throws IOException {
    if (status == 204 || status == 304) {
      return new byte[0];
    }
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      return chunks();
    }
    String length = headers.get("content-length");
    if (length == null) {
      // The end of the connection is the end of the body.
      reusable = false;
      return in.readAllBytes();
    }
    return exactly(Integer.parseInt(length));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      String size = line();
      int extension = size.indexOf(';');
      int bytes =
          Integer.parseInt((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
      if (bytes == 0) {
        while (!line().isEmpty()) {
          // Trailers end with an empty line.
        }
        return all.toByteArray();
      }
      all.write(exactly(bytes));
      line();
    }
  }

  private byte[] exactly(int bytes) throws IOException {
    byte[] read = in.readNBytes(bytes);
    if (read.length < bytes) {
      throw new EOFException(
          "body ended after " + read.length + " bytes (expected: " + bytes + ")");
    }
    return read;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("connection closed after " + line.size() + " bytes of a line");
      }
      line.write(c);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
