package dev.lish.accesslog;

/**
 * An entry on its way to be kept as it is.
 *
 * @param writer who wrote it
 * @param origin where it comes from
 * @param bytes a serialized entry
 * @param tcp true: of a TCP log
 * @param sampled true: for the sinks too, not only for those who follow
 */
@SuppressWarnings("ArrayRecordComponent") // Carried from thread to thread, never compared.
record RawEntry(Writer writer, Origin origin, byte[] bytes, boolean tcp, boolean sampled) {}
