package dev.lish.render;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;

/**
 * What stands in for every secret offline: a certificate that signs itself and its key, in one PEM
 * text, so that Envoy takes it wherever it wants either. Everybody has this key; it protects
 * nothing, and the server never sends it.
 */
final class Placeholder {
  /** A certificate and its private key. */
  static final ByteString PEM =
      ByteString.copyFrom(
          """
          -----BEGIN CERTIFICATE-----
          MIIBbTCCARKgAwIBAgIIZCWOwlIcSicwCgYIKoZIzj0EAwIwGzEZMBcGA1UEAxMQ
          bGlzaC1wbGFjZWhvbGRlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTE5MTIwODAwMDAw
          MFowGzEZMBcGA1UEAxMQbGlzaC1wbGFjZWhvbGRlcjBZMBMGByqGSM49AgEGCCqG
          SM49AwEHA0IABLPxUyvXF9fqmEDRVffe+Nu8G9vMYoe56BJkVB8U9YF62LWmP3z1
          /AYqriqEPY0tKmKF0JGbMXGycK27mJCwIk2jPjA8MB0GA1UdDgQWBBSg0Q+o3oBx
          khAILoBCwavrFS58GjAbBgNVHREEFDASghBsaXNoLXBsYWNlaG9sZGVyMAoGCCqG
          SM49BAMCA0kAMEYCIQDICfM2y1zngvGtEE+VOV/B/gNT5L9saPxL2Q4UTFj3DQIh
          AN/0y3Baz9adNFHiWiP/qTADZionkGH7xlPf6mBXpAs3
          -----END CERTIFICATE-----
          -----BEGIN PRIVATE KEY-----
          MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCDKOSuF4zOgoavBAfJR
          uQiiP0bQuI34v256B4rm34KU2Q==
          -----END PRIVATE KEY-----
          """,
          UTF_8);

  /** A TLS session ticket key: Envoy wants exactly 80 bytes. */
  static final ByteString TICKET_KEY =
      ByteString.copyFrom("placeholder!".repeat(7), UTF_8).substring(0, 80);

  private Placeholder() {}
}
