package dev.lish.app;

import dev.lish.config.ClientTls;
import dev.lish.config.DogmaConfig;
import dev.lish.config.RegistryConfig;
import dev.lish.config.Secret;
import dev.lish.config.XdsConfig;
import dev.lish.serve.XdsLimits;
import dev.lish.source.Health;
import dev.lish.source.consul.AclToken;
import dev.lish.source.consul.ConsulSettings;
import dev.lish.source.dogma.DogmaAddress;
import dev.lish.source.dogma.DogmaPlace;
import dev.lish.source.dogma.Token;
import dev.lish.source.http.HttpSettings;
import dev.lish.source.http.Mapping;
import dev.lish.source.web.Tls;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Translates what {@code lish.yaml} says into what each part asks for. */
final class Settings {
  private Settings() {}

  static DogmaAddress address(DogmaConfig.Remote remote) throws StartException {
    return new DogmaAddress(
        remote.hosts().stream().map(Object::toString).toList(),
        remote.token().isPresent()
            ? new Token(read("central_dogma.token", remote.token().get()))
            : Token.ANONYMOUS,
        remote.tls().isPresent(),
        remote.tls().flatMap(ClientTls::trustedCa));
  }

  static DogmaPlace place(DogmaConfig config) {
    return config.match(
        embedded ->
            new DogmaPlace(
                DogmaConfig.PROJECT, DogmaConfig.REPOSITORY, "/", DogmaConfig.OWN_REPOSITORY),
        remote ->
            new DogmaPlace(
                remote.project(), remote.repository(), remote.path(), remote.ownRepository()));
  }

  static ConsulSettings consul(RegistryConfig.Consul consul) throws StartException {
    String scheme = consul.tls().isPresent() ? "https" : "http";
    AclToken token =
        consul.token().isPresent()
            ? new AclToken(read("registries: " + consul.name() + ": token", consul.token().get()))
            : AclToken.ANONYMOUS;
    RegistryConfig.Load load = consul.load();
    return new ConsulSettings(
        consul.name(),
        URI.create(scheme + "://" + consul.address()),
        new ConsulSettings.Access(token, consul.datacenter().orElse(""), tls(consul.tls())),
        new ConsulSettings.Load(load.waitTime(), load.connections(), load.readsPerSecond()),
        load.stale());
  }

  static HttpSettings http(RegistryConfig.Http http) {
    RegistryConfig.HttpLimits limits = http.limits();
    return new HttpSettings(
        http.name(),
        http.url(),
        http.access().token().map(token -> header(http.access().header(), token)),
        tls(Optional.of(http.access().tls())),
        new HttpSettings.Limits(limits.every(), limits.timeout(), limits.maxBytes()),
        mapping(http.mapping()));
  }

  /** RFC 6750 for the usual header; any other has the token alone. */
  private static HttpSettings.Header header(String name, Secret token) {
    boolean bearer = name.equalsIgnoreCase("authorization");
    return new HttpSettings.Header(
        name,
        () -> {
          String text = token.read();
          return bearer && text.indexOf(' ') < 0 ? "Bearer " + text : text;
        });
  }

  private static Mapping mapping(RegistryConfig.HttpMapping mapping) {
    Map<String, Health> words = new HashMap<>();
    mapping
        .states()
        .forEach((word, state) -> words.put(word, Health.valueOf(state.toUpperCase(Locale.ROOT))));
    return Mapping.of(mapping.services(), mapping.pointers(), words);
  }

  private static Tls tls(Optional<ClientTls> tls) {
    return tls.map(t -> new Tls(t.trustedCa(), t.certificate(), t.privateKey()))
        .orElse(Tls.PLATFORM);
  }

  static XdsLimits limits(XdsConfig xds) {
    XdsConfig.Limits limits = xds.limits();
    return new XdsLimits(
        limits.maxStreams(),
        limits.newStreamsPerSecond(),
        Math.toIntExact(limits.maxRequestBytes()),
        limits.maxNames(),
        limits.ackWait(),
        limits.drainTime(),
        limits.subscribeWait(),
        new XdsLimits.Lifetimes(xds.lifetimes().answerTime(), xds.lifetimes().maxAge()));
  }

  /** The text of a secret; where it comes from is named when it cannot be read. */
  static String read(String key, Secret secret) throws StartException {
    try {
      return secret.read();
    } catch (IOException e) {
      throw new StartException(key + ": " + e.getMessage(), e);
    }
  }
}
