package dev.lish.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS of a port that Lish opens; the files are read again when they change.
 *
 * @param certificate PEM, the chain
 * @param privateKey PEM, PKCS#8
 * @param clientCa PEM; client certificates are checked against it (mTLS)
 * @param requireClientCertificate true: no connection without one; false: one may be shown
 */
public record ServerTls(
    Path certificate, Path privateKey, Optional<Path> clientCa, boolean requireClientCertificate) {}
