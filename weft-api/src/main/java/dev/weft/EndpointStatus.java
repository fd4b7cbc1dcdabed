package dev.weft;

/**
 * What has come to one open endpoint of this node since it was opened.
 *
 * @param name its name
 * @param kind its kind
 * @param received messages that it has taken
 * @param refused messages for it that were refused because they were of another kind
 * @param heldBytes what the messages count for that the application has not taken
 */
public record EndpointStatus(String name, SocketKind kind, long received, long refused, long heldBytes) {}
