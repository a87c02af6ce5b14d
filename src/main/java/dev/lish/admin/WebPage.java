package dev.lish.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The page at {@code /}: one file, no assets; it reads the API like any other client. */
final class WebPage {
  private final HttpData html;
  private final String contentPolicy;

  private WebPage(HttpData html, String contentPolicy) {
    this.html = html;
    this.contentPolicy = contentPolicy;
  }

  /** Reads the page out of the jar. */
  static WebPage read() {
    try (InputStream in = WebPage.class.getResourceAsStream("index.html")) {
      if (in == null) {
        throw new IllegalStateException("index.html is missing in the jar");
      }
      String html = new String(in.readAllBytes(), UTF_8);
      // Only the script and the style that are in the file may run, whatever data the page shows.
      String policy =
          "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none';"
              + " form-action 'none'; script-src "
              + hash(html, "script")
              + "; style-src "
              + hash(html, "style");
      return new WebPage(HttpData.ofUtf8(html), policy);
    } catch (IOException e) {
      throw new UncheckedIOException("index.html", e);
    }
  }

  HttpResponse toResponse() {
    return new Reply(HttpStatus.OK, MediaType.HTML_UTF_8, html).toResponse(contentPolicy);
  }

  /** What Content-Security-Policy calls the inline element: a hash of all between its tags. */
  private static String hash(String html, String element) {
    int start = html.indexOf("<" + element + ">") + element.length() + 2;
    int end = html.indexOf("</" + element + ">", start);
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(html.substring(start, end).getBytes(UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(sum) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
