package dev.lish.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS of a connection that Lish opens.
 *
 * @param trustedCa PEM; empty: what the Java platform trusts
 * @param certificate PEM, shown to the server where it asks (mTLS)
 * @param privateKey PEM, PKCS#8; there exactly when the certificate is
 */
public record ClientTls(
    Optional<Path> trustedCa, Optional<Path> certificate, Optional<Path> privateKey) {}
