package dev.lish.app;

import dev.lish.config.ClientTls;
import dev.lish.config.DogmaConfig;
import dev.lish.config.RegistryConfig;
import dev.lish.config.Secret;
import dev.lish.config.XdsConfig;
import dev.lish.serve.XdsLimits;
import dev.lish.source.consul.AclToken;
import dev.lish.source.consul.ConsulSettings;
import dev.lish.source.dogma.DogmaAddress;
import dev.lish.source.dogma.DogmaPlace;
import dev.lish.source.dogma.Token;
import java.io.IOException;
import java.net.URI;

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
    ConsulSettings.Tls tls =
        consul
            .tls()
            .map(t -> new ConsulSettings.Tls(t.trustedCa(), t.certificate(), t.privateKey()))
            .orElse(ConsulSettings.Tls.PLATFORM);
    AclToken token =
        consul.token().isPresent()
            ? new AclToken(read("registries: " + consul.name() + ": token", consul.token().get()))
            : AclToken.ANONYMOUS;
    RegistryConfig.Load load = consul.load();
    return new ConsulSettings(
        consul.name(),
        URI.create(scheme + "://" + consul.address()),
        new ConsulSettings.Access(token, consul.datacenter().orElse(""), tls),
        new ConsulSettings.Load(load.waitTime(), load.connections(), load.readsPerSecond()),
        load.stale());
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
