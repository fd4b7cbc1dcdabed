package dev.weft.node;

import dev.weft.core.base.ByteView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/** 16 bytes that are equal for the nodes of one host and differ between hosts: a hash of what the system is called. */
final class HostId {
    private HostId() {}

    /**
     * From the machine id and the network namespace where the system has them (containers of one machine that share
     * neither are different hosts), else from the host's name.
     */
    static ByteView ofThisHost() {
        String source = read("/etc/machine-id") + "|" + namespace() + "|" + hostName();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(("weft host " + source).getBytes(StandardCharsets.UTF_8));
            return ByteView.of(Arrays.copyOf(digest, 16));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException absent) {
            return "";
        }
    }

    private static String namespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        } catch (IOException | UnsupportedOperationException absent) {
            return "";
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "";
        }
    }
}
